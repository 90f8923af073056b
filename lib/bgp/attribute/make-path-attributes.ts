import type { RouteTarget } from '../../net/route-target.ts';
import { latin1 } from '../latin1.ts';
import { encodeAttributes } from './encode-attributes.ts';
import type { AttributeValues, PathAttributes } from './path-attributes.ts';

/**
 * The attributes of a route that we originate. Equal values and next hops give equal `raw`. `nextHop` is address
 * text; undefined for FlowSpec.
 */
export function makePathAttributes(values: AttributeValues, nextHop: string | undefined): PathAttributes {
  const bytes = encodeAttributes(values, { fourOctetAs: true });
  return assemblePathAttributes(values, nextHop, `${nextHop ?? ''}\n${latin1(bytes, 0, bytes.length)}`);
}

/** Freezes decoded values under the identity `raw`. */
export function assemblePathAttributes(
  values: AttributeValues,
  nextHop: string | undefined,
  raw: string,
): PathAttributes {
  // A spread of so many optional members is twenty times as slow.
  return Object.freeze(Object.assign({}, values, { raw, nextHop, routeTargets: routeTargetsOf(values) }));
}

function routeTargetsOf({ extendedCommunities = [] }: AttributeValues): readonly RouteTarget[] {
  const targets = new Set<RouteTarget>();
  for (const community of extendedCommunities) {
    if (community.kind === 'route-target') targets.add(community.target);
  }
  return [...targets];
}
