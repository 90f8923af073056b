import type { Family } from '../bgp/family.ts';
import type { DataplaneState } from '../dataplane/intent.ts';
import type { Driver } from '../dataplane/driver.ts';
import type { RouteDistinguisher } from '../net/route-distinguisher.ts';
import type { RouteTarget } from '../net/route-target.ts';
import type { BestPathPolicy } from '../rib/best-path.ts';
import type { Route, RouteSource } from '../rib/route.ts';
import type { Endpoint, EndpointTable } from './endpoint.ts';
import type { Readvertiser } from './readvertiser.ts';
import type { AttractTraffic, Fallback, Readvertise } from './request.ts';
import type { VpnType } from './vpn-type.ts';

/** What an instance is from its creation to its end. */
export interface InstanceSetup {
  readonly kind: InstanceKind;
  readonly number: number;
  /** `VRF-1`, `EVI-2` */
  readonly name: string;
  readonly externalId: string;
  readonly source: RouteSource;
  readonly driver: Driver;
  /** Address of the BGP speaker: the administrator of the RDs. */
  readonly bgpAddress: string;
  /** Where the dataplane receives packets: the next hop of our routes. */
  readonly dataplaneAddress: string;
  readonly rdNumber: number;
  readonly rd: RouteDistinguisher;
  /** The VNI that the first attachment gave, else the label of the instance. */
  readonly dataplaneId: number;
  /** The label of the instance; undefined where a VNI was given. */
  readonly label: number | undefined;
  readonly gatewayIp: string | undefined;
  readonly prefixLength: number | undefined;
  readonly bridge: string | undefined;
  readonly readvertise: Readvertise | undefined;
  readonly attractTraffic: AttractTraffic | undefined;
  /** For an instance that is there because FlowSpec routes redirect to it: the target of that redirection. */
  readonly redirectTarget: RouteTarget | undefined;
}

/** What attachments say of an instance, and later ones may say otherwise. */
export interface InstanceOptions {
  readonly fallback: Fallback | undefined;
  /** Whether it imports a route target that it exports. */
  readonly importsOwn: boolean;
}

/** What the states that follow from imported routes depend on, beside the routes. */
export interface ImportContext {
  readonly setup: InstanceSetup;
  readonly endpoints: EndpointTable;
  /** Told of routes that the dataplane has no use for. */
  readonly warn: (message: string) => void;
}

/**
 * What makes a VRF a VRF and an EVI an EVI: what they originate, what they import, and what follows from it for the
 * dataplane. All functions are pure.
 */
export interface InstanceKind {
  readonly vpnType: VpnType;
  readonly instanceType: 'VRF' | 'EVI';
  /** The families of which an instance wants the routes with its import targets. */
  readonly families: readonly Family[];
  /** The dataplane object to which all others of the instance refer; without options, as before the first attachment. */
  readonly instanceState: (setup: InstanceSetup, options?: InstanceOptions) => DataplaneState;
  /** What the dataplane must hold for an endpoint, referents first. */
  readonly endpointStates: (setup: InstanceSetup, endpoint: Endpoint) => readonly DataplaneState[];
  /** The routes that an instance advertises whatever its endpoints. */
  readonly instanceRoutes: (setup: InstanceSetup, exportTargets: readonly RouteTarget[]) => readonly Route[];
  /** The route to an endpoint. */
  readonly endpointRoute: (
    setup: InstanceSetup,
    endpoint: Endpoint,
    exportTargets: readonly RouteTarget[],
  ) => Route;
  /** How an instance passes on what it imports; undefined if it does not. */
  readonly readvertiser: (setup: InstanceSetup) => Readvertiser | undefined;
  readonly policy: (setup: InstanceSetup) => BestPathPolicy;
  /** The decisions that an endpoint of our own makes moot: their keys among `BestPathPolicy.entriesOf`. */
  readonly entriesOfEndpoint: (endpoint: Endpoint) => readonly string[];
  /** Whether two entries may ask for one object, or endpoints have a say in what an entry asks for. */
  readonly sharesStates: boolean;
  /**
   * What the dataplane must hold for the best routes of one entry. Routes that it has no use for are left out, with
   * a word to `warn`.
   */
  readonly remoteStates: (
    context: ImportContext,
    best: readonly Route[],
    entry: string,
  ) => readonly DataplaneState[];
  /** How the looking glass names an entry; undefined for entries that it does not list. */
  readonly formatEntry: (entry: string, candidate: Route) => string | undefined;
}
