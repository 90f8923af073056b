import { isOwnDevice, isTunnelDevice, PREFERENCE, PROTOCOL, TUNNEL_KINDS } from './names.ts';
import { gatesOf } from './port-rows.ts';
import { EXISTS, GONE, type Stage } from './row.ts';
import { TUNNELS } from './tunnel.ts';

/** A line that removes something that a former run has left, in a stage of the removals. */
export interface ClearingLine {
  readonly stage: Stage;
  readonly line: string;
  readonly tolerate: readonly string[];
}

const NOTHING: readonly never[] = [];

/** What is in the kernel of the node. */
export interface Found {
  /** Names of all devices. */
  readonly devices: readonly string[];
  /** Those that are enslaved to our VRF devices, */
  readonly ports: readonly string[];
  /** and the values that they get back, by the keys of `PORT_DEFAULTS`. */
  readonly defaults: ReadonlyMap<string, string>;
  /** The policy rules with our protocol number. */
  readonly rules: readonly { readonly preference: number }[];
  /** Those that have this form on ports of our VRF devices, where they are ours: an address has no protocol number. */
  readonly gateways: readonly PortAddress[];
}

/** An address alone (`/32`) on an interface. */
export interface PortAddress {
  readonly address: string;
  readonly port: string;
}

/** Where it is found what else of a port we have changed: as new interfaces have it, or (the kernel says no more) as `lo`. */
export const PORT_DEFAULTS = ['net/ipv4/conf/default/rp_filter', 'net/ipv4/neigh/lo/proxy_delay'] as const;

/**
 * What removes all that is ours, in this order. First of all nothing of machines gets on any more: without rules and VRF
 * devices it would go by the main table. What sysctls were before is not known any more: those of ports become what new
 * interfaces have, except that there is no IPv6, and those of the node stay as they are. The node gets its first rule
 * back before it loses the one that stands for it. What belongs to tunnels is taken to be ours if there is one of our
 * devices, and goes before that.
 */
export function clearingLines({ devices, ports, defaults, rules, gateways }: Found): readonly ClearingLine[] {
  const isIsolated = rules.some(({ preference }) => preference === PREFERENCE.local);
  const local = `rule add pref 0 table local protocol kernel`;
  const settings = ports.flatMap((port) => [
    ...gatesOf(port).map((key) => `${key}=0`),
    ...Array.from(defaults, ([key, value]) => `${key.replace(/\/(default|lo)\//, `/${port}/`)}=${value}`),
  ]);
  return [
    ...settings.map((line) => ({ stage: 'setting', line, tolerate: GONE.sysctl }) as const),
    ...(isIsolated ? [{ stage: 'isolation', line: local, tolerate: EXISTS } as const] : []),
    ...(rules.length > 0
      ? [{ stage: 'rule', line: `rule flush protocol ${PROTOCOL}`, tolerate: GONE.rule } as const]
      : []),
    { stage: 'label', line: `route flush proto ${PROTOCOL}`, tolerate: GONE.route },
    { stage: 'route', line: `route flush table all proto ${PROTOCOL}`, tolerate: GONE.route },
    { stage: 'neighbour', line: `neigh flush nud permanent protocol ${PROTOCOL}`, tolerate: NOTHING },
    ...gateways.map(
      ({ address, port }) =>
        ({ stage: 'address', line: `addr del ${address}/32 dev ${port}`, tolerate: GONE.address }) as const,
    ),
    ...TUNNEL_KINDS.filter((kind) => devices.some((name) => isTunnelDevice(kind, name))).flatMap((kind) =>
      TUNNELS[kind].rows.flatMap(({ stage, remove, tolerate = [] }) =>
        remove.map((line) => ({ stage, line, tolerate })),
      ),
    ),
    ...devices
      .filter(isOwnDevice)
      .map((name) => ({ stage: 'device', line: `link del dev ${name}`, tolerate: GONE.link }) as const),
  ];
}
