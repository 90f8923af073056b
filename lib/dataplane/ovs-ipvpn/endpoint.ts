import { failure, success, type Result } from '../../result.ts';
import { isHostAddress, isIpv4 } from '../../net/ip-address.ts';
import type { VrfEndpointState } from '../intent.ts';
import { isEviPort } from './evi-port.ts';
import { portText, type NamedPort, type PortRef } from './ports.ts';
import type { OvsIpvpnSettings } from './settings.ts';
import { tunnelNames } from './tunnels.ts';

/** An address of a virtual machine, and where the bridge has the machine. */
export interface Endpoint {
  readonly mac: string;
  readonly ip: string;
  /** What is announced: the address alone (`10.0.0.1/32`), or a subnet. */
  readonly prefix: string;
  /** Whether an EVI is behind the port. */
  readonly isEvi: boolean;
  /** With which packets to the MAC address come in; one label has one MAC address behind one port. */
  readonly label: number;
  /** Packets of the machine come from here, */
  readonly from: PortRef;
  /** and those to it go there. */
  readonly to: PortRef;
  /** The tag that packets have at the port; 0: none. */
  readonly vlan: number;
  /** Whether the machine may send into the VRF, */
  readonly sends: boolean;
  /** and receive from it. */
  readonly receives: boolean;
  /** Its place among several ways to one prefix. */
  readonly hashOrder: number;
  /** What must be there for it. */
  readonly ports: readonly NamedPort[];
}

/** Untagged. */
export const NO_VLAN = 0;

/** The port and VLAN that packets come from, as text. */
export function sourceOf({ from, vlan }: Endpoint): string {
  return `${portText(from)}/${vlan}`;
}

/** Where the bridge has the endpoint; a failure names the member of the request that does not fit. */
export function readEndpoint(state: VrfEndpointState, settings: OvsIpvpnSettings): Result<Endpoint, string> {
  const { port, direction } = state;
  const { ovs } = port;
  if (!isIpv4(state.ip)) return failure(`ip_address: ${state.ip}: the driver forwards IPv4 only`);
  const from = ovs?.plugged === true ? (ovs.portNumber ?? ovs.portName) : (ovs?.portName ?? port.interface);
  if (from === undefined) {
    return failure('local_port.ovs: port_number or port_name is missing: a plugged port needs one of them');
  }
  const to = ovs?.toVmPortNumber ?? ovs?.toVmPortName ?? from;
  for (const name of [from, to]) {
    // By their numbers they are known when the bridge is: see `machinePort`.
    if (tunnelNames(settings).some((tunnel) => tunnel === name)) {
      return failure(`local_port: ${name} is the way to other nodes`);
    }
  }
  const ports: NamedPort[] = [];
  if (typeof from === 'string') {
    const make = { type: 'system', options: [], mtu: settings.interfaceMtu } as const;
    ports.push({ name: from, request: { make: ovs?.plugged === true ? undefined : make } });
  }
  if (typeof to === 'string' && to !== from) ports.push({ name: to, request: { make: undefined } });
  return success({
    mac: state.mac,
    ip: state.ip,
    prefix: state.prefix,
    isEvi: isEviPort(port),
    label: state.label,
    from,
    to,
    vlan: ovs?.vlan ?? NO_VLAN,
    sends: direction !== 'to-port',
    receives: direction !== 'from-port',
    hashOrder: state.hashOrder,
    ports,
  });
}

/** What is behind the port: the address, and the subnet if one is announced. `0.0.0.0` of a default route is no address. */
export function prefixesBehind({ ip, prefix }: Endpoint): readonly string[] {
  const host = `${ip}/32`;
  return prefix === host || !isHostAddress(ip) ? [prefix] : [host, prefix];
}

/** Whether nothing about it has changed. */
export function isSameEndpoint(a: Endpoint, b: Endpoint): boolean {
  return (
    a.mac === b.mac &&
    a.ip === b.ip &&
    a.prefix === b.prefix &&
    a.isEvi === b.isEvi &&
    a.label === b.label &&
    a.from === b.from &&
    a.to === b.to &&
    a.vlan === b.vlan &&
    a.sends === b.sends &&
    a.receives === b.receives &&
    a.hashOrder === b.hashOrder &&
    a.ports.length === b.ports.length &&
    a.ports.every(({ request }, index) => isPlugged(request) === isPlugged(b.ports[index]!.request))
  );
}

function isPlugged({ make }: NamedPort['request']): boolean {
  return make === undefined;
}
