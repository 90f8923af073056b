import type { TunnelKind } from './names.ts';
import { GONE, type KernelRow } from './row.ts';

/** RFC 7510 §3. */
const UDP_PORT = 6635;
/** MPLS in IP (RFC 4023): what the kernel takes the content of a packet to this port for. */
const MPLS_IN_IP = 137;
/** Of the outer header: routes with labels have none of their own. */
const TTL = 64;

/** How labelled packets are carried over IP. */
export interface Tunnel {
  /** Words of `ip link add` for a device, but for its name and its ends. */
  readonly type: string;
  readonly options: string;
  /** What the node needs besides the devices, to take packets in. */
  readonly rows: readonly KernelRow[];
  readonly modules: readonly string[];
  /** What the kernel lacks if there can be no such device, for people. */
  readonly needs: string;
}

/**
 * The port is the same for all addresses of the node, so that a later run with another address finds it again: whether a
 * packet is for us is known to the devices. It is put anew, and thus ours: if another program has it, that is an error.
 */
const LISTENER: KernelRow = {
  key: `fou ${UDP_PORT}`,
  stage: 'device',
  put: [`fou del port ${UDP_PORT}`, `fou add port ${UDP_PORT} ipproto ${MPLS_IN_IP}`],
  remove: [`fou del port ${UDP_PORT}`],
  present: GONE.listener,
  tolerate: [...GONE.listener, ...GONE.fou],
};

export const TUNNELS: Readonly<Record<TunnelKind, Tunnel>> = {
  gre: {
    type: 'gre',
    options: `ttl ${TTL}`,
    rows: [],
    modules: ['ip_gre'],
    needs: 'GRE devices (CONFIG_NET_IPGRE, module ip_gre)',
  },
  udp: {
    type: 'ipip mode mplsip',
    options: `ttl ${TTL} encap fou encap-sport auto encap-dport ${UDP_PORT}`,
    rows: [LISTENER],
    modules: ['ipip', 'fou'],
    needs: 'MPLS in UDP (CONFIG_NET_IPIP, CONFIG_NET_FOU, CONFIG_NET_FOU_IP_TUNNELS, modules ipip and fou)',
  },
};

/** A device of ours, as far as its ends tell it apart from others. */
export interface TunnelEnds {
  readonly name: string;
  readonly local: string;
  /** `any`: it takes in packets of those that have no device. */
  readonly remote: string;
}

/** The tunnel of another name that has the same ends: the kernel has only one of them. */
export function rivalOf(
  { name, local, remote }: TunnelEnds,
  others: readonly TunnelEnds[],
): string | undefined {
  return others.find((other) => other.name !== name && other.local === local && other.remote === remote)
    ?.name;
}

/** `ip` puts the device there; no `remote`: it takes in packets of those that have no device. */
export function tunnelLine(kind: TunnelKind, name: string, local: string, remote?: string): string {
  const { type, options } = TUNNELS[kind];
  const ends = remote === undefined ? `local ${local}` : `local ${local} remote ${remote}`;
  return `link add name ${name} type ${type} ${ends} ${options}`;
}
