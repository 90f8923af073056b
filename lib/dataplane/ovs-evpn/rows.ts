import { failure, success, type Result } from '../../result.ts';
import type { DataplaneFault } from '../intent.ts';
import { EVPN_OWNER } from '../ovs/owner.ts';
import type { SwitchView } from '../ovs/program.ts';
import { BUCKETS, flowRow, groupRow, type Row } from '../ovs/row.ts';
import type { Destination, FloodTarget } from './flood-list.ts';
import { groupNumber, GROUPS_OF_EVI, PATCH_PORT, PRIORITY, TABLE, TUNNEL_PORT } from './layout.ts';

/** What rows of one EVI are made from, besides what they are about. */
export interface Network {
  readonly instance: number;
  readonly vni: number;
  readonly vlan: number;
  /** Our VTEP, in canonical text. */
  readonly localAddress: string;
  readonly view: SwitchView;
}

type Rows = Result<readonly Row[], DataplaneFault>;

export const NO_ROWS: Rows = success([]);

/** Packets from tunnels, of whatever network. */
export function tunnelRows(view: SwitchView): Rows {
  const port = numberOf(TUNNEL_PORT, view);
  if (!port.ok) return port;
  const row = flowRow({
    owner: EVPN_OWNER,
    instance: 0,
    table: TABLE.classification,
    priority: PRIORITY.classification,
    match: `in_port=${port.value}`,
    actions: resubmit(TABLE.fromTunnel),
  });
  return success([row]);
}

/** Packets of the EVI from tunnels go to its VMs. Nothing is learned from them: BGP says who is where. */
export function ingressRows({ instance, vni, vlan, view }: Network): Rows {
  const port = numberOf(PATCH_PORT, view);
  if (!port.ok) return port;
  const row = flowRow({
    owner: EVPN_OWNER,
    instance,
    table: TABLE.fromTunnel,
    priority: PRIORITY.network,
    match: `tun_id=${vni}`,
    // OpenFlow has a bit of its own for "there is a VLAN tag".
    actions: `push_vlan:0x8100,set_field:${0x1000 + vlan}->vlan_vid,output:${port.value}`,
  });
  return success([row]);
}

/** Packets to one MAC go to the VTEP behind which it is. */
export function unicastRows(network: Network, mac: string, destination: Destination): Rows {
  if (isOwn(network, destination)) return NO_ROWS;
  const sending = sendingTo(network, destination);
  if (!sending.ok) return sending;
  const row = flowRow({
    owner: EVPN_OWNER,
    instance: network.instance,
    table: TABLE.unicast,
    priority: PRIORITY.network,
    match: `dl_vlan=${network.vlan},dl_dst=${mac}`,
    actions: sending.value,
  });
  return success([row]);
}

/** ARP requests for an address are answered in place of its owner; replies are left alone. */
export function arpRows({ instance, vlan }: Network, ip: string, mac: string): Rows {
  const row = flowRow({
    owner: EVPN_OWNER,
    instance,
    table: TABLE.arp,
    priority: PRIORITY.arp,
    match: `arp,dl_vlan=${vlan},arp_tpa=${ip},arp_op=1`,
    actions: [
      'set_field:2->arp_op',
      'move:NXM_NX_ARP_SHA[]->NXM_NX_ARP_THA[]',
      'move:NXM_OF_ARP_SPA[]->NXM_OF_ARP_TPA[]',
      `set_field:${mac}->arp_sha`,
      `set_field:${ip}->arp_spa`,
      'move:NXM_OF_ETH_SRC[]->NXM_OF_ETH_DST[]',
      `set_field:${mac}->eth_src`,
      'in_port',
    ].join(','),
  });
  return success([row]);
}

/** Broadcast, unknown unicast and multicast go to every target: a bucket each, in as many groups as these need. */
export function floodRows(network: Network, targets: readonly FloodTarget[]): Rows {
  const { instance, vlan } = network;
  const buckets: { id: number; actions: string }[][] = [];
  for (const target of targets) {
    if (isOwn(network, target)) continue;
    const sending = sendingTo(network, target);
    if (!sending.ok) return sending;
    const index = Math.floor(target.place / BUCKETS);
    if (index >= GROUPS_OF_EVI)
      return fault(`more VTEPs than an EVI can flood to: ${BUCKETS * GROUPS_OF_EVI}`);
    (buckets[index] ??= []).push({ id: target.place % BUCKETS, actions: sending.value });
  }
  // A group that has lost all its buckets leaves a hole, which `flatMap` passes over.
  const groups = buckets.flatMap((each, index) => [
    { id: groupNumber(instance, index), type: 'all', buckets: each } as const,
  ]);
  if (groups.length === 0) return NO_ROWS;
  const flow = flowRow({
    owner: EVPN_OWNER,
    instance,
    table: TABLE.flood,
    priority: PRIORITY.network,
    match: `dl_vlan=${vlan}`,
    actions: groups.map(({ id }) => `group:${id}`).join(','),
  });
  return success([...groups.map(groupRow), flow]);
}

/**
 * Actions on a packet from a VM. To another EVI of this node it goes as if it had come from a tunnel; without its port of
 * entry, to which nothing would be sent back: the same patch port leads to all VMs.
 */
function sendingTo(
  { localAddress, view }: Network,
  { vtep, vni }: Destination,
): Result<string, DataplaneFault> {
  if (vtep === localAddress) {
    return success(`pop_vlan,set_field:0->in_port,set_field:${vni}->tun_id,${resubmit(TABLE.fromTunnel)}`);
  }
  const port = numberOf(TUNNEL_PORT, view);
  if (!port.ok) return port;
  const field = vtep.includes(':') ? 'tun_ipv6_dst' : 'tun_dst';
  return success(`pop_vlan,set_field:${vni}->tun_id,set_field:${vtep}->${field},output:${port.value}`);
}

/** To send to ourselves would be to give a VM its own packets back. */
function isOwn({ localAddress, vni }: Network, destination: Destination): boolean {
  return destination.vtep === localAddress && destination.vni === vni;
}

function numberOf(port: string, view: SwitchView): Result<number, DataplaneFault> {
  const number = view.portNumber(port);
  return number.ok ? number : fault(number.fault);
}

function fault(reason: string): Result<never, DataplaneFault> {
  return failure({ command: undefined, reason });
}

function resubmit(table: number): string {
  return `resubmit(,${table})`;
}
