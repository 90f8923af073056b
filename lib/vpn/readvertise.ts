import type { ExtendedCommunity } from '../bgp/community/extended-community.ts';
import { VPNV4 } from '../bgp/family.ts';
import { flowspecRules } from '../bgp/nlri/flowspec-vpnv4.ts';
import { decodeVpnv4, encodeVpnv4 } from '../bgp/nlri/vpnv4.ts';
import { parseIpPrefix, type IpPrefix } from '../net/ip-prefix.ts';
import type { RouteTarget } from '../net/route-target.ts';
import type { Route } from '../rib/route.ts';
import type { Endpoint } from './endpoint.ts';
import { exportAttributes } from './export.ts';
import type { InstanceSetup } from './instance-kind.ts';
import type { Readvertise } from './request.ts';

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

/** Routes with one of `from` are announced again for each endpoint, with `to`, and a record of where they came from. */
export function readvertiser(setup: InstanceSetup, { from, to }: Readvertise): Readvertiser {
  return {
    always: [],
    select(best) {
      const item = selectReadvertised(best, from, to);
      // Which traffic goes where is passed on by those who draw traffic.
      return item?.what.kind === 'flow' ? undefined : item;
    },
    instanceRoute: () => undefined,
    endpointRoute: (endpoint, { what, records }) =>
      what.kind === 'prefix'
        ? endpointRouteTo(setup, endpoint, what.prefix, to, records.map(recordCommunity))
        : undefined,
    defaultRoute: () => undefined,
  };
}

/**
 * What is to be passed on of the best routes of one entry: those that carry one of `from`, unless their record says
 * that they have been with one of `barred` already. Of equal routes all are recorded.
 */
export function selectReadvertised(
  best: readonly Route[],
  from: readonly RouteTarget[],
  barred: readonly RouteTarget[],
): Readvertised | undefined {
  const received = best.filter(
    (route) =>
      route.attributes.routeTargets.some((target) => from.includes(target)) &&
      !recordsOf(route).some((record) => barred.includes(record)),
  );
  const [first] = received;
  if (first === undefined) return undefined;
  const records = new Set(
    received.flatMap((route) => [...recordsOf(route), ...route.attributes.routeTargets]),
  );
  const what =
    first.family === VPNV4
      ? { kind: 'prefix' as const, prefix: parseIpPrefix(decodeVpnv4(first).prefix)! }
      : { kind: 'flow' as const, rules: flowspecRules(first) };
  return { what, received, records: [...records] };
}

/** A route of our own to `prefix` by way of an endpoint; the RD of the endpoint keeps it apart from the others'. */
export function endpointRouteTo(
  setup: InstanceSetup,
  endpoint: Endpoint,
  prefix: IpPrefix,
  targets: readonly RouteTarget[],
  communities: readonly ExtendedCommunity[] = [],
): Route | undefined {
  if (targets.length === 0) return undefined;
  const nlri = encodeVpnv4({ rd: endpoint.rd, prefix, label: endpoint.label });
  const attributes = exportAttributes(setup, setup.dataplaneAddress, targets, {}, [
    ...communities,
    // Said even if it is 0, unlike that of the route to the endpoint itself: clients of the original expect it.
    { kind: 'consistent-hash-order', order: endpoint.hashOrder },
  ]);
  return { source: setup.source, family: VPNV4, key: nlri.key, payload: nlri.payload, attributes };
}

export function recordCommunity(target: RouteTarget): ExtendedCommunity {
  return { kind: 'route-target-record', target };
}

function recordsOf({ attributes }: Route): readonly RouteTarget[] {
  return (attributes.extendedCommunities ?? []).flatMap((community) =>
    community.kind === 'route-target-record' ? [community.target] : [],
  );
}
