import type { Namespace } from '../support/network-namespace.ts';

/** A VRF of the kernel: a device whose ports look up their packets in a table of their own. Made by hand, for specs. */
export interface KernelVrf {
  readonly namespace: Namespace;
  readonly name: string;
  /** Number of its routing table. */
  readonly table: number;
}

export interface KernelVrfPort {
  /** An interface of the namespace. */
  readonly device: string;
  /** Address of the kernel in the network behind it, `11.0.0.254/24`. */
  readonly gateway: string;
}

/** Any other route of a table is preferred to one with this metric; routing daemons do not take it for theirs. */
const LAST_RESORT = 4278198272;

/** Makes the kernel of a namespace take packets with labels where they come in by this interface. */
export async function acceptMpls(namespace: Namespace, device: string): Promise<void> {
  await namespace.script(`
    sysctl -qw net.mpls.platform_labels=1048575
    sysctl -qw net.mpls.conf.${device}.input=1
  `);
}

/** Adds a VRF without ports. What it has no route for does not leave by the routes of the namespace itself. */
export async function addKernelVrf({ namespace, name, table }: KernelVrf): Promise<void> {
  await namespace.script(`
    sysctl -qw net.ipv4.ip_forward=1
    sysctl -qw net.ipv4.conf.all.rp_filter=0
    ip link add ${name} type vrf table ${table}
    ip link set ${name} up
    ip route add table ${table} unreachable default metric ${LAST_RESORT}
  `);
}

/** Moves an interface into the VRF; the network behind it is in its table then. */
export async function plugIntoKernelVrf(vrf: KernelVrf, { device, gateway }: KernelVrfPort): Promise<void> {
  await vrf.namespace.script(`
    ip link set ${device} master ${vrf.name} up
    sysctl -qw net.ipv4.conf.${device}.rp_filter=0
    ip addr add ${gateway} dev ${device}
  `);
}
