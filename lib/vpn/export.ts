import { makePathAttributes } from '../bgp/attribute/make-path-attributes.ts';
import type { PathAttributes, AttributeValues } from '../bgp/attribute/path-attributes.ts';
import { TUNNEL_TYPE } from '../bgp/community/encapsulation.ts';
import type { ExtendedCommunity } from '../bgp/community/extended-community.ts';
import type { RouteTarget } from '../net/route-target.ts';
import { DEFAULT_LOCAL_PREF } from '../bgp/attribute/local-pref.ts';
import type { Endpoint } from './endpoint.ts';
import type { InstanceSetup } from './instance-kind.ts';

/** Attributes of a route of this instance: the export targets and every encapsulation that the driver receives. */
export function exportAttributes(
  setup: InstanceSetup,
  nextHop: string,
  targets: readonly RouteTarget[],
  more: AttributeValues = {},
  communities: readonly ExtendedCommunity[] = [],
): PathAttributes {
  const extendedCommunities: readonly ExtendedCommunity[] = [
    ...targets.map((target) => ({ kind: 'route-target' as const, target })),
    ...setup.driver.encapsulations
      .filter((tunnelType) => tunnelType !== TUNNEL_TYPE.default)
      .map((tunnelType) => ({ kind: 'encapsulation' as const, tunnelType })),
    ...communities,
  ];
  return makePathAttributes({ ...more, extendedCommunities }, nextHop);
}

/** Attributes of the route to an endpoint. An order of 0 is the default of consistent hashing and goes unsaid. */
export function endpointAttributes(
  setup: InstanceSetup,
  endpoint: Endpoint,
  targets: readonly RouteTarget[],
): PathAttributes {
  const order = endpoint.hashOrder;
  return exportAttributes(
    setup,
    setup.dataplaneAddress,
    targets,
    { localPref: endpoint.localPref ?? DEFAULT_LOCAL_PREF },
    order === 0 ? [] : [{ kind: 'consistent-hash-order', order }],
  );
}
