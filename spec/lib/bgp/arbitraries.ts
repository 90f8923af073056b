import fc from 'fast-check';
import type { AsPathSegment, AttributeValues } from '../../../lib/bgp/attribute/path-attributes.ts';
import { INGRESS_REPLICATION, type PmsiTunnel } from '../../../lib/bgp/attribute/pmsi-tunnel.ts';
import type { ExtendedCommunity } from '../../../lib/bgp/community/extended-community.ts';
import { EVPN, FLOWSPEC_VPNV4, RTC, VPNV4, type Family } from '../../../lib/bgp/family.ts';
import { encodeMacIp, encodeMulticast } from '../../../lib/bgp/nlri/evpn.ts';
import type { FlowComponent } from '../../../lib/bgp/nlri/flow-component.ts';
import { encodeFlowspec } from '../../../lib/bgp/nlri/flowspec-vpnv4.ts';
import type { Nlri } from '../../../lib/bgp/nlri/nlri.ts';
import { encodeRtc } from '../../../lib/bgp/nlri/rtc.ts';
import { encodeVpnv4 } from '../../../lib/bgp/nlri/vpnv4.ts';
import { formatIpv6, numberToIpv4 } from '../../../lib/net/ip-address.ts';
import { ipv4Network } from '../../../lib/net/ip-prefix.ts';
import { formatMacAddress } from '../../../lib/net/mac-address.ts';
import type { RouteDistinguisher } from '../../../lib/net/route-distinguisher.ts';
import { routeTarget, type RouteTarget } from '../../../lib/net/route-target.ts';

/** Random values of the types of the wire, all of them valid. */
export const uint8 = fc.integer({ min: 0, max: 0xff });
export const uint16 = fc.integer({ min: 0, max: 0xffff });
export const uint20 = fc.integer({ min: 0, max: 0xfffff });
export const uint24 = fc.integer({ min: 0, max: 0xffffff });
export const uint32 = fc.integer({ min: 0, max: 0xffffffff });

/** Objects as literals make them; the ones of fast-check may be without prototype, which an assertion minds. */
function record<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(model, { noNullPrototype: true });
}

export function bytes(minLength: number, maxLength = minLength): fc.Arbitrary<Buffer> {
  return fc.uint8Array({ minLength, maxLength }).map((array) => Buffer.from(array));
}

export function latin1Text(minLength: number, maxLength = minLength): fc.Arbitrary<string> {
  return bytes(minLength, maxLength).map((buffer) => buffer.toString('latin1'));
}

export const ipv4 = uint32.map(numberToIpv4);
export const ipv6 = bytes(16).map((buffer) => formatIpv6(buffer, 0));
export const ip = fc.oneof(ipv4, ipv6);
export const mac = bytes(6).map((buffer) => formatMacAddress(buffer, 0));
export const ipv4Prefix = record({ address: ipv4, length: fc.integer({ min: 0, max: 32 }) });

const administered = fc.oneof(
  fc.tuple(uint16, uint32).map(([as, number]) => `${as}:${number}`),
  fc.tuple(ipv4, uint16).map(([address, number]) => `${address}:${number}`),
  fc.tuple(uint32, uint16).map(([as, number]) => `${as}L:${number}`),
);
export const rd: fc.Arbitrary<RouteDistinguisher> = administered.map((text) => text as RouteDistinguisher);
export const target: fc.Arbitrary<RouteTarget> = administered.map(routeTarget);

export const community: fc.Arbitrary<ExtendedCommunity> = fc.oneof(
  target.map((value): ExtendedCommunity => ({ kind: 'route-target', target: value })),
  target.map((value): ExtendedCommunity => ({ kind: 'route-target-record', target: value })),
  target.map((value): ExtendedCommunity => ({ kind: 'redirect-to-vrf', target: value })),
  uint16.map((tunnelType): ExtendedCommunity => ({ kind: 'encapsulation', tunnelType })),
  uint32.map((order): ExtendedCommunity => ({ kind: 'consistent-hash-order', order })),
  record({ kind: fc.constant('mac-mobility' as const), sticky: fc.boolean(), sequence: uint32 }),
  record({
    ...{ kind: fc.constant('traffic-rate' as const), as: uint16 },
    rate: fc.float({ noNaN: true, noDefaultInfinity: true }),
  }),
  latin1Text(6).map((rest): ExtendedCommunity => ({ kind: 'unknown', bytes: `\x43\x77${rest}` })),
);

const segment: fc.Arbitrary<AsPathSegment> = record({
  kind: fc.constantFrom('set', 'sequence', 'confed-sequence', 'confed-set'),
  numbers: fc.array(uint32, { minLength: 1, maxLength: 4 }),
});

const pmsiTunnel: fc.Arbitrary<PmsiTunnel> = fc.oneof(
  record({ flags: uint8, type: fc.constant(INGRESS_REPLICATION), label: uint24, endpoint: ip }),
  record({
    ...{ flags: uint8, type: uint8.filter((type) => type !== INGRESS_REPLICATION), label: uint24 },
    endpoint: latin1Text(0, 20),
  }),
);

export const attributeValues: fc.Arbitrary<AttributeValues> = fc.record(
  {
    origin: fc.integer({ min: 0, max: 2 }),
    asPath: fc.array(segment, { maxLength: 3 }),
    ipv4NextHop: ipv4,
    med: uint32,
    localPref: uint32,
    originatorId: ipv4,
    clusterList: fc.array(ipv4, { minLength: 1, maxLength: 3 }),
    extendedCommunities: fc.array(community, { minLength: 1, maxLength: 40 }),
    pmsiTunnel,
    unknown: fc.uniqueArray(
      record({
        flags: fc.constantFrom(0x40, 0x80, 0xc0, 0xe0),
        code: fc.integer({ min: 23, max: 255 }),
        value: latin1Text(0, 300),
      }),
      { selector: ({ code }) => code, minLength: 1, maxLength: 3 },
    ),
  },
  { requiredKeys: [], noNullPrototype: true },
);

const match = record({ and: fc.boolean(), operator: fc.integer({ min: 0, max: 7 }), value: uint32 });
const matches = fc.array(match, { minLength: 1, maxLength: 4 });
const prefix = ipv4Prefix.map(ipv4Network);

/** Each type at most once, in their order. */
export const flowComponents: fc.Arbitrary<readonly FlowComponent[]> = fc
  .tuple(
    fc.option(prefix, { nil: undefined }),
    fc.option(prefix, { nil: undefined }),
    fc.option(matches, { nil: undefined }),
    fc.option(matches, { nil: undefined }),
    fc.option(matches, { nil: undefined }),
  )
  .map(([destination, source, protocol, ports, fragments]): readonly FlowComponent[] => [
    ...(destination === undefined ? [] : [{ type: 'destination' as const, prefix: destination }]),
    ...(source === undefined ? [] : [{ type: 'source' as const, prefix: source }]),
    ...(protocol === undefined ? [] : [{ type: 'protocol' as const, matches: protocol }]),
    ...(ports === undefined ? [] : [{ type: 'destination-port' as const, matches: ports }]),
    ...(fragments === undefined ? [] : [{ type: 'fragment' as const, matches: fragments }]),
  ]);

export const vpnv4Nlri = record({ rd, prefix: ipv4Prefix, label: uint20 }).map(encodeVpnv4);
export const macIpNlri = fc
  .record({ rd, mac, ip: fc.option(ip, { nil: undefined }), label: uint24, ethernetTag: uint32 })
  .map(encodeMacIp);
export const multicastNlri = record({ rd, ip, ethernetTag: uint32 }).map(encodeMulticast);
export const rtcNlri = fc.oneof(
  record({ as: uint32, target }).map(encodeRtc),
  fc.constant('default' as const).map(encodeRtc),
);
export const flowspecNlri = record({ rd, components: flowComponents }).map(encodeFlowspec);

/** A family with one of its NLRIs. */
export const familyAndNlri: fc.Arbitrary<{ readonly family: Family; readonly nlri: Nlri }> = fc.oneof(
  vpnv4Nlri.map((nlri) => ({ family: VPNV4, nlri })),
  fc.oneof(macIpNlri, multicastNlri).map((nlri) => ({ family: EVPN, nlri })),
  rtcNlri.map((nlri) => ({ family: RTC, nlri })),
  flowspecNlri.map((nlri) => ({ family: FLOWSPEC_VPNV4, nlri })),
);
