import { makePathAttributes } from '../bgp/attribute/make-path-attributes.ts';
import type { ExtendedCommunity } from '../bgp/community/extended-community.ts';
import { FLOWSPEC_VPNV4, VPNV4 } from '../bgp/family.ts';
import { encodeFlowspec, flowspecWithRules } from '../bgp/nlri/flowspec-vpnv4.ts';
import type { Nlri } from '../bgp/nlri/nlri.ts';
import type { IpPrefix } from '../net/ip-prefix.ts';
import type { RouteTarget } from '../net/route-target.ts';
import type { Route } from '../rib/route.ts';
import { classifierComponents } from './classifier.ts';
import { targetCommunities } from './export.ts';
import type { InstanceSetup } from './instance-kind.ts';
import {
  endpointRouteTo,
  readvertisePolicy,
  recordCommunity,
  selectReadvertised,
  sharedAttributes,
} from './readvertise.ts';
import type { Readvertised, Readvertiser } from './readvertiser.ts';
import type { AttractTraffic, Readvertise } from './request.ts';

const DEFAULT_PREFIX: IpPrefix = { address: '0.0.0.0', length: 0 };

/**
 * Draws traffic to the endpoints of a VRF. For each prefix that it would pass on, and each that the request names, a
 * FlowSpec route goes to the VRFs that import the redirect targets: what the classifier says of the packets, and "look
 * them up in the VRF that imports `to`" (RFC 8955 §7.4). A default route for each endpoint, with `to`, leads from
 * there to here. FlowSpec routes that are received are passed on in the opposite way: toward `to`, redirecting to the
 * redirect target.
 */
export function attractor(
  setup: InstanceSetup,
  { redirectTargets, classifier, to, staticDestinationPrefixes = [] }: AttractTraffic,
  readvertise: Readvertise | undefined,
): Readvertiser {
  const from = new Set(readvertise?.from);
  const condition = { from, barred: [to, ...redirectTargets] };
  const attributes = sharedAttributes(setup, [to]);
  return {
    // Of FlowSpec routes only those are passed on that are imported, too.
    wantedTargets: (family, importTargets) => (family === VPNV4 ? from : importTargets),
    policy: readvertisePolicy(setup, condition),
    always: staticDestinationPrefixes.map(attracted),
    select(best) {
      const item = selectReadvertised(best, condition);
      // A redirection has one target: toward several there is nothing that could be said.
      return item?.what.kind === 'flow' && redirectTargets.length !== 1 ? undefined : item;
    },
    instanceRoute({ what, records }) {
      if (what.kind === 'flow') {
        const nlri = flowspecWithRules(setup.rd, what.rules);
        return flowRoute(setup, nlri, [to], redirectTargets[0]!, records.map(recordCommunity));
      }
      const components = classifierComponents(classifier, what.prefix);
      return flowRoute(setup, encodeFlowspec({ rd: setup.rd, components }), redirectTargets, to);
    },
    endpointRoute: () => undefined,
    defaultRoute: (endpoint) =>
      endpointRouteTo(setup, endpoint, DEFAULT_PREFIX, attributes(endpoint.hashOrder, [])),
  };
}

function attracted(prefix: IpPrefix): Readvertised {
  return { what: { kind: 'prefix', prefix }, received: [], records: [] };
}

/** A FlowSpec route for those who import `targets`, which sends packets to the VRF that imports `redirectTo`. */
function flowRoute(
  setup: InstanceSetup,
  nlri: Nlri,
  targets: readonly RouteTarget[],
  redirectTo: RouteTarget,
  communities: readonly ExtendedCommunity[] = [],
): Route | undefined {
  if (targets.length === 0) return undefined;
  const extendedCommunities: readonly ExtendedCommunity[] = [
    ...targetCommunities(targets),
    { kind: 'redirect-to-vrf', target: redirectTo },
    ...communities,
  ];
  const attributes = makePathAttributes({ extendedCommunities }, undefined);
  return {
    source: setup.source,
    family: FLOWSPEC_VPNV4,
    key: nlri.key,
    payload: nlri.payload,
    attributes,
  };
}
