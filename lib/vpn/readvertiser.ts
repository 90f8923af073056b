import type { Family } from '../bgp/family.ts';
import type { IpPrefix } from '../net/ip-prefix.ts';
import type { RouteTarget } from '../net/route-target.ts';
import type { BestPathPolicy } from '../rib/best-path.ts';
import type { Route } from '../rib/route.ts';
import type { Endpoint } from './endpoint.ts';

/** Something that a VRF passes on. */
export interface Readvertised {
  /** Where the traffic goes, or which traffic it is: the rules of a FlowSpec route, as bytes. */
  readonly what:
    | { readonly kind: 'prefix'; readonly prefix: IpPrefix }
    | { readonly kind: 'flow'; readonly rules: string };
  /** The routes from which it follows; none if a request said so. */
  readonly received: readonly Route[];
  /** The route targets that it had on the way here: who imports by one of them has seen it. */
  readonly records: readonly RouteTarget[];
}

/**
 * How a VRF passes on what it knows, to stitch VPNs together: as routes of its own, whose next hop are its endpoints
 * (`readvertise`), or by drawing the traffic to them (`attract_traffic`).
 */
export interface Readvertiser {
  /** The targets of the routes of a family that may be passed on. */
  readonly wantedTargets: (
    family: Family,
    importTargets: ReadonlySet<RouteTarget>,
  ) => ReadonlySet<RouteTarget>;
  /** Which of them is passed on. What the VRF imports has no say in it. */
  readonly policy: BestPathPolicy;
  /** What is passed on whatever is received. */
  readonly always: readonly Readvertised[];
  /** What is passed on of the best routes of one entry. */
  readonly select: (best: readonly Route[]) => Readvertised | undefined;
  /** The route that is announced once for the VRF. */
  readonly instanceRoute: (item: Readvertised) => Route | undefined;
  /** The route that is announced for each endpoint. */
  readonly endpointRoute: (endpoint: Endpoint, item: Readvertised) => Route | undefined;
  /** The route that is announced for each endpoint while anything is passed on. */
  readonly defaultRoute: (endpoint: Endpoint) => Route | undefined;
}
