import type { FlowComponent } from '../bgp/nlri/flow-component.ts';
import type { RouteTarget } from '../net/route-target.ts';
import type { LocalPort } from '../vpn/local-port.ts';
import type { Fallback } from '../vpn/request.ts';
import type { Direction } from '../vpn/vpn-type.ts';

/**
 * What the dataplane should hold, as plain data. An instance emits an `Intent` for each object whose state it wants
 * changed; a sink makes it so and answers with one `Confirmation`. States say the *whole* of what is wanted, so that
 * a repeat is harmless.
 *
 * Referents come before what refers to them: instance → port → local MAC; instance → remote endpoint, flood entry,
 * remote MAC, neighbour.
 */
export type DataplaneState = EvpnState | IpvpnState;

/** A bridged network: the bridge and the tunnel device of an EVI. */
export interface EviState {
  readonly kind: 'evi';
  readonly instance: number;
  /** The id that the orchestrator gave; devices are named after it. */
  readonly externalId: string;
  readonly vni: number;
  /** An existing bridge to work in, instead of one of our own (`linuxbr` of the API). */
  readonly bridge: string | undefined;
}

/** A local interface that is a port of the EVI. */
export interface EvpnPortState {
  readonly kind: 'evpn-port';
  readonly instance: number;
  readonly port: LocalPort;
}

/** A MAC address that is behind a local port. */
export interface LocalMacState {
  readonly kind: 'local-mac';
  readonly instance: number;
  readonly port: LocalPort;
  readonly mac: string;
}

/** MAC `mac` is behind the VTEP `vtep`, which knows the network as `vni` (may differ from our own). */
export interface RemoteMacState {
  readonly kind: 'remote-mac';
  readonly instance: number;
  readonly mac: string;
  readonly vtep: string;
  readonly vni: number;
}

/** Address `ip` (IPv4 or IPv6) resolves to `mac`, which is behind some VTEP: ARP and ND are answered locally. */
export interface NeighbourState {
  readonly kind: 'neighbour';
  readonly instance: number;
  readonly ip: string;
  readonly mac: string;
}

/** Broadcast, unknown unicast and multicast go to this VTEP too (ingress replication, RFC 7432 §11.2). */
export interface FloodState {
  readonly kind: 'flood';
  readonly instance: number;
  readonly vtep: string;
  readonly vni: number;
}

/** Two interfaces, of which each receives what the other sends: they plug one instance into another. */
export interface VethPairState {
  readonly kind: 'veth-pair';
  readonly instance: number;
  /** The end that is a port of this instance. */
  readonly interface: string;
  /** The end that is a port of the other one. */
  readonly peer: string;
}

/** The port of an EVI behind which is the gateway of its subnet: the VRF into which it is plugged. */
export interface GatewayPortState {
  readonly kind: 'gateway-port';
  readonly instance: number;
  readonly interface: string;
  readonly gatewayIp: string | undefined;
}

export type EvpnState =
  | EviState
  | EvpnPortState
  | LocalMacState
  | RemoteMacState
  | NeighbourState
  | FloodState
  | VethPairState
  | GatewayPortState;

/** The forwarding table of a VRF. */
export interface VrfState {
  readonly kind: 'vrf';
  readonly instance: number;
  readonly externalId: string;
  /** The label of the instance: a VNI where one was given. */
  readonly label: number;
  readonly gatewayIp: string | undefined;
  readonly prefixLength: number | undefined;
  /** Where packets go that match no route; undefined: nowhere. */
  readonly fallback: Fallback | undefined;
  /**
   * Whether it imports what it exports: only then are the subnets that its endpoints announce among its own routes; the
   * addresses of its endpoints always are.
   */
  readonly importsOwn: boolean;
}

/** An address of a virtual machine in a VRF; `label` is what remote PEs push to reach it. */
export interface VrfEndpointState {
  readonly kind: 'vrf-endpoint';
  readonly instance: number;
  readonly port: LocalPort;
  readonly mac: string;
  readonly ip: string;
  readonly prefixLength: number;
  /** All that is behind the port: the address alone (`10.0.0.1/32`), or the subnet that is announced (`10.0.0.0/24`). */
  readonly prefix: string;
  readonly label: number;
  readonly direction: Direction;
  /** Its place among several ways to the prefix, as it is announced. */
  readonly hashOrder: number;
}

/** One way towards a remote prefix. */
export interface NextHop {
  readonly address: string;
  /** An MPLS label, or a VNI where VXLAN is used. */
  readonly label: number;
  /** Tunnel types (RFC 9012) that the route offers and the driver has; empty: none was named. */
  readonly encapsulations: readonly number[];
  readonly hashOrder: number;
}

/** Traffic of the VRF for `prefix` goes to one of the next hops (more than one with ECMP only). */
export interface RemotePrefixState {
  readonly kind: 'remote-prefix';
  readonly instance: number;
  readonly prefix: string;
  readonly nextHops: readonly NextHop[];
}

/** Packets of the VRF that the rules mean are looked up in another VRF of this node. */
export interface TrafficClassifierState {
  readonly kind: 'traffic-classifier';
  readonly instance: number;
  /** The rules as text, which tells them apart. */
  readonly name: string;
  /** RFC 8955 §4.2.2: conditions that a packet must all fulfil. */
  readonly components: readonly FlowComponent[];
  /** What the other VRF imports, */
  readonly redirectTarget: RouteTarget;
  /** and its `VrfState.externalId`. */
  readonly redirectTo: string;
}

export type IpvpnState = VrfState | VrfEndpointState | RemotePrefixState | TrafficClassifierState;

export interface Intent {
  /** `intentKey` of the state; tells objects apart within one driver. */
  readonly key: string;
  readonly instance: number;
  /** Undefined: the object should not exist. */
  readonly state: DataplaneState | undefined;
  /**
   * Grows with each intent of an instance, so that the confirmation of this intent, or of a newer one for the same
   * object, can be told from that of an older one. Set by the instance when it emits the intent.
   */
  revision: number;
}

/** An intent was obeyed, or (with a fault) could not be. */
export interface Confirmation {
  readonly intent: Intent;
  readonly fault: DataplaneFault | undefined;
}

export interface DataplaneFault {
  /** The command that failed, as it can be repeated by hand; absent when no command was run. */
  readonly command: string | undefined;
  /** What the kernel or the tool answered. */
  readonly reason: string;
}

export function intentKey(state: DataplaneState): string {
  switch (state.kind) {
    case 'evi':
    case 'vrf':
      return `${state.instance}/${state.kind}`;
    case 'evpn-port':
      return `${state.instance}/${state.kind}/${state.port.interface}`;
    case 'local-mac':
    case 'remote-mac':
      return `${state.instance}/${state.kind}/${state.mac}`;
    case 'neighbour':
      return `${state.instance}/${state.kind}/${state.ip}`;
    case 'flood':
      return `${state.instance}/${state.kind}/${state.vtep}/${state.vni}`;
    case 'vrf-endpoint':
      return `${state.instance}/${state.kind}/${state.mac}/${state.ip}`;
    case 'remote-prefix':
      return `${state.instance}/${state.kind}/${state.prefix}`;
    case 'traffic-classifier':
      return `${state.instance}/${state.kind}/${state.name}`;
    case 'veth-pair':
    case 'gateway-port':
      return `${state.instance}/${state.kind}/${state.interface}`;
  }
}

/** The intent that the object exists in this state. */
export function want(state: DataplaneState, revision = 0): Intent {
  return { key: intentKey(state), instance: state.instance, state, revision };
}

/** The intent that the object does not exist. */
export function unwant(state: DataplaneState, revision = 0): Intent {
  return { key: intentKey(state), instance: state.instance, state: undefined, revision };
}
