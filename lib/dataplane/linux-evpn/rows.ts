import { parseIpAddress } from '../../net/ip-address.ts';
import type { EvpnState } from '../intent.ts';
import { EVERY_MAC } from './compile.ts';
import type { Layout } from './layout.ts';
import { type PortRow, type Row, rowKey } from './row.ts';
import type { FdbEntry, NeighbourEntry } from './tables.ts';
import { pairRow } from './veth-pair.ts';

/** What an EVI has besides its devices. */
export type MemberState = Exclude<EvpnState, { kind: 'evi' }>;

/** Kinds of intents that are about devices and interfaces, which others change too. */
export const STRUCTURAL: ReadonlySet<string | undefined> = new Set<EvpnState['kind']>([
  'evi',
  'evpn-port',
  'local-mac',
  'veth-pair',
  'gateway-port',
]);

/**
 * Rows that an object of an EVI stands for. `isLocal`: the MAC is also behind a local port, which then has the entry in
 * the table of the bridge; the tunnel entry waits until the local port is gone.
 */
export function memberRows(
  state: MemberState,
  layout: Layout,
  isLocal: (mac: string) => boolean,
): readonly Row[] {
  switch (state.kind) {
    case 'evpn-port':
      // Ports of its own bridge are the orchestrator's to enslave.
      if (!layout.ownsBridge) return [];
      return [portRow(state.kind, state.port.interface, layout)];
    case 'veth-pair':
      return [pairRow(state, layout)];
    case 'gateway-port':
      // Nobody else would enslave it, whoever the bridge belongs to.
      return [portRow(state.kind, state.interface, layout)];
    case 'local-mac':
      return [
        {
          kind: 'local-entry',
          mac: state.mac,
          interface: state.port.interface,
          bridge: layout.bridge,
          shared: !layout.ownsBridge,
          sticky: true,
        },
      ];
    case 'remote-mac': {
      const { mac, vtep, vni } = state;
      const tunnel: Row = { kind: 'tunnel', mac, device: layout.device, vtep, vni };
      return isLocal(mac)
        ? [tunnel]
        : [tunnel, { kind: 'remote-entry', mac, device: layout.device, sticky: true }];
    }
    case 'flood':
      return [{ kind: 'flood', device: layout.device, vtep: state.vtep, vni: state.vni }];
    case 'neighbour':
      // A bridge of ours has no IPv6, and the kernel no neighbours there: neighbour solicitations are flooded.
      if (layout.ownsBridge && state.ip.includes(':')) return [];
      return [{ kind: 'neighbour', device: layout.neighbourDevice, ip: state.ip, mac: state.mac }];
  }
}

/** Keys of other members that have a say in the rows of this one. */
export function relatedKeys(member: MemberState): readonly string[] {
  const { instance } = member;
  switch (member.kind) {
    // A MAC that is local hides the same MAC behind a VTEP.
    case 'local-mac':
      return [`${instance}/remote-mac/${member.mac}`];
    case 'remote-mac':
      return [`${instance}/local-mac/${member.mac}`];
    // An interface that is a port for one reason does not cease to be one when it is refused for the other.
    case 'evpn-port':
      return [`${instance}/gateway-port/${member.port.interface}`];
    case 'gateway-port':
      return [`${instance}/evpn-port/${member.interface}`];
    default:
      return [];
  }
}

function portRow(role: PortRow['role'], name: string, layout: Layout): PortRow {
  return { kind: 'port', role, interface: name, bridge: layout.bridge, up: true };
}

/**
 * The rows that stand in the tables of an EVI. In a bridge of ours an interface with a static entry is a port that we
 * made; all other ports are somebody else's.
 */
export function foundRows(
  layout: Layout,
  fdb: readonly FdbEntry[],
  neighbours: readonly NeighbourEntry[],
  isUp: (name: string) => boolean,
): ReadonlyMap<string, Row> {
  const rows = new Map<string, Row>();
  const add = (row: Row): unknown => rows.set(rowKey(row), row);
  for (const entry of fdb) {
    if (entry.master === layout.bridge && entry.isStatic) {
      if (entry.interface === layout.device) {
        add({ kind: 'remote-entry', mac: entry.mac, device: layout.device, sticky: entry.isSticky });
      } else {
        add({
          kind: 'local-entry',
          mac: entry.mac,
          interface: entry.interface,
          bridge: layout.bridge,
          shared: !layout.ownsBridge,
          sticky: entry.isSticky,
        });
        if (layout.ownsBridge) {
          add({ ...portRow('evpn-port', entry.interface, layout), up: isUp(entry.interface) });
        }
      }
    } else if (entry.interface === layout.device && entry.dst !== undefined && !isUnspecified(entry.dst)) {
      const remote = {
        device: layout.device,
        vtep: parseIpAddress(entry.dst) ?? entry.dst,
        vni: entry.vni ?? layout.vni,
      };
      if (entry.mac === EVERY_MAC) add({ kind: 'flood', ...remote });
      else add({ kind: 'tunnel', mac: entry.mac, ...remote });
    }
  }
  for (const { ip, mac } of neighbours) {
    add({ kind: 'neighbour', device: layout.neighbourDevice, ip: parseIpAddress(ip) ?? ip, mac });
  }
  return rows;
}

/** Never ours; to remove such an entry by its address would be to remove the MAC with all its VTEPs. */
function isUnspecified(address: string): boolean {
  return address === '0.0.0.0' || address === '::';
}
