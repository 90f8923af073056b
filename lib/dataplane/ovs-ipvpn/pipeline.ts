import type { OvsIpvpnSettings } from './settings.ts';

/**
 * The way of a packet:
 *
 *     from a port    ──► input ──► vrf ──┬──► a port, a tunnel, the fallback
 *                                  ▲  │  │
 *                                  └──┘  └──► encap (to another VRF of this node) ──► a port
 *                              redirection
 *     from a tunnel  ──► input ──► encap ──► a port
 *
 * In table `vrf`, `reg0` is the number of the instance, and `reg1` says where the packet came from: the VLAN in the high
 * 16 bits (0: untagged), the port in the low ones. The field `in_port` is cleared, so that a packet may leave by the port
 * by which it came.
 */
export interface Tables {
  readonly input: number;
  /** Labelled packets, and those of VXLAN. */
  readonly encap: number;
  readonly vrf: number;
}

export function tablesOf({ inputTable, firstTable }: OvsIpvpnSettings): Tables {
  return { input: inputTable, encap: firstTable, vrf: firstTable + 1 };
}

export const PRIORITY = {
  /** Where a packet came from, and labels. */
  input: 0x9000,
  arpReply: 0x9000,
  /** A port that asks for its own address. */
  ownAddress: 0x9001,
  /** Traffic classifiers have the priorities above this one. */
  belowClassifiers: 0x9000,
  /** Of the default route; a longer prefix has its length more. */
  defaultRoute: 0x8f80,
  fallback: 0x8f00,
  highest: 0xffff,
} as const;

/** What VMs see as the gateway, and as the source of all that comes from other subnets. */
export const GATEWAY_MAC = '00:00:5e:00:43:64';

export const VXLAN_PORT = 'vxlan';

/** The number of the instance: a condition on packets in table `vrf`, as Open vSwitch writes it. */
export function inVrf(instance: number): string {
  return `reg0=0x${instance.toString(16)}`;
}

/** The packet came with this VLAN tag (0: without one). */
export function fromVlan(vlan: number): string {
  return `reg1=${hex(vlan * 0x1_0000)}/0xffff0000`;
}

export function fromPort(port: number, vlan: number): string {
  return `reg1=${hex(cameFrom(port, vlan))}`;
}

/** The value of `reg1`. */
export function cameFrom(port: number, vlan: number): number {
  return vlan * 0x1_0000 + port;
}

function hex(value: number): string {
  return value === 0 ? '0' : `0x${value.toString(16)}`;
}
