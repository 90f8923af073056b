import type { DesiredActual } from '../desired-actual.ts';

/**
 * A row is one object in the kernel that is ours: a device, a bridge port, an entry of a table. Intents are compiled
 * to rows, dumps are parsed to rows, and what has to be done is the difference.
 */
export type Row =
  | BridgeRow
  | SharedBridgeRow
  | VxlanRow
  | VethPairRow
  | PortRow
  | LocalEntryRow
  | RemoteEntryRow
  | TunnelRow
  | FloodRow
  | NeighbourRow;

/** A bridge of ours. */
export interface BridgeRow {
  readonly kind: 'bridge';
  readonly name: string;
  readonly address: string;
  readonly mtu: number;
  /** Up, without STP, forward delay, snooping and IPv6, and no way into the node. */
  readonly settled: boolean;
}

/** A bridge of the orchestrator: made if it is missing, never removed. */
export interface SharedBridgeRow {
  readonly kind: 'shared-bridge';
  readonly name: string;
}

/** A VXLAN device of ours, port of `bridge`. */
export interface VxlanRow {
  readonly kind: 'vxlan';
  readonly name: string;
  readonly bridge: string | undefined;
  readonly vni: number;
  readonly local: string | undefined;
  readonly dstPort: number;
  readonly mtu: number;
  /** Made without learning and ARP proxy, which cannot be taken from it later. */
  readonly plain: boolean;
  /** Up, without IPv6, and a bridge port that does not learn, suppresses ARP, floods and is isolated. */
  readonly settled: boolean;
}

/** A pair of interfaces of ours, by which the EVI is plugged into a VRF. */
export interface VethPairRow {
  readonly kind: 'veth-pair';
  readonly interface: string;
  readonly peer: string;
  /** False: at least one of the names is taken, but not by a pair that is ours to use. */
  readonly joined: boolean;
  readonly mtu: number;
  /** Both ends up, alike in MTU and without IPv6. */
  readonly settled: boolean;
}

/** An interface, of a virtual machine or towards the gateway, that we make a port of the bridge. */
export interface PortRow {
  readonly kind: 'port';
  /** The kind of intent that asks for it. */
  readonly role: 'evpn-port' | 'gateway-port';
  readonly interface: string;
  readonly bridge: string;
  readonly up: boolean;
}

/** An entry of the bridge's table: the MAC is behind an interface of ours. */
export interface LocalEntryRow {
  readonly kind: 'local-entry';
  readonly mac: string;
  readonly interface: string;
  readonly bridge: string;
  /** The bridge is the orchestrator's, who enslaves the interface when it likes. */
  readonly shared: boolean;
  readonly sticky: boolean;
}

/** An entry of the bridge's table: the MAC is behind the VXLAN device. */
export interface RemoteEntryRow {
  readonly kind: 'remote-entry';
  readonly mac: string;
  readonly device: string;
  /** Keeps its port when somebody behind another port sends with this MAC. */
  readonly sticky: boolean;
}

/** An entry of the VXLAN device's table: the MAC is behind this VTEP. */
export interface TunnelRow {
  readonly kind: 'tunnel';
  readonly mac: string;
  readonly device: string;
  readonly vtep: string;
  readonly vni: number;
}

/** An entry of the VXLAN device's flood list. */
export interface FloodRow {
  readonly kind: 'flood';
  readonly device: string;
  readonly vtep: string;
  readonly vni: number;
}

export interface NeighbourRow {
  readonly kind: 'neighbour';
  readonly device: string;
  readonly ip: string;
  readonly mac: string;
}

/**
 * Tells the rows of one EVI apart. A MAC has one entry in the table of a bridge, whether it is local or remote, so that
 * the one becomes the other by being replaced.
 */
export function rowKey(row: Row): string {
  switch (row.kind) {
    case 'bridge':
    case 'shared-bridge':
      return BRIDGE_KEY;
    case 'vxlan':
      return VXLAN_KEY;
    case 'veth-pair':
      return pairKey(row.interface);
    case 'port':
      return portKey(row.interface);
    case 'local-entry':
    case 'remote-entry':
      return `entry/${row.mac}`;
    case 'tunnel':
      return `tunnel/${row.mac}`;
    case 'flood':
      return `flood/${row.vtep}/${row.vni}`;
    case 'neighbour':
      return `neighbour/${row.ip}`;
  }
}

export const BRIDGE_KEY = 'bridge';
export const VXLAN_KEY = 'vxlan';

export function pairKey(name: string): string {
  return `veth-pair/${name}`;
}

export function portKey(name: string): string {
  return `port/${name}`;
}

/** Of two rows the one of the lower rank comes first, as the other may need it. */
export function rankOf(key: string): 0 | 1 | 2 {
  if (key.startsWith('veth-pair/')) return 0;
  return /^(port|tunnel)\//.test(key) ? 1 : 2;
}

/** The row, besides the devices, without which this one cannot be made: it may not be there, if others see to it. */
export function referentKey(row: Row): string | undefined {
  switch (row.kind) {
    case 'port':
      return pairKey(row.interface);
    case 'local-entry':
      return portKey(row.interface);
    case 'remote-entry':
      return `tunnel/${row.mac}`;
    default:
      return undefined;
  }
}

/** The intent that a row of this instance stands for, wholly or in part. */
export function ownerKey(instance: number, row: Row): string {
  switch (row.kind) {
    case 'bridge':
    case 'shared-bridge':
    case 'vxlan':
      return `${instance}/evi`;
    case 'veth-pair':
      return `${instance}/veth-pair/${row.interface}`;
    case 'port':
      return `${instance}/${row.role}/${row.interface}`;
    case 'local-entry':
      return `${instance}/local-mac/${row.mac}`;
    case 'remote-entry':
    case 'tunnel':
      return `${instance}/remote-mac/${row.mac}`;
    case 'flood':
      return `${instance}/flood/${row.vtep}/${row.vni}`;
    case 'neighbour':
      return `${instance}/neighbour/${row.ip}`;
  }
}

/** The device that a row vanishes with; a device vanishes with none. */
export function residence(row: Row): string | undefined {
  switch (row.kind) {
    case 'bridge':
    case 'shared-bridge':
    case 'vxlan':
    case 'veth-pair':
      return undefined;
    case 'port':
    case 'local-entry':
      return row.bridge;
    case 'remote-entry':
    case 'tunnel':
    case 'flood':
    case 'neighbour':
      return row.device;
  }
}

/** Rows of a kind that are there or wanted; as they are wanted, if they are. */
export function rowsOfKind<K extends Row['kind']>(
  rows: DesiredActual<string, Row>,
  kind: K,
): ReadonlyMap<string, Extract<Row, { kind: K }>> {
  const found = new Map<string, Extract<Row, { kind: K }>>();
  for (const entries of [rows.actualEntries(), rows.desiredEntries()]) {
    for (const [key, row] of entries) if (isOfKind(row, kind)) found.set(key, row);
  }
  return found;
}

function isOfKind<K extends Row['kind']>(row: Row, kind: K): row is Extract<Row, { kind: K }> {
  return row.kind === kind;
}

/** A device of the EVI, of which it has one of a kind. */
export function isDevice({ kind }: Row): boolean {
  return kind === 'bridge' || kind === 'shared-bridge' || kind === 'vxlan';
}

/** An entry of a table: what it says is not seen in the list of interfaces. */
export function isEntry(row: Row): boolean {
  return !isDevice(row) && row.kind !== 'port' && row.kind !== 'veth-pair';
}

/** Rows are flat, and all rows of a kind list the same fields. */
export function sameRow(a: Row, b: Row): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind) return false;
  for (const field in a) {
    if (a[field as keyof Row] !== b[field as keyof Row]) return false;
  }
  return true;
}
