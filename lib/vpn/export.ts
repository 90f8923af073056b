import { makePathAttributes } from '../bgp/attribute/make-path-attributes.ts';
import type { PathAttributes, AttributeValues } from '../bgp/attribute/path-attributes.ts';
import { TUNNEL_TYPE } from '../bgp/community/encapsulation.ts';
import type { ExtendedCommunity } from '../bgp/community/extended-community.ts';
import type { RouteTarget } from '../net/route-target.ts';
import { DEFAULT_LOCAL_PREF } from '../bgp/attribute/local-pref.ts';
import type { Endpoint } from './endpoint.ts';
import type { InstanceSetup } from './instance-kind.ts';

/** Every encapsulation that the driver receives. */
export function encapsulationCommunities({ driver }: InstanceSetup): readonly ExtendedCommunity[] {
  return driver.encapsulations
    .filter((tunnelType) => tunnelType !== TUNNEL_TYPE.default)
    .map((tunnelType) => ({ kind: 'encapsulation', tunnelType }));
}

/** The place of an endpoint in consistent hashing. 0 is the default and goes unsaid. */
export function hashOrderCommunities({ hashOrder }: Endpoint): readonly ExtendedCommunity[] {
  return hashOrder === 0 ? [] : [{ kind: 'consistent-hash-order', order: hashOrder }];
}

export function targetCommunities(targets: readonly RouteTarget[]): readonly ExtendedCommunity[] {
  return targets.map((target) => ({ kind: 'route-target', target }));
}

/** Attributes of a route of this instance: the export targets and every encapsulation that the driver receives. */
export function exportAttributes(
  setup: InstanceSetup,
  nextHop: string,
  targets: readonly RouteTarget[],
  more: AttributeValues = {},
  communities: readonly ExtendedCommunity[] = [],
): PathAttributes {
  const extendedCommunities = [
    ...targetCommunities(targets),
    ...encapsulationCommunities(setup),
    ...communities,
  ];
  return makePathAttributes({ ...more, extendedCommunities }, nextHop);
}

/** Attributes of the route to an endpoint. */
export function endpointAttributes(
  setup: InstanceSetup,
  endpoint: Endpoint,
  targets: readonly RouteTarget[],
): PathAttributes {
  return exportAttributes(
    setup,
    setup.dataplaneAddress,
    targets,
    // 0 stands for "none" in the API.
    { localPref: endpoint.localPref || DEFAULT_LOCAL_PREF },
    hashOrderCommunities(endpoint),
  );
}
