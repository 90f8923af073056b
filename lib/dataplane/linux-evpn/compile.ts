import type { Phase, Step } from './command.ts';
import { ARP_SILENCE } from './links.ts';
import type { BridgeRow, Row, VethPairRow, VxlanRow } from './row.ts';

/**
 * The commands that turn what is (`from`) into what should be (`to`), undefined meaning nothing. A value that changes
 * is replaced in place; only what moves to another device, or cannot be changed in place, is removed first.
 */
export function compile(from: Row | undefined, to: Row | undefined): readonly Step[] {
  if (from === undefined) return to === undefined ? [] : make(to);
  if (to === undefined) return remove(from);
  if (from.kind === 'bridge' && to.kind === 'bridge' && from.name === to.name) return settleBridge(to);
  if (isRemade(from, to)) return [...remove(from), ...make(to)];
  if (to.kind === 'vxlan') return settleVxlan(to);
  return to.kind === 'veth-pair' ? settlePair(to) : make(to);
}

/** Whether the object of `to` is a new one, in which nothing is left of what was in the object of `from`. */
export function isRemade(from: Row, to: Row): boolean {
  switch (to.kind) {
    case 'bridge':
    case 'shared-bridge':
      return from.kind !== to.kind || from.name !== to.name;
    case 'vxlan':
      return (
        from.kind !== 'vxlan' ||
        from.name !== to.name ||
        from.vni !== to.vni ||
        from.local !== to.local ||
        from.dstPort !== to.dstPort ||
        !from.plain
      );
    case 'veth-pair':
      return from.kind !== 'veth-pair' || !from.joined || from.peer !== to.peer;
    case 'port':
      // Taken from one bridge into another by one command.
      return false;
    case 'local-entry':
      // Two bridges have two tables; within one bridge the entry changes its port.
      return from.kind === 'local-entry' && from.bridge !== to.bridge;
    case 'remote-entry':
      return from.kind === 'remote-entry' && from.device !== to.device;
    case 'tunnel':
    case 'flood':
    case 'neighbour':
      return from.kind !== to.kind || from.device !== to.device;
  }
}

function make(row: Row): readonly Step[] {
  switch (row.kind) {
    case 'bridge':
      return [
        {
          phase: 'bridge',
          line: `link add name ${row.name} address ${row.address} type bridge ${QUIET_BRIDGE}`,
        },
        ...raiseBridge(row),
      ];
    case 'shared-bridge':
      return [
        { phase: 'bridge', line: `link add name ${row.name} type bridge ${QUIET_BRIDGE}` },
        ...shielded(row.name),
        { phase: 'device up', line: `link set dev ${row.name} up` },
      ];
    case 'vxlan':
      return [
        {
          phase: 'device',
          line: `link add name ${row.name} type vxlan id ${row.vni} local ${row.local ?? ''} dstport ${row.dstPort} nolearning`,
        },
        ...settleVxlan(row),
      ];
    case 'veth-pair':
      return [
        { phase: 'device', line: `link add name ${row.interface} type veth peer name ${row.peer}` },
        ...settlePair(row),
      ];
    case 'port':
      return [{ phase: 'port', line: `link set dev ${row.interface} master ${row.bridge} up` }];
    case 'local-entry':
      return [
        {
          phase: 'local MAC',
          line: `fdb replace ${row.mac} dev ${row.interface} master static sticky`,
          ...(row.shared ? { tolerate: 'not a port' } : {}),
        },
      ];
    case 'remote-entry':
      return [{ phase: 'remote MAC', line: `fdb replace ${row.mac} dev ${row.device} master static sticky` }];
    case 'tunnel':
      return [
        {
          phase: 'tunnel',
          line: `fdb replace ${row.mac} dev ${row.device} self permanent dst ${row.vtep} vni ${row.vni}`,
        },
      ];
    case 'flood':
      // Appending what is there already changes nothing and succeeds.
      return [
        {
          phase: 'flood',
          line: `fdb append ${EVERY_MAC} dev ${row.device} dst ${row.vtep} vni ${row.vni} self permanent`,
        },
      ];
    case 'neighbour':
      return [
        {
          phase: 'neighbour',
          line: `neigh replace ${row.ip} lladdr ${row.mac} dev ${row.device} nud permanent`,
        },
      ];
  }
}

function remove(row: Row): readonly Step[] {
  switch (row.kind) {
    case 'bridge':
    case 'vxlan':
      return [gone('remove device', `link del dev ${row.name}`)];
    case 'shared-bridge':
      return [];
    case 'veth-pair':
      // The one end takes the other along, if it is the other.
      return [row.interface, ...(row.joined ? [] : [row.peer])].map((end) =>
        gone('remove device', `link del dev ${end}`),
      );
    case 'port':
      return [gone('remove port', `link set dev ${row.interface} nomaster`)];
    case 'local-entry':
      return [
        {
          ...gone('remove local MAC', `fdb del ${row.mac} dev ${row.interface} master`),
          tolerate: 'gone or not a port',
        },
      ];
    case 'remote-entry':
      return [
        {
          ...gone('remove remote MAC', `fdb del ${row.mac} dev ${row.device} master`),
          tolerate: 'gone or not a port',
        },
      ];
    case 'tunnel':
      return [
        gone('remove remote MAC', `fdb del ${row.mac} dev ${row.device} self dst ${row.vtep} vni ${row.vni}`),
      ];
    case 'flood':
      return [
        gone('remove flood', `fdb del ${EVERY_MAC} dev ${row.device} self dst ${row.vtep} vni ${row.vni}`),
      ];
    case 'neighbour':
      // `ip` ends a whole batch at a neighbour that is not there to be removed: then it is put there first.
      return [
        gone('remove neighbour', `neigh replace ${row.ip} lladdr ${row.mac} dev ${row.device} nud permanent`),
        gone('remove neighbour', `neigh del ${row.ip} dev ${row.device}`),
      ];
  }
}

/** In the table of a VXLAN device: what is not known otherwise. */
export const EVERY_MAC = '00:00:00:00:00:00';

/** Forwards at once and everything: who is behind which port is told, not found out. */
const QUIET_BRIDGE = 'stp_state 0 forward_delay 0 mcast_snooping 0';

function settleBridge(row: BridgeRow): readonly Step[] {
  return [
    { phase: 'bridge', line: `link set dev ${row.name} type bridge ${QUIET_BRIDGE}` },
    ...raiseBridge(row),
  ];
}

function raiseBridge(row: BridgeRow): readonly Step[] {
  return [
    // A change of the MTU, before there are ports, keeps the bridge from following theirs.
    { phase: 'bridge', line: `link set dev ${row.name} address ${row.address} mtu ${row.mtu}` },
    ...shielded(row.name),
    { phase: 'device up', line: `link set dev ${row.name} up` },
  ];
}

function settleVxlan(row: VxlanRow): readonly Step[] {
  return [
    { phase: 'device', line: `link set dev ${row.name} mtu ${row.mtu} master ${row.bridge ?? ''}` },
    {
      phase: 'device',
      line: `link set dev ${row.name} type bridge_slave learning off neigh_suppress on flood on isolated on`,
    },
    withoutIpv6(row.name),
    { phase: 'device up', line: `link set dev ${row.name} up` },
  ];
}

/**
 * Until the VRF takes its end, that is an interface of the node like any other. It has no IPv4 address then, so that
 * `rp_filter`, be it loose, keeps virtual machines from reaching the node through it.
 */
function settlePair({ interface: port, peer, mtu }: VethPairRow): readonly Step[] {
  return [
    ...[port, peer].flatMap((end): readonly Step[] => [
      { phase: 'device', line: `link set dev ${end} mtu ${mtu}` },
      withoutIpv6(end),
      { phase: 'device up', line: `link set dev ${end} up` },
    ]),
    { phase: 'shield', line: `net/ipv4/conf/${peer}/rp_filter=2` },
  ];
}

/** No link-local address of the node in the network of the virtual machines. Slashes, for names may have dots. */
function withoutIpv6(name: string): Step {
  return { phase: 'shield', line: `net/ipv6/conf/${name}/disable_ipv6=1` };
}

/**
 * Virtual machines do not reach the node through their bridge. It has no IPv4 address, so that the kernel drops the IPv4
 * packets that enter by it when `rp_filter` is not 0, loose (2) as well as strict; `arp_ignore` 8 leaves questions for
 * addresses of the node unanswered. What is merely forwarded, and suppressed ARP, pass as ever. Not covered: broadcast
 * from 0.0.0.0 to 255.255.255.255, which the kernel takes without looking at the source.
 */
function shielded(bridge: string): readonly Step[] {
  return [
    withoutIpv6(bridge),
    { phase: 'shield', line: `net/ipv4/conf/${bridge}/rp_filter=1` },
    { phase: 'shield', line: `net/ipv4/conf/${bridge}/arp_ignore=${ARP_SILENCE}` },
  ];
}

function gone(phase: Phase, line: string): Step {
  return { phase, line, tolerate: 'gone' };
}
