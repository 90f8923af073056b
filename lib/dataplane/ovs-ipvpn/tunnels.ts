import { failure, success, type Result } from '../../result.ts';
import type { Row } from '../ovs/row.ts';
import { resubmit } from './actions.ts';
import { PRIORITY, VXLAN_PORT } from './pipeline.ts';
import { portText, type NamedPort, type PortRef } from './ports.ts';
import type { OvsIpvpnSettings } from './settings.ts';
import { flow, type Rows, type Workshop } from './unit.ts';

/** The port on which MPLS packets leave and come in. */
export function mplsPort({ gre, mplsInterface }: OvsIpvpnSettings): string {
  return gre?.port ?? mplsInterface ?? '';
}

/** The ports that lead to other nodes, by name */
export function tunnelNames(settings: OvsIpvpnSettings): readonly string[] {
  return settings.vxlan ? [mplsPort(settings), VXLAN_PORT] : [mplsPort(settings)];
}

/** and how they are added. */
export function tunnelPorts(settings: OvsIpvpnSettings): readonly NamedPort[] {
  const { localAddress, gre, vxlan } = settings;
  const ends = [`local_ip=${localAddress}`, 'remote_ip=flow'];
  const mpls =
    gre && ({ type: 'gre', options: lastOfEach([...ends, ...gre.options]), mtu: undefined } as const);
  const ports: NamedPort[] = [{ name: mplsPort(settings), request: { make: mpls } }];
  if (vxlan) {
    const make = { type: 'vxlan', options: [...ends, 'key=flow'], mtu: undefined } as const;
    ports.push({ name: VXLAN_PORT, request: { make } });
  }
  return ports;
}

/** Of options (`key=value`) with one key the last one counts, as for Open vSwitch, which keeps no other. */
function lastOfEach(options: readonly string[]): readonly string[] {
  return [...new Map(options.map((option) => [option.split('=', 1)[0], option])).values()];
}

/** The number of a port behind which machines are. By its number, too, it may not be one that leads to other nodes. */
export function machinePort(port: PortRef, { settings, view }: Workshop): Result<number, string> {
  if (typeof port === 'string') return view.portNumber(port);
  for (const name of tunnelNames(settings)) {
    const tunnel = view.portNumber(name);
    if (tunnel.ok && tunnel.value === port) {
      return failure(`local_port: port ${portText(port)} is ${name}, the way to other nodes`);
    }
  }
  return success(port);
}

/** Packets from other nodes are told apart by label, or VNI. */
export function tunnelRows({ settings, tables, view }: Workshop): Rows {
  const rows: Row[] = [];
  const letIn = (...match: readonly string[]): number =>
    rows.push(
      flow(undefined, {
        table: tables.input,
        priority: PRIORITY.input,
        match,
        actions: [resubmit(tables.encap)],
      }),
    );
  const mpls = view.portNumber(mplsPort(settings));
  if (!mpls.ok) return mpls;
  if (settings.gre !== undefined) {
    letIn('mpls', `in_port=${mpls.value}`);
  } else {
    // A network that floods brings what is meant for others, too.
    const mac = view.localMac();
    if (!mac.ok) return mac;
    letIn('mpls', `in_port=${mpls.value}`, `dl_dst=${mac.value}`);
  }
  if (settings.vxlan) {
    const vxlan = view.portNumber(VXLAN_PORT);
    if (!vxlan.ok) return vxlan;
    letIn(`in_port=${vxlan.value}`);
  }
  return success(rows);
}
