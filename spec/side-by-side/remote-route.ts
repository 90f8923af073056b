import { makePathAttributes } from '../../lib/bgp/attribute/make-path-attributes.ts';
import type { AttributeValues, PathAttributes } from '../../lib/bgp/attribute/path-attributes.ts';
import type { ExtendedCommunity } from '../../lib/bgp/community/extended-community.ts';
import type { RouteAdvertisement } from '../../lib/bgp/encode-update.ts';
import { EVPN, type Family, FLOWSPEC_VPNV4, RTC, VPNV4 } from '../../lib/bgp/family.ts';
import { encodeMacIp, encodeMulticast } from '../../lib/bgp/nlri/evpn.ts';
import type { FlowComponent } from '../../lib/bgp/nlri/flow-component.ts';
import { encodeFlowspec } from '../../lib/bgp/nlri/flowspec-vpnv4.ts';
import type { Nlri } from '../../lib/bgp/nlri/nlri.ts';
import { encodeRtc } from '../../lib/bgp/nlri/rtc.ts';
import { encodeVpnv4 } from '../../lib/bgp/nlri/vpnv4.ts';
import { parseIpPrefix } from '../../lib/net/ip-prefix.ts';
import type { RouteDistinguisher } from '../../lib/net/route-distinguisher.ts';
import { routeTarget } from '../../lib/net/route-target.ts';
import { AS_NUMBER, REMOTE_AS, type Side, toSide } from './side.ts';

/** A route from a PE elsewhere; plain data, so that a sequence can be printed. */
export type RemoteRoute = RemoteNlri & {
  readonly nextHop: string;
  readonly targets: readonly string[];
  readonly localPref?: number;
  readonly med?: number;
  /** Tunnel types (RFC 9012). */
  readonly encapsulations?: readonly number[];
  readonly hashOrder?: number;
  /** Route targets that it had before it was re-advertised. */
  readonly records?: readonly string[];
  /** FlowSpec: what to do with the packets; without it, to drop them. */
  readonly redirect?: string;
};

/** `rd` is the number after the AS of the PEs elsewhere; labels of E-VPN routes are VNIs. */
export type RemoteNlri =
  | { readonly family: 'vpnv4'; readonly rd: number; readonly prefix: string; readonly label: number }
  | {
      readonly family: 'mac-ip';
      readonly rd: number;
      readonly mac: string;
      readonly ip?: string;
      readonly label: number;
    }
  | { readonly family: 'multicast'; readonly rd: number; readonly originator: string; readonly label: number }
  | { readonly family: 'flowspec'; readonly rd: number; readonly components: readonly FlowComponent[] };

/** What makes it the same route: announced again, it takes the place of the former. */
export function keyOf(route: RemoteRoute): string {
  switch (route.family) {
    case 'vpnv4':
      return `vpnv4 ${route.rd} ${route.prefix}`;
    case 'mac-ip':
      return `mac-ip ${route.rd} ${route.mac} ${route.ip ?? ''}`;
    case 'multicast':
      return `multicast ${route.rd} ${route.originator}`;
    case 'flowspec':
      return `flowspec ${route.rd} ${JSON.stringify(route.components)}`;
  }
}

/** The route as it is announced for one side, or withdrawn. */
export function advertisement(side: Side, route: RemoteRoute, withdrawn: boolean): RouteAdvertisement {
  const rd = toSide(side, `${REMOTE_AS}:${route.rd}`) as RouteDistinguisher;
  const attributes = withdrawn ? undefined : attributesOf(side, route);
  return { ...encodeNlri(route, rd), attributes };
}

/** The RT Constraint route of somebody elsewhere who imports `target`. */
export function membership(
  side: Side,
  target: string,
  nextHop: string,
  withdrawn: boolean,
): RouteAdvertisement {
  const nlri = encodeRtc({ as: AS_NUMBER, target: routeTarget(toSide(side, target)) });
  const values = { origin: 0, asPath: [], localPref: 100 };
  return { family: RTC, ...nlri, attributes: withdrawn ? undefined : makePathAttributes(values, nextHop) };
}

function encodeNlri(route: RemoteRoute, rd: RouteDistinguisher): Nlri & { readonly family: Family } {
  switch (route.family) {
    case 'vpnv4':
      return {
        family: VPNV4,
        ...encodeVpnv4({ rd, prefix: parseIpPrefix(route.prefix)!, label: route.label }),
      };
    case 'mac-ip':
      return { family: EVPN, ...encodeMacIp({ rd, mac: route.mac, ip: route.ip, label: route.label }) };
    case 'multicast':
      return { family: EVPN, ...encodeMulticast({ rd, ip: route.originator }) };
    case 'flowspec':
      return { family: FLOWSPEC_VPNV4, ...encodeFlowspec({ rd, components: route.components }) };
  }
}

function attributesOf(side: Side, route: RemoteRoute): PathAttributes {
  const values: AttributeValues = {
    origin: 0,
    asPath: [],
    localPref: route.localPref ?? 100,
    ...(route.med !== undefined && { med: route.med }),
    extendedCommunities: communitiesOf(side, route),
    ...(route.family === 'multicast' && {
      pmsiTunnel: { flags: 0, type: 6, label: route.label, endpoint: route.nextHop },
    }),
  };
  return makePathAttributes(values, route.family === 'flowspec' ? undefined : route.nextHop);
}

function communitiesOf(side: Side, route: RemoteRoute): ExtendedCommunity[] {
  const target = (text: string): ReturnType<typeof routeTarget> => routeTarget(toSide(side, text));
  const { targets, records = [], encapsulations = [], hashOrder, redirect } = route;
  return [
    ...targets.map((text): ExtendedCommunity => ({ kind: 'route-target', target: target(text) })),
    ...records.map((text): ExtendedCommunity => ({ kind: 'route-target-record', target: target(text) })),
    ...encapsulations.map((tunnelType): ExtendedCommunity => ({ kind: 'encapsulation', tunnelType })),
    ...(hashOrder === undefined ? [] : [{ kind: 'consistent-hash-order', order: hashOrder } as const]),
    ...(route.family !== 'flowspec' ? [] : [actionOf(redirect === undefined ? undefined : target(redirect))]),
  ];
}

function actionOf(redirect: ReturnType<typeof routeTarget> | undefined): ExtendedCommunity {
  if (redirect !== undefined) return { kind: 'redirect-to-vrf', target: redirect };
  return { kind: 'traffic-rate', as: AS_NUMBER, rate: 0 };
}
