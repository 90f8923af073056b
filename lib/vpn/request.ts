import type { IpPrefix } from '../net/ip-prefix.ts';
import type { RouteTarget } from '../net/route-target.ts';
import type { LocalPort, RequestedPort } from './local-port.ts';
import type { Direction, VpnType } from './vpn-type.ts';

/**
 * Which endpoint of which instance: what attach and detach have in common. `Port` is a `RequestedPort` in what clients
 * ask for, and a `LocalPort` when it is known which interface that is.
 */
export interface EndpointReference<Port extends RequestedPort = LocalPort> {
  readonly vpnType: VpnType;
  /** The id by which the orchestrator knows the instance. */
  readonly instanceId: string;
  readonly mac: string;
  /** The MAC as the request wrote it, to be shown. */
  readonly macText: string;
  /** Undefined: an endpoint without address ("wildcard"), possible in an EVI. */
  readonly ip: IpPrefix | undefined;
  /** The address as the request wrote it, to be shown. */
  readonly ipText: string | undefined;
  readonly port: Port;
}

/** `POST /attach_localport`, checked. */
export interface AttachRequest<Port extends RequestedPort = LocalPort> extends EndpointReference<Port> {
  readonly importTargets: readonly RouteTarget[];
  readonly exportTargets: readonly RouteTarget[];
  readonly gatewayIp: string | undefined;
  /** Announce the whole prefix of `ip`, not the host alone. */
  readonly advertiseSubnet: boolean;
  readonly direction: Direction;
  readonly vni: number | undefined;
  readonly localPref: number | undefined;
  readonly hashOrder: number;
  readonly description: Description | undefined;
  readonly instanceDescription: string | undefined;
  readonly readvertise: Readvertise | undefined;
  readonly attractTraffic: AttractTraffic | undefined;
  /** Where packets go that match no route, from now on; undefined: where they have gone. */
  readonly fallback: RequestedFallback | undefined;
  /** An existing bridge for an EVI to work in. */
  readonly bridge: string | undefined;
}

/** Text for people, or an object: agents of Neutron say `{"port": "<id>"}` of an endpoint. Shown as given. */
export type Description = string | Readonly<Record<string, unknown>>;

export interface RequestedFallback {
  readonly fallback: Fallback;
  /** As the request wrote it, to be shown. */
  readonly text: Readonly<Record<string, unknown>>;
}

/** A port of the bridge, by name or by OpenFlow number, and the MAC addresses that packets get on the way to it. */
export interface Fallback {
  readonly srcMac: string | undefined;
  readonly dstMac: string | undefined;
  readonly portName: string | undefined;
  /** 1 to 65279 */
  readonly portNumber: number | undefined;
}

/** Routes with one of `from` are announced again, as our own, with `to`. */
export interface Readvertise {
  readonly from: readonly RouteTarget[];
  readonly to: readonly RouteTarget[];
}

/** Traffic for what is passed on is drawn to the VRF, from those that import `redirectTargets`. */
export interface AttractTraffic {
  readonly redirectTargets: readonly RouteTarget[];
  readonly classifier: TrafficClassifier;
  /** As the request wrote it, to be shown. */
  readonly classifierText: Readonly<Record<string, unknown>>;
  /** The target by which the redirected traffic finds its way here. */
  readonly to: RouteTarget;
  /** Destinations for which traffic is drawn whatever is received; undefined: none was named. */
  readonly staticDestinationPrefixes: readonly IpPrefix[] | undefined;
}

/** Which packets; what is undefined does not matter. The destination is said elsewhere. */
export interface TrafficClassifier {
  readonly sourcePrefix: IpPrefix | undefined;
  readonly sourcePorts: PortRange | undefined;
  readonly destinationPorts: PortRange | undefined;
  readonly protocol: number | undefined;
}

/** Both ends belong to it. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** `POST /detach_localport`, checked. */
export type DetachRequest = EndpointReference<RequestedPort>;
