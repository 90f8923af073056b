import { z } from 'zod';
import { success, type Result } from '../../result.ts';
import { PROTOCOL } from './names.ts';
import { parseList } from './node-state.ts';
import type { TunnelEnds } from './tunnel.ts';

/** What the tools say of things that are not ours, and that ours must not spoil. */

const rule = z.object({
  priority: z.literal(0),
  src: z.literal('all'),
  table: z.union([z.literal('local'), z.literal('255')]),
});

const label = z.object({ dst: z.coerce.number(), protocol: z.coerce.string().optional() });

const addressed = z.object({ ifname: z.string(), addr_info: z.array(z.object({ local: z.string() })) });

const tunnel = z.object({
  ifname: z.string(),
  linkinfo: z.object({
    info_data: z.object({ local: z.string(), remote: z.string(), ikey: z.string().optional() }),
  }),
});

/** Whether packets are looked for among the addresses of the node first (rule 0), from `ip -json rule`. */
export function parseFirstRule(text: string): Result<boolean, string> {
  const list = parseList(text, 'ip -json rule');
  return list.ok ? success(list.value.some((item) => rule.safeParse(item).success)) : list;
}

/** The highest label of a route that is not ours, -1 if there is none, from `ip -json -f mpls route`. */
export function parseHighestLabel(text: string): Result<number, string> {
  const list = parseList(text, 'ip -json -f mpls route');
  if (!list.ok) return list;
  const labels = list.value.flatMap((item) => {
    const parsed = label.safeParse(item);
    return parsed.success && parsed.data.protocol !== String(PROTOCOL) ? [parsed.data.dst] : [];
  });
  return success(labels.reduce((a, b) => Math.max(a, b), -1));
}

/** The interface that has this address, from `ip -json address`. */
export function parseInterfaceWith(text: string, address: string): Result<string | undefined, string> {
  const list = parseList(text, 'ip -json address');
  if (!list.ok) return list;
  for (const item of list.value) {
    const parsed = addressed.safeParse(item);
    if (parsed.success && parsed.data.addr_info.some(({ local }) => local === address)) {
      return success(parsed.data.ifname);
    }
  }
  return success(undefined);
}

/** Tunnels without a key, from `ip -json -details link show type gre`, or another type. */
export function parseTunnels(text: string): Result<readonly TunnelEnds[], string> {
  const list = parseList(text, 'ip -json -details link');
  if (!list.ok) return list;
  return success(
    list.value.flatMap((item) => {
      const parsed = tunnel.safeParse(item);
      if (!parsed.success) return [];
      const { ifname: name, linkinfo } = parsed.data;
      const { local, remote, ikey } = linkinfo.info_data;
      return ikey === undefined ? [{ name, local, remote }] : [];
    }),
  );
}
