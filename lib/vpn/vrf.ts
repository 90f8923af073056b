import { FLOWSPEC_VPNV4, VPNV4 } from '../bgp/family.ts';
import { decodeFlowspec, formatFlowspecComponents } from '../bgp/nlri/flowspec-vpnv4.ts';
import { encodeVpnv4, labelOf, labelsOf, prefixOf } from '../bgp/nlri/vpnv4.ts';
import type { DataplaneState, NextHop } from '../dataplane/intent.ts';
import { ipv4Network, type IpPrefix } from '../net/ip-prefix.ts';
import { HIGHER_LOCAL_PREF } from '../rib/preference.ts';
import type { Route } from '../rib/route.ts';
import { attractor } from './attract.ts';
import type { Endpoint } from './endpoint.ts';
import { endpointAttributes } from './export.ts';
import type { ImportContext, InstanceKind, InstanceSetup } from './instance-kind.ts';
import { readvertiser } from './readvertise.ts';
import { redirectionStates } from './redirection.ts';
import { commonEncapsulations, usableFirst } from './usable.ts';
import { entryOfRoute, tieBreakOf } from './vrf-entry.ts';

const NO_STATES: readonly never[] = [];
const NO_COMMUNITIES: readonly never[] = [];

/** A VRF (RFC 4364): a VPNv4 route for each endpoint; on the routes that it imports, one decision for each prefix. */
export const VRF: InstanceKind = {
  vpnType: 'ipvpn',
  instanceType: 'VRF',
  families: [VPNV4, FLOWSPEC_VPNV4],

  instanceState: (setup, options) => ({
    kind: 'vrf',
    instance: setup.number,
    externalId: setup.externalId,
    label: setup.dataplaneId,
    gatewayIp: setup.gatewayIp,
    prefixLength: setup.prefixLength,
    fallback: options?.fallback,
    importsOwn: options?.importsOwn ?? false,
  }),

  endpointStates: (setup, endpoint) => [
    {
      kind: 'vrf-endpoint',
      instance: setup.number,
      port: endpoint.port,
      mac: endpoint.mac,
      ip: endpoint.ip!.address,
      prefixLength: endpoint.ip!.length,
      prefix: ipv4Network(prefixBehind(endpoint)),
      label: endpoint.label,
      direction: endpoint.direction,
      hashOrder: endpoint.hashOrder,
    },
  ],

  instanceRoutes: () => [],

  endpointRoute(setup, endpoint, exportTargets) {
    const prefix = prefixBehind(endpoint);
    const nlri = encodeVpnv4({
      // Several endpoints may announce one subnet; the RD of each keeps their routes apart.
      rd: prefix.length === 32 ? setup.rd : endpoint.rd,
      prefix,
      label: endpoint.label,
    });
    const attributes = endpointAttributes(setup, endpoint, exportTargets);
    return { source: setup.source, family: VPNV4, key: nlri.key, payload: nlri.payload, attributes };
  },

  readvertiser(setup) {
    const { readvertise, attractTraffic } = setup;
    if (attractTraffic !== undefined) return attractor(setup, attractTraffic, readvertise);
    return readvertise && readvertiser(setup, readvertise);
  },

  policy: (setup) => ({
    entriesOf: (route) => [entryOfRoute(route)],
    rules: [usableFirst((route) => isUsable(setup, route)), HIGHER_LOCAL_PREF],
    tieBreak: tieBreakOf(setup),
  }),

  sharesStates: false,

  entriesOfEndpoint: () => [],

  remoteStates: (context, best) =>
    best[0]?.family === FLOWSPEC_VPNV4 ? redirectionStates(context, best) : prefixStates(context, best),

  formatEntry: (_entry, candidate) =>
    candidate.family === VPNV4
      ? `'${prefixOf(candidate)}'`
      : `('Flow', ' ${formatFlowspecComponents(decodeFlowspec(candidate).components)}')`,
};

/** What is reached by way of an endpoint; it may have host bits. */
function prefixBehind({ advertiseSubnet, ip }: Endpoint): IpPrefix {
  return advertiseSubnet ? ip! : { address: ip!.address, length: 32 };
}

function prefixStates(context: ImportContext, routes: readonly Route[]): readonly DataplaneState[] {
  let nextHops: NextHop[] | undefined;
  for (const route of routes) {
    const nextHop = nextHopOf(context, route);
    if (nextHop === undefined) continue;
    // A list that begins with its first element has room for one; an empty one that grows, for seventeen.
    if (nextHops === undefined) nextHops = [nextHop];
    else if (!nextHops.some((other) => isSameWay(nextHop, other))) nextHops.push(nextHop);
  }
  if (nextHops === undefined) return NO_STATES;
  return [{ kind: 'remote-prefix', instance: context.setup.number, prefix: prefixOf(routes[0]!), nextHops }];
}

/** One label, in the number form of the payload; an encapsulation of ours. */
function isUsable({ driver }: InstanceSetup, route: Route): boolean {
  if (route.family !== VPNV4) return true;
  return typeof route.payload === 'number' && commonEncapsulations(driver, route) !== undefined;
}

function nextHopOf({ setup, warn }: ImportContext, route: Route): NextHop | undefined {
  const encapsulations = commonEncapsulations(setup.driver, route);
  if (encapsulations === undefined) {
    warn(`routes of ${route.source.name} ignored: they offer no encapsulation that the dataplane has`);
    return undefined;
  }
  const label = labelOf(route);
  if (label === undefined) {
    warn(
      `routes of ${route.source.name} ignored: they have ${labelsOf(route).length} labels where one is expected`,
    );
    return undefined;
  }
  return {
    address: route.attributes.nextHop!,
    label,
    encapsulations,
    hashOrder: hashOrderOf(route),
  };
}

function hashOrderOf({ attributes }: Route): number {
  for (const community of attributes.extendedCommunities ?? NO_COMMUNITIES) {
    if (community.kind === 'consistent-hash-order') return community.order;
  }
  return 0;
}

/** Two reflectors pass on one route: that is one way, not two. */
function isSameWay(a: NextHop, b: NextHop): boolean {
  return a.address === b.address && a.label === b.label;
}
