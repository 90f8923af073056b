import { FLOWSPEC_VPNV4, VPNV4 } from '../bgp/family.ts';
import { decodeFlowspec, formatFlowspecComponents } from '../bgp/nlri/flowspec-vpnv4.ts';
import { encodeVpnv4, labelsOf, prefixOf } from '../bgp/nlri/vpnv4.ts';
import type { DataplaneState, NextHop } from '../dataplane/intent.ts';
import { HIGHER_LOCAL_PREF } from '../rib/preference.ts';
import type { Route } from '../rib/route.ts';
import { attractor } from './attract.ts';
import { endpointAttributes } from './export.ts';
import type { ImportContext, InstanceKind, InstanceSetup } from './instance-kind.ts';
import { readvertiser } from './readvertise.ts';
import { redirectionStates } from './redirection.ts';
import { commonEncapsulations, usableFirst } from './usable.ts';
import { entryOfRoute, tieBreakOf } from './vrf-entry.ts';

/** A VRF (RFC 4364): a VPNv4 route for each endpoint; on the routes that it imports, one decision for each prefix. */
export const VRF: InstanceKind = {
  vpnType: 'ipvpn',
  instanceType: 'VRF',
  families: [VPNV4, FLOWSPEC_VPNV4],

  instanceState: (setup) => ({
    kind: 'vrf',
    instance: setup.number,
    externalId: setup.externalId,
    label: setup.dataplaneId,
    gatewayIp: setup.gatewayIp,
    prefixLength: setup.prefixLength,
  }),

  endpointStates: (setup, { port, mac, ip, label, direction }) => [
    {
      kind: 'vrf-endpoint',
      instance: setup.number,
      port,
      mac,
      ip: ip!.address,
      prefixLength: ip!.length,
      label,
      direction,
    },
  ],

  instanceRoutes: () => [],

  endpointRoute(setup, endpoint, exportTargets) {
    const prefix = endpoint.advertiseSubnet ? endpoint.ip! : { address: endpoint.ip!.address, length: 32 };
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

function prefixStates(context: ImportContext, routes: readonly Route[]): readonly DataplaneState[] {
  const nextHops = distinctNextHops(routes.flatMap((route) => nextHopsOf(context, route)));
  if (nextHops.length === 0) return [];
  return [{ kind: 'remote-prefix', instance: context.setup.number, prefix: prefixOf(routes[0]!), nextHops }];
}

/** One label, in the number form of the payload; an encapsulation of ours. */
function isUsable({ driver }: InstanceSetup, route: Route): boolean {
  if (route.family !== VPNV4) return true;
  return typeof route.payload === 'number' && commonEncapsulations(driver, route) !== undefined;
}

function nextHopsOf({ setup, warn }: ImportContext, route: Route): readonly NextHop[] {
  const labels = labelsOf(route);
  const encapsulations = commonEncapsulations(setup.driver, route);
  if (encapsulations === undefined) {
    warn(`routes of ${route.source.name} ignored: they offer no encapsulation that the dataplane has`);
    return [];
  }
  if (labels.length !== 1) {
    warn(`routes of ${route.source.name} ignored: they have ${labels.length} labels where one is expected`);
    return [];
  }
  const order = route.attributes.extendedCommunities?.find(
    (community) => community.kind === 'consistent-hash-order',
  );
  return [
    { address: route.attributes.nextHop!, label: labels[0]!, encapsulations, hashOrder: order?.order ?? 0 },
  ];
}

/** Two reflectors pass on one route: that is one way, not two. */
function distinctNextHops(nextHops: readonly NextHop[]): readonly NextHop[] {
  if (nextHops.length < 2) return nextHops;
  const ways = new Map(nextHops.map((nextHop) => [`${nextHop.address} ${nextHop.label}`, nextHop]));
  return [...ways.values()];
}
