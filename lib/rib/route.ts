import type { PathAttributes } from '../bgp/attribute/path-attributes.ts';
import type { Family } from '../bgp/family.ts';
import type { Nlri, NlriPayload } from '../bgp/nlri/nlri.ts';

/**
 * Where routes come from: a BGP peer, a VPN instance, or the manager of RT Constraint. Compared by identity.
 * `name` is the one of the looking glass (`BGP-192.0.2.1`, `VRF-1`, `BGPManager`).
 */
export interface RouteSource {
  readonly kind: 'peer' | 'local';
  readonly name: string;
}

/** A route as one source advertises it. (source, family, key) identifies it. */
export interface Route extends Nlri {
  readonly source: RouteSource;
  readonly family: Family;
  readonly attributes: PathAttributes;
}

/** What a source says: a route, or (without attributes) that it has the route no longer. */
export interface Publication extends Nlri {
  readonly source: RouteSource;
  readonly family: Family;
  readonly attributes: PathAttributes | undefined;
}

export function publication(
  source: RouteSource,
  family: Family,
  key: string,
  payload: NlriPayload,
  attributes: PathAttributes | undefined,
): Publication {
  return { source, family, key, payload, attributes };
}

export function isAdvertised(publication: Publication): publication is Route {
  return publication.attributes !== undefined;
}

/**
 * What changed for one subscriber, or for the network. `before` is undefined for a route that is new to it, `after`
 * for one that is gone; with both, `after` takes the place of `before`.
 */
export interface RouteChange {
  readonly before: Route | undefined;
  readonly after: Route | undefined;
}

/** Whether a subscriber who has `a` learns nothing from `b`: label, next hop and attributes are the same. */
export function sameRoute(a: Route, b: Route): boolean {
  return a.payload === b.payload && a.attributes.raw === b.attributes.raw;
}
