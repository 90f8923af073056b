import { parseIpAddress } from '../../net/ip-address.ts';
import type { EviState } from '../intent.ts';
import { hasIpv6, type Link } from './links.ts';
import { bridgeAddress, linuxBridgeName, VXLAN_PREFIX, vxlanName } from './names.ts';
import type { BridgeRow, Row, SharedBridgeRow, VxlanRow } from './row.ts';

/** The node in which the EVIs are laid out. */
export interface Node {
  /** Our VTEP, in canonical text. */
  readonly localAddress: string;
  readonly vxlanDstPort: number;
  readonly links: ReadonlyMap<string, Link>;
  /** `tunnelMtu`. */
  readonly mtu: number;
}

/** Which devices carry an EVI, and who owns them. */
export interface Layout {
  readonly bridge: string;
  /** False: the orchestrator's. */
  readonly ownsBridge: boolean;
  readonly device: string;
  /** False: a VXLAN device that was in the orchestrator's bridge already. */
  readonly ownsDevice: boolean;
  readonly vni: number;
  /** Of what passes through the tunnel. */
  readonly mtu: number;
  /** Where ARP is answered from. */
  readonly neighbourDevice: string;
}

/**
 * A VXLAN device with our VNI that is a port of the orchestrator's bridge is used as it is: the kernel would not have a
 * second one. If it answers ARP by itself, it does so from its own neighbours and not from those of the bridge.
 */
export function layoutOf(evi: EviState, node: Node): Layout {
  const bridge = linuxBridgeName(evi);
  const reused = evi.bridge === undefined ? undefined : findReusable(evi.vni, bridge, node);
  return {
    bridge,
    ownsBridge: evi.bridge === undefined,
    device: reused?.name ?? vxlanName(evi),
    ownsDevice: reused === undefined,
    vni: evi.vni,
    mtu: node.mtu,
    neighbourDevice: reused?.vxlan?.proxy === true ? reused.name : bridge,
  };
}

function findReusable(vni: number, bridge: string, node: Node): Link | undefined {
  for (const link of node.links.values()) {
    if (link.master === bridge && link.vxlan?.vni === vni && !link.name.startsWith(VXLAN_PREFIX)) return link;
  }
  return undefined;
}

/** Names of the devices of an EVI that are ours. */
export function ownDevices(layout: Layout): readonly string[] {
  return [...(layout.ownsBridge ? [layout.bridge] : []), ...(layout.ownsDevice ? [layout.device] : [])];
}

/** Whether what is in the EVI means the same rows in both. */
export function sameLayout(a: Layout, b: Layout): boolean {
  return (
    a.bridge === b.bridge &&
    a.device === b.device &&
    a.vni === b.vni &&
    a.mtu === b.mtu &&
    a.neighbourDevice === b.neighbourDevice
  );
}

/** The devices that an EVI should have; of those of others, what must merely exist. */
export function deviceRows(evi: EviState, layout: Layout, node: Node): readonly Row[] {
  const { mtu } = layout;
  const bridge: BridgeRow | SharedBridgeRow = layout.ownsBridge
    ? { kind: 'bridge', name: layout.bridge, address: bridgeAddress(evi), mtu, settled: true }
    : { kind: 'shared-bridge', name: layout.bridge };
  if (!layout.ownsDevice) return [bridge];
  const vxlan: VxlanRow = {
    kind: 'vxlan',
    name: layout.device,
    bridge: layout.bridge,
    vni: evi.vni,
    local: node.localAddress,
    dstPort: node.vxlanDstPort,
    mtu,
    plain: true,
    settled: true,
  };
  return [bridge, vxlan];
}

/** The devices of an EVI as they are. */
export function foundDeviceRows(layout: Layout, node: Node): readonly Row[] {
  const rows: Row[] = [];
  const bridge = node.links.get(layout.bridge);
  if (bridge?.kind === 'bridge') rows.push(layout.ownsBridge ? foundBridge(bridge) : sharedBridge(bridge));
  const device = node.links.get(layout.device);
  if (layout.ownsDevice && device?.vxlan !== undefined) rows.push(foundVxlan(device, device.vxlan));
  return rows;
}

function sharedBridge(link: Link): SharedBridgeRow {
  return { kind: 'shared-bridge', name: link.name };
}

function foundBridge(link: Link): BridgeRow {
  return {
    kind: 'bridge',
    name: link.name,
    address: link.macAddress,
    mtu: link.mtu,
    settled: link.up && link.isQuietBridge && link.isShielded && !hasIpv6(link),
  };
}

function foundVxlan(link: Link, vxlan: NonNullable<Link['vxlan']>): VxlanRow {
  return {
    kind: 'vxlan',
    name: link.name,
    bridge: link.master,
    vni: vxlan.vni,
    local: vxlan.local === undefined ? undefined : parseIpAddress(vxlan.local),
    dstPort: vxlan.dstPort,
    mtu: link.mtu,
    plain: !vxlan.learning && !vxlan.proxy,
    settled: link.up && link.isGuardedPort && !hasIpv6(link),
  };
}

/**
 * The MTU of the interface that carries our address, less the outer headers: VXLAN and UDP, IPv4 or IPv6, and the inner
 * Ethernet header. An address on the loopback interface is reached through interfaces that routing may change; for these,
 * and for an address that is not there, plain Ethernet is assumed.
 */
export function tunnelMtu(node: Pick<Node, 'localAddress' | 'links'>): number {
  const overhead = node.localAddress.includes(':') ? 70 : 50;
  for (const link of node.links.values()) {
    if (!link.isLoopback && link.addresses.some((address) => parseIpAddress(address) === node.localAddress)) {
      return Math.max(link.mtu - overhead, SMALLEST_MTU);
    }
  }
  return 1500 - overhead;
}

/** The least that IPv4 asks for (RFC 791), and Linux of a bridge. */
const SMALLEST_MTU = 68;

/** Our VXLAN devices, whatever their name, that hold this VNI and are none of `used`. */
export function leftovers(evi: EviState, node: Node, used: ReadonlySet<string>): readonly string[] {
  const names: string[] = [];
  for (const link of node.links.values()) {
    const isSame = link.vxlan?.vni === evi.vni && link.vxlan.dstPort === node.vxlanDstPort;
    if (isSame && link.name.startsWith(VXLAN_PREFIX) && !used.has(link.name)) names.push(link.name);
  }
  return names;
}
