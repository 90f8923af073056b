import type { RestAttachPlan } from '../../lib/cli/rest-attach/plan.ts';

/** A scenario: compute nodes, what is attached to them, and what must then be true. All that it names is there. */
export interface Scenario {
  readonly title: string;
  readonly about: string | undefined;
  readonly reflector: 'gobgp' | 'frr';
  readonly nodes: ReadonlyMap<string, Drivers>;
  /** By name, those that have one: `64512:1`. */
  readonly routeTargets: ReadonlyMap<string, string>;
  /** In the order in which they are attached. */
  readonly attachments: ReadonlyMap<string, Attachment>;
  readonly machines: ReadonlyMap<string, Machine>;
  readonly services: ReadonlyMap<string, Service>;
  readonly steps: readonly Step[];
}

/** The dataplane drivers of a node. */
export interface Drivers {
  readonly evpn: EvpnDriver;
  readonly ipvpn: IpvpnDriver;
}

export const EVPN_DRIVERS = ['linux', 'dummy'] as const;
/** To be said of drivers of E-VPNs. */
export const NO_OVS = '; ovs needs a VLAN for each port, which bagpipe-rest-attach cannot name';
export const IPVPN_DRIVERS = ['ovs', 'linux', 'dummy'] as const;
export type EvpnDriver = (typeof EVPN_DRIVERS)[number];
export type IpvpnDriver = (typeof IPVPN_DRIVERS)[number];

/** One call of `bagpipe-rest-attach` on a node, and the same to detach. */
export interface Attachment {
  readonly name: string;
  readonly node: string;
  /** Words of the command line, without `--attach` or `--detach`. */
  readonly words: readonly string[];
  /** The attachment whose MAC address this one has, too; its option is to be added to the words. */
  readonly macOf: string | undefined;
  /** What the command makes of the words; the MAC address is unknown where another one has it. */
  readonly plan: RestAttachPlan;
}

/** A network namespace that plays a virtual machine; the command makes it. */
export interface Machine {
  readonly name: string;
  readonly node: string;
  /** Of its first interface, `11.0.0.1`. */
  readonly address: string;
}

/** A machine that passes on to the one interface what comes in by the other one. */
export interface Service {
  readonly machine: Machine;
  /** Two of them. */
  readonly sides: readonly Side[];
}

export interface Side {
  readonly interface: string;
  /** Where packets that leave by this interface are sent. */
  readonly gateway: string;
}

/** What packets are sent to try a way. */
export type Traffic =
  { readonly protocol: 'icmp' } | { readonly protocol: 'tcp' | 'udp'; readonly port: number };

/** From one machine to another one. */
export interface Journey {
  readonly from: string;
  readonly to: string;
  readonly traffic: Traffic;
}

export interface Reaches extends Journey {
  /** The services that packets must cross, in order, and no other one; undefined: whatever way they take. */
  readonly through: readonly string[] | undefined;
  /** The same for the answers. */
  readonly back: readonly string[] | undefined;
}

export interface DoesNotReach extends Journey {
  /** The services that packets come to before they are lost, in order, and no other one; undefined: wherever it is. */
  readonly seenAt: readonly string[] | undefined;
}

export interface Spreads extends Journey {
  readonly flows: number;
  /** Services that have to share the flows, and the answers to them: each crosses one of these. */
  readonly over: readonly string[];
  /** The services that each flow must cross, in order, with `SHARED` for that of `over`; undefined: any others, too. */
  readonly through: readonly string[] | undefined;
  /** The same for the answers. */
  readonly back: readonly string[] | undefined;
}

/** Stands for whichever of the services that share flows it is. */
export const SHARED = 'over';

export type Action =
  | { readonly kind: 'attach' | 'detach'; readonly attachments: readonly string[] }
  | { readonly kind: 'fail' | 'restore'; readonly node: string }
  | { readonly kind: 'reaches'; readonly check: Reaches }
  | { readonly kind: 'does-not-reach'; readonly check: DoesNotReach }
  | { readonly kind: 'spreads'; readonly check: Spreads };

export interface Step {
  /** What the reader is told before it. */
  readonly say: string | undefined;
  readonly action: Action | undefined;
}
