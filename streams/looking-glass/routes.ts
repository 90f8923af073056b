import { formatAttributes, formatOwnAttributes } from '../../lib/bgp/attribute/format-attributes.ts';
import { EVPN, VPNV4 } from '../../lib/bgp/family.ts';
import { nlriCodec } from '../../lib/bgp/nlri/registry.ts';
import { Link, type LookingGlassNode } from '../../lib/api/looking-glass.ts';
import type { RouteTarget } from '../../lib/net/route-target.ts';
import type { Route } from '../../lib/rib/route.ts';

/** One route: an object with one member, named as the route is; with the reason if it is not used. */
export function showRoute(route: Route, unusedBecause?: string, withSource = true): LookingGlassNode {
  const { family, attributes, source } = route;
  const name = nlriCodec(family).format(route, attributes.nextHop);
  const hasTargets = family === VPNV4 || family === EVPN;
  return {
    [name]: {
      'afi-safi': family.name,
      attributes: source.kind === 'local' ? formatOwnAttributes(attributes) : formatAttributes(attributes),
      next_hop: attributes.nextHop ?? null,
      ...(withSource ? { source: new Link(['bgp', 'workers', source.name], { id: source.name }) } : {}),
      ...(unusedBecause === undefined ? {} : { unused_because: unusedBecause }),
      ...(hasTargets ? { route_targets: showTargets(attributes.routeTargets) } : {}),
    },
  };
}

/** Those of 2-octet AS form, as in the Python daemon: `extended-community` has all. */
function showTargets(targets: readonly RouteTarget[]): readonly string[] {
  return targets.filter((target) => /^\d+:/.test(target)).map((target) => `target:${target}`);
}

/** Routes as they come: there may be very many. */
export function* showRoutes(routes: Iterable<Route>, withSource = true): Generator<LookingGlassNode, void> {
  for (const route of routes) yield showRoute(route, undefined, withSource);
}
