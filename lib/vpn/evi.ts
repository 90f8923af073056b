import { INGRESS_REPLICATION } from '../bgp/attribute/pmsi-tunnel.ts';
import { EVPN, FLOWSPEC_L2VPN } from '../bgp/family.ts';
import { decodeEvpn, encodeMacIp, encodeMulticast } from '../bgp/nlri/evpn.ts';
import type { DataplaneState } from '../dataplane/intent.ts';
import { isHostAddress, isIpv4 } from '../net/ip-address.ts';
import { isUnicast } from '../net/mac-address.ts';
import {
  HIGHER_LOCAL_PREF,
  HIGHER_MOBILITY_SEQUENCE,
  LOWER_BYTES,
  LOWER_NEXT_HOP,
} from '../rib/preference.ts';
import type { Route } from '../rib/route.ts';
import { endpointAttributes, exportAttributes } from './export.ts';
import type { ImportContext, InstanceKind, InstanceSetup } from './instance-kind.ts';
import { commonEncapsulations, usableFirst } from './usable.ts';

/**
 * An E-VPN instance (RFC 7432, RFC 8365): a MAC/IP route for each endpoint, a multicast route with ingress
 * replication for itself.
 *
 * Three decisions are made on the routes that it imports: behind which VTEP a MAC is (`MAC ...`), which MAC has an
 * IP (`IP ...`), and who wants broadcast (`flood ...`). A MAC/IP route is a candidate in the first two, so that one
 * MAC with several addresses has all of them, and forwarding of its own.
 */
export const EVI: InstanceKind = {
  vpnType: 'evpn',
  instanceType: 'EVI',
  families: [EVPN, FLOWSPEC_L2VPN],

  instanceState: (setup) => ({
    kind: 'evi',
    instance: setup.number,
    externalId: setup.externalId,
    vni: setup.dataplaneId,
    bridge: setup.bridge,
  }),

  endpointStates: (setup, { port, mac }) => [
    { kind: 'evpn-port', instance: setup.number, port },
    { kind: 'local-mac', instance: setup.number, port, mac },
  ],

  instanceRoutes(setup, exportTargets) {
    const nlri = encodeMulticast({ rd: setup.rd, ip: setup.bgpAddress });
    const pmsiTunnel = {
      flags: 0,
      type: INGRESS_REPLICATION,
      label: setup.dataplaneId,
      endpoint: setup.dataplaneAddress,
    };
    const attributes = exportAttributes(setup, setup.bgpAddress, exportTargets, { pmsiTunnel });
    return [{ source: setup.source, family: EVPN, key: nlri.key, payload: nlri.payload, attributes }];
  },

  endpointRoute(setup, endpoint, exportTargets) {
    const nlri = encodeMacIp({
      // Without an IP the MAC alone is the key; the RD of the endpoint keeps it apart.
      rd: endpoint.ip === undefined ? endpoint.rd : setup.rd,
      mac: endpoint.mac,
      ip: endpoint.ip?.address,
      label: setup.dataplaneId,
    });
    const attributes = endpointAttributes(setup, endpoint, exportTargets);
    return { source: setup.source, family: EVPN, key: nlri.key, payload: nlri.payload, attributes };
  },

  readvertiser: () => undefined,

  policy: (setup) => ({
    entriesOf: entriesOfRoute,
    rules: [
      usableFirst((route) => whyUnusable(setup, route) === undefined),
      HIGHER_MOBILITY_SEQUENCE,
      HIGHER_LOCAL_PREF,
    ],
    tieBreak: [LOWER_NEXT_HOP, LOWER_BYTES],
  }),

  sharesStates: true,

  entriesOfEndpoint: ({ mac, ip }) =>
    ip === undefined ? [macEntry(mac)] : [macEntry(mac), ipEntry(ip.address)],

  remoteStates: (context, best, entry) => best.flatMap((route) => statesOfRoute(context, route, entry)),

  formatEntry(entry, candidate) {
    const nlri = decodeEvpn(candidate);
    if (nlri.type === 'multicast') return `('Multicast', (${nlri.ip},  rd ${nlri.rd}))`;
    if (nlri.type === 'mac-ip' && entry === macEntry(nlri.mac)) return `('MAC', ${nlri.mac.toUpperCase()})`;
    return undefined;
  },
};

function macEntry(mac: string): string {
  return `MAC ${mac}`;
}

function ipEntry(ip: string): string {
  return `IP ${ip}`;
}

function entriesOfRoute(route: Route): readonly string[] {
  if (route.family !== EVPN) return [];
  const nlri = decodeEvpn(route);
  switch (nlri.type) {
    case 'mac-ip':
      return nlri.ip === undefined ? [macEntry(nlri.mac)] : [macEntry(nlri.mac), ipEntry(nlri.ip)];
    case 'multicast':
      return [`flood ${route.key}`];
    default:
      return [];
  }
}

function statesOfRoute(
  { setup, endpoints, warn }: ImportContext,
  route: Route,
  entry: string,
): readonly DataplaneState[] {
  const instance = setup.number;
  const reason = whyUnusable(setup, route);
  if (reason !== undefined) {
    warn(`routes of ${route.source.name} ignored: ${reason}`);
    return [];
  }
  const nlri = decodeEvpn(route);
  const { vtep, vni } = tunnelOf(route);
  if (nlri.type === 'multicast') return [{ kind: 'flood', instance, vtep: vtep!, vni }];
  if (nlri.type !== 'mac-ip') return [];
  // What is plugged here is here, whatever others say of it.
  if (endpoints.hasMac(nlri.mac)) return [];
  if (entry === macEntry(nlri.mac))
    return [{ kind: 'remote-mac', instance, mac: nlri.mac, vtep: vtep!, vni }];
  if (nlri.ip === undefined || endpoints.hasAddress(nlri.ip)) return [];
  return [{ kind: 'neighbour', instance, ip: nlri.ip, mac: nlri.mac }];
}

/** Where packets for what a route announces go: the next hop and label, or those of the PMSI tunnel. */
function tunnelOf(route: Route): { readonly vtep: string | undefined; readonly vni: number } {
  const nlri = decodeEvpn(route);
  const { nextHop, pmsiTunnel } = route.attributes;
  if (nlri.type === 'multicast') return { vtep: pmsiTunnel?.endpoint, vni: pmsiTunnel?.label ?? 0 };
  return { vtep: nextHop, vni: nlri.type === 'mac-ip' ? nlri.labels[0]! : 0 };
}

/** What keeps the dataplane from using a route. A kernel takes odd addresses for something else than they say. */
function whyUnusable(
  { driver, dataplaneAddress, dataplaneId }: InstanceSetup,
  route: Route,
): string | undefined {
  if (commonEncapsulations(driver, route) === undefined) {
    return 'they offer no encapsulation that the dataplane has (VXLAN)';
  }
  const nlri = decodeEvpn(route);
  if (nlri.type === 'multicast' && route.attributes.pmsiTunnel?.type !== INGRESS_REPLICATION) {
    return 'their PMSI tunnel is not ingress replication';
  }
  const { vtep, vni } = tunnelOf(route);
  if (vtep === undefined || !isHostAddress(vtep) || isIpv4(vtep) !== isIpv4(dataplaneAddress)) {
    return 'their tunnel endpoint is not an address that ours can send to';
  }
  if (vni === 0) return 'their VNI is 0';
  if (vtep === dataplaneAddress && vni === dataplaneId) return 'they name our own tunnel endpoint';
  if (nlri.type !== 'mac-ip') return undefined;
  if (!isUnicast(nlri.mac)) return 'their MAC address is not that of one station';
  return nlri.ip === undefined || isHostAddress(nlri.ip)
    ? undefined
    : 'their IP address is not that of a host';
}
