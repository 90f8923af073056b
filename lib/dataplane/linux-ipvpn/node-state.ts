import { z } from 'zod';
import { failure, success, type Result } from '../../result.ts';
import type { PortAddress } from './clearing.ts';
import { isVrfDevice, PROTOCOL } from './names.ts';
import type { KernelLink } from './row.ts';

/** What the tools say of the node, as far as we have to understand it. */

const link = z.object({
  ifname: z.string(),
  ifindex: z.number(),
  flags: z.array(z.string()),
  master: z.string().optional(),
});

const vrfLink = z.object({
  ifname: z.string(),
  linkinfo: z.object({ info_data: z.object({ table: z.number() }) }),
});

const route = z.object({ dst: z.string(), protocol: z.union([z.string(), z.number()]).optional() });

const rule = z.object({ priority: z.number(), protocol: z.union([z.string(), z.number()]).optional() });

const addressed = z.object({
  ifname: z.string(),
  master: z.string(),
  addr_info: z.array(z.object({ local: z.string(), prefixlen: z.number() })),
});

/** Interfaces by name, from `ip -json link`. */
export function parseLinks(text: string): Result<ReadonlyMap<string, KernelLink>, string> {
  const list = parseList(text, 'ip -json link');
  if (!list.ok) return list;
  const links = new Map<string, KernelLink>();
  for (const item of list.value) {
    // An interface that vanishes while the list is made leaves an empty object.
    const parsed = link.safeParse(item);
    if (!parsed.success) continue;
    const { ifname, ifindex, flags, master } = parsed.data;
    links.set(ifname, { index: ifindex, up: flags.includes('UP'), master });
  }
  return success(links);
}

/** Names of VRF devices that are not ours, by their tables, from `ip -json -details link show type vrf`. */
export function parseVrfsOfOthers(text: string): Result<ReadonlyMap<number, string>, string> {
  const list = parseList(text, 'ip -json -details link');
  if (!list.ok) return list;
  return success(
    new Map(
      list.value.flatMap((item) => {
        const parsed = vrfLink.safeParse(item);
        return parsed.success && !isVrfDevice(parsed.data.ifname)
          ? [[parsed.data.linkinfo.info_data.table, parsed.data.ifname] as const]
          : [];
      }),
    ),
  );
}

/** Where those routes lead that are not ours, from `ip -json route`. */
export function parseRoutesOfOthers(text: string): Result<readonly string[], string> {
  const list = parseList(text, 'ip -json route');
  if (!list.ok) return list;
  return success(
    list.value.flatMap((item) => {
      const parsed = route.safeParse(item);
      return parsed.success && String(parsed.data.protocol) !== String(PROTOCOL) ? [parsed.data.dst] : [];
    }),
  );
}

/** Preferences of the policy rules that are ours, from `ip -json rule`. */
export function parseOwnRules(text: string): Result<readonly { readonly preference: number }[], string> {
  const list = parseList(text, 'ip -json rule');
  if (!list.ok) return list;
  return success(
    list.value.flatMap((item) => {
      const parsed = rule.safeParse(item);
      return parsed.success && String(parsed.data.protocol) === String(PROTOCOL)
        ? [{ preference: parsed.data.priority }]
        : [];
    }),
  );
}

/** Addresses alone (`/32`) on ports of our VRF devices, from `ip -json -4 address`. */
export function parseGateways(text: string): Result<readonly PortAddress[], string> {
  const list = parseList(text, 'ip -json -4 address');
  if (!list.ok) return list;
  return success(
    list.value.flatMap((item) => {
      const parsed = addressed.safeParse(item);
      if (!parsed.success || !isVrfDevice(parsed.data.master)) return [];
      const { ifname, addr_info: addresses } = parsed.data;
      return addresses
        .filter(({ prefixlen }) => prefixlen === 32)
        .map(({ local }) => ({ address: local, port: ifname }));
    }),
  );
}

/** Values by key (`net/ipv4/ip_forward`), from what `sysctl` writes; a key that there is not is not among them. */
export function parseSettings(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, name, value] = /^(\S+) = (.*)$/.exec(line) ?? [];
    // It writes dots where we write slashes, and slashes for the dots in names of interfaces.
    if (name !== undefined)
      values.set(
        name.replace(/[./]/g, (sign) => (sign === '.' ? '/' : '.')),
        value!,
      );
  }
  return values;
}

/** The name of the interface of which a line of `ip -oneline monitor` speaks. */
export function interfaceIn(line: string): string | undefined {
  return /^(?:Deleted )?\d+: ([^\s:@]+)/.exec(line)?.[1];
}

export function parseList(text: string, command: string): Result<readonly unknown[], string> {
  try {
    // Where there is nothing, some versions write nothing.
    const list = z.array(z.unknown()).safeParse(JSON.parse(text.trim() || '[]'));
    return list.success ? success(list.data) : failure(`${command}: not a list`);
  } catch {
    return failure(`${command}: not JSON`);
  }
}
