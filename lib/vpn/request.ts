import type { IpPrefix } from '../net/ip-prefix.ts';
import type { RouteTarget } from '../net/route-target.ts';
import type { LocalPort } from './local-port.ts';
import type { Direction, VpnType } from './vpn-type.ts';

/** Which endpoint of which instance: what attach and detach have in common. */
export interface EndpointReference {
  readonly vpnType: VpnType;
  /** The id by which the orchestrator knows the instance. */
  readonly instanceId: string;
  readonly mac: string;
  /** Undefined: an endpoint without address ("wildcard"), possible in an EVI. */
  readonly ip: IpPrefix | undefined;
  /** The address as the request wrote it, to be shown. */
  readonly ipText: string | undefined;
  readonly port: LocalPort;
}

/** `POST /attach_localport`, checked. */
export interface AttachRequest extends EndpointReference {
  readonly importTargets: readonly RouteTarget[];
  readonly exportTargets: readonly RouteTarget[];
  readonly gatewayIp: string | undefined;
  /** Announce the whole prefix of `ip`, not the host alone. */
  readonly advertiseSubnet: boolean;
  readonly direction: Direction;
  readonly vni: number | undefined;
  readonly localPref: number | undefined;
  readonly hashOrder: number;
  readonly description: string | undefined;
  readonly instanceDescription: string | undefined;
  readonly readvertise: Readvertise | undefined;
  readonly attractTraffic: AttractTraffic | undefined;
  /** Where packets go that match no route; kept as given. */
  readonly fallback: Readonly<Record<string, unknown>> | undefined;
  /** An existing bridge for an EVI to work in. */
  readonly bridge: string | undefined;
}

/** Routes with one of `from` are announced again, as our own, with `to`. */
export interface Readvertise {
  readonly from: readonly RouteTarget[];
  readonly to: readonly RouteTarget[];
}

export interface AttractTraffic {
  readonly redirectTargets: readonly RouteTarget[];
  readonly classifier: Readonly<Record<string, unknown>>;
  readonly to: readonly RouteTarget[];
  readonly staticDestinationPrefixes: readonly string[] | undefined;
}

/** `POST /detach_localport`, checked. */
export type DetachRequest = EndpointReference;
