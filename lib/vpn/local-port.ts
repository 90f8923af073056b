/** A port as the API describes it (`local_port`), checked. */
export interface LocalPort {
  /** Name of the Linux interface (`linuxif`); the port is known by it. */
  readonly interface: string;
  /** Where Open vSwitch has the port (`ovs`); absent where nothing is said of that. */
  readonly ovs?: OvsPort | undefined;
  /** The VLAN by which the tunnel bridge of Open vSwitch knows the network of an EVI (`vlan`): 1 to 4094. */
  readonly vlan?: number | undefined;
  /** The whole object of the request: a MAC may be plugged again only with the same one. */
  readonly description: Readonly<Record<string, unknown>>;
}

/** A port of a bridge of Open vSwitch, by name or by OpenFlow number (1 to 65279), or by neither: then by `linuxif`. */
export interface OvsPort {
  /** The bridge has the port already, and keeps it when the endpoint goes. */
  readonly plugged: boolean;
  readonly portName: string | undefined;
  readonly portNumber: number | undefined;
  /** Only this VLAN of the port belongs to the VRF: 1 to 4094. */
  readonly vlan: number | undefined;
  /** Where packets to the endpoint go, if not to the port from which its own come. */
  readonly toVmPortName: string | undefined;
  readonly toVmPortNumber: number | undefined;
}

/** An EVI of this node as the port of a VRF (`local_port.evpn`). */
export interface EvpnPort {
  /** The id by which the orchestrator knows the EVI. */
  readonly evpnInstance: string;
  /** The interfaces, where somebody has joined the two already; undefined: a pair is to be made. */
  readonly joined: JoinedPorts | undefined;
  readonly description: Readonly<Record<string, unknown>>;
}

export interface JoinedPorts {
  readonly eviInterface: string;
  readonly vrfInterface: string;
  /** Where Open vSwitch has the port of the VRF. */
  readonly ovs?: OvsPort | undefined;
}

export type RequestedPort = LocalPort | EvpnPort;

export function isEvpnPort(port: RequestedPort): port is EvpnPort {
  return 'evpnInstance' in port;
}

/** A port in a message for people. */
export function portName(port: RequestedPort): string {
  return isEvpnPort(port) ? `evpn:${port.evpnInstance}` : port.interface;
}
