/** A port as the API describes it (`local_port`), checked. */
export interface LocalPort {
  /** Name of the Linux interface (`linuxif`); the port is known by it. */
  readonly interface: string;
  /** The whole object of the request: a MAC may be plugged again only with the same one. */
  readonly description: Readonly<Record<string, unknown>>;
}

/** An EVI of this node as the port of a VRF (`local_port.evpn`). */
export interface EvpnPort {
  /** The id by which the orchestrator knows the EVI. */
  readonly evpnInstance: string;
  /** The interfaces, where somebody has joined the two already; undefined: a pair is to be made. */
  readonly joined: { readonly eviInterface: string; readonly vrfInterface: string } | undefined;
  readonly description: Readonly<Record<string, unknown>>;
}

export type RequestedPort = LocalPort | EvpnPort;

export function isEvpnPort(port: RequestedPort): port is EvpnPort {
  return 'evpnInstance' in port;
}

/** A port in a message for people. */
export function portName(port: RequestedPort): string {
  return isEvpnPort(port) ? `evpn:${port.evpnInstance}` : port.interface;
}
