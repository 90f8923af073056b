import type { ExtendedCommunity } from '../bgp/community/extended-community.ts';
import type { PathAttributes } from '../bgp/attribute/path-attributes.ts';
import { VPNV4 } from '../bgp/family.ts';
import { flowspecRules } from '../bgp/nlri/flowspec-vpnv4.ts';
import { decodeVpnv4, encodeVpnv4 } from '../bgp/nlri/vpnv4.ts';
import { parseIpPrefix, type IpPrefix } from '../net/ip-prefix.ts';
import type { RouteTarget } from '../net/route-target.ts';
import type { BestPathPolicy } from '../rib/best-path.ts';
import { HIGHER_LOCAL_PREF } from '../rib/preference.ts';
import { NO_TARGETS } from '../rib/route-index.ts';
import type { Route } from '../rib/route.ts';
import type { Endpoint } from './endpoint.ts';
import { exportAttributes } from './export.ts';
import type { InstanceSetup } from './instance-kind.ts';
import type { Readvertised, Readvertiser } from './readvertiser.ts';
import type { Readvertise } from './request.ts';
import { usableFirst } from './usable.ts';
import { entryOfRoute, tieBreakOf } from './vrf-entry.ts';

/** Routes with one of `from` are announced again for each endpoint, with `to`, and a record of where they came from. */
export function readvertiser(setup: InstanceSetup, { from, to }: Readvertise): Readvertiser {
  const fromTargets = new Set(from);
  const condition = { from: fromTargets, barred: to };
  const attributes = sharedAttributes(setup, to);
  return {
    // Which traffic goes where (FlowSpec) is passed on by those who draw traffic.
    wantedTargets: (family) => (family === VPNV4 ? fromTargets : NO_TARGETS),
    policy: readvertisePolicy(setup, condition),
    always: [],
    select: (best) => selectReadvertised(best, condition),
    instanceRoute: () => undefined,
    endpointRoute: (endpoint, { what, records }) =>
      what.kind === 'prefix'
        ? endpointRouteTo(setup, endpoint, what.prefix, attributes(endpoint.hashOrder, records))
        : undefined,
    defaultRoute: () => undefined,
  };
}

/** Which routes may be passed on: those that carry one of `from`, and have not been with one of `barred` already. */
export interface ReadvertiseCondition {
  readonly from: ReadonlySet<RouteTarget>;
  readonly barred: readonly RouteTarget[];
}

/** Which of several routes is passed on: the best one of those that may be. */
export function readvertisePolicy(setup: InstanceSetup, condition: ReadvertiseCondition): BestPathPolicy {
  return {
    entriesOf: (route) => [entryOfRoute(route)],
    rules: [usableFirst((route) => fulfils(route, condition)), HIGHER_LOCAL_PREF],
    tieBreak: tieBreakOf(setup),
  };
}

/** What is to be passed on of the best routes of one entry. Of equal routes all are recorded. */
export function selectReadvertised(
  best: readonly Route[],
  condition: ReadvertiseCondition,
): Readvertised | undefined {
  const received = best.filter((route) => fulfils(route, condition));
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
  attributes: PathAttributes | undefined,
): Route | undefined {
  if (attributes === undefined) return undefined;
  const nlri = encodeVpnv4({ rd: endpoint.rd, prefix, label: endpoint.label });
  return { source: setup.source, family: VPNV4, key: nlri.key, payload: nlri.payload, attributes };
}

/** How many different attributes are kept. */
const MOST_SHARED = 1000;

/**
 * Makes the attributes of routes by way of endpoints, which many of them share: those with one place in consistent
 * hashing, that come from the same targets. Undefined if there are no targets that they could have.
 */
export function sharedAttributes(
  setup: InstanceSetup,
  targets: readonly RouteTarget[],
): (hashOrder: number, records: readonly RouteTarget[]) => PathAttributes | undefined {
  const made = new Map<string, PathAttributes>();
  return (order, records) => {
    if (targets.length === 0) return undefined;
    const key = `${order} ${records.join(' ')}`;
    let attributes = made.get(key);
    if (attributes === undefined) {
      attributes = exportAttributes(setup, setup.dataplaneAddress, targets, {}, [
        ...records.map(recordCommunity),
        // Said even if it is 0, unlike that of the route to the endpoint itself: clients of the original expect it.
        { kind: 'consistent-hash-order', order },
      ]);
      if (made.size >= MOST_SHARED) made.clear();
      made.set(key, attributes);
    }
    return attributes;
  };
}

export function recordCommunity(target: RouteTarget): ExtendedCommunity {
  return { kind: 'route-target-record', target };
}

function fulfils(route: Route, { from, barred }: ReadvertiseCondition): boolean {
  return (
    route.attributes.routeTargets.some((target) => from.has(target)) &&
    !recordsOf(route).some((record) => barred.includes(record))
  );
}

function recordsOf({ attributes }: Route): readonly RouteTarget[] {
  return (attributes.extendedCommunities ?? []).flatMap((community) =>
    community.kind === 'route-target-record' ? [community.target] : [],
  );
}
