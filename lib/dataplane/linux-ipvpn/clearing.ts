import { isOwnDevice, isTunnelDevice, PREFERENCE, PROTOCOL, TUNNEL_KINDS } from './names.ts';
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

/**
 * What removes all that is ours, in this order. Sysctls stay as they are: what they were before is not known any more. The
 * node gets its first rule back before it loses the one that stands for it. What belongs to tunnels is taken to be ours if
 * there is one of our devices, and goes before that.
 */
export function clearingLines({ devices, rules, gateways }: Found): readonly ClearingLine[] {
  const isIsolated = rules.some(({ preference }) => preference === PREFERENCE.local);
  const local = `rule add pref 0 table local protocol kernel`;
  return [
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
