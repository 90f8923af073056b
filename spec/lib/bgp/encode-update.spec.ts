import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { AttributeCache } from '../../../lib/bgp/attribute/attribute-cache.ts';
import { makePathAttributes } from '../../../lib/bgp/attribute/make-path-attributes.ts';
import type { AttributeValues } from '../../../lib/bgp/attribute/path-attributes.ts';
import { EVPN, FLOWSPEC_VPNV4, RTC, SESSION_FAMILIES, VPNV4 } from '../../../lib/bgp/family.ts';
import { encodeEndOfRib, encodeUpdates, type RouteAdvertisement } from '../../../lib/bgp/encode-update.ts';
import { isFrame, MessageFramer } from '../../../lib/bgp/framing.ts';
import { encodeMacIp, encodeMulticast } from '../../../lib/bgp/nlri/evpn.ts';
import { encodeFlowspec } from '../../../lib/bgp/nlri/flowspec-vpnv4.ts';
import { encodeRtc } from '../../../lib/bgp/nlri/rtc.ts';
import { encodeVpnv4 } from '../../../lib/bgp/nlri/vpnv4.ts';
import { decodeUpdate } from '../../../lib/bgp/update.ts';
import type { RouteDistinguisher } from '../../../lib/net/route-distinguisher.ts';
import { routeTarget } from '../../../lib/net/route-target.ts';
import { attributeValues, familyAndNlri } from './arbitraries.ts';
import { hex, toHex } from './hex.ts';

const CONTEXT = { fourOctetAs: false };
const RD = '127.0.0.2:0' as RouteDistinguisher;
const NEXT_HOP = '127.0.0.2';

const MPLS: AttributeValues = {
  extendedCommunities: [
    { kind: 'encapsulation', tunnelType: 10 },
    { kind: 'route-target', target: routeTarget('64512:1') },
  ],
};
const VXLAN: AttributeValues = {
  extendedCommunities: [
    { kind: 'encapsulation', tunnelType: 8 },
    { kind: 'route-target', target: routeTarget('64512:1') },
  ],
};

const host = (address: string, label = 17) => encodeVpnv4({ rd: RD, prefix: { address, length: 32 }, label });

const MARKER = 'ffffffffffffffffffffffffffffffff';
const DEFAULTS = '40 01 01 00  40 02 00  40 05 04 00000064';
const MPLS_BYTES = 'c0 10 10  030c00000000000a 0002fc0000000001';
const VXLAN_BYTES = 'c0 10 10  030c000000000008 0002fc0000000001';

/** One route and the one message that carries it. */
const TABLE: readonly (readonly [name: string, route: RouteAdvertisement, message: string])[] = [
  [
    'VPNv4 announcement',
    { family: VPNV4, ...host('10.0.0.1'), attributes: makePathAttributes(MPLS, NEXT_HOP) },
    `${MARKER} 005c 02 0000 0045
      80 0e 21  0001 80  0c 0000000000000000 7f000002  00  78 000111 00017f0000020000 0a000001
      ${DEFAULTS} ${MPLS_BYTES}`,
  ],
  [
    'VPNv4 withdrawal: nothing but the route',
    { family: VPNV4, ...host('10.0.0.1'), attributes: undefined },
    `${MARKER} 002d 02 0000 0016  80 0f 13  0001 80  78 800000 00017f0000020000 0a000001`,
  ],
  [
    'EVPN MAC/IP announcement',
    {
      ...{ family: EVPN, attributes: makePathAttributes(VXLAN, NEXT_HOP) },
      ...encodeMacIp({ rd: RD, mac: '52:54:00:00:00:01', ip: '10.9.0.1', label: 500 }),
    },
    `${MARKER} 006b 02 0000 0054
      80 0e 30  0019 46  04 7f000002  00
        02 25  00017f0000020000  00000000000000000000  00000000  30 525400000001  20 0a090001  0001f4
      ${DEFAULTS} ${VXLAN_BYTES}`,
  ],
  [
    'EVPN multicast announcement',
    {
      ...{ family: EVPN, ...encodeMulticast({ rd: RD, ip: NEXT_HOP }) },
      attributes: makePathAttributes(
        { ...VXLAN, pmsiTunnel: { flags: 0, type: 6, label: 500, endpoint: NEXT_HOP } },
        NEXT_HOP,
      ),
    },
    `${MARKER} 0063 02 0000 004c
      80 0e 1c  0019 46  04 7f000002  00   03 11  00017f0000020000  00000000  20 7f000002
      ${DEFAULTS} ${VXLAN_BYTES}
      c0 16 09  00 06 0001f4 7f000002`,
  ],
  [
    'RTC announcement',
    {
      ...{ family: RTC, attributes: makePathAttributes({}, NEXT_HOP) },
      ...encodeRtc({ as: 64512, target: routeTarget('64512:1') }),
    },
    `${MARKER} 003e 02 0000 0027
      80 0e 16  0001 84  04 7f000002  00   60 0000fc00 0002fc0000000001
      ${DEFAULTS}`,
  ],
  [
    'FlowSpec announcement, without next hop',
    {
      family: FLOWSPEC_VPNV4,
      ...encodeFlowspec({
        rd: RD,
        components: [
          { type: 'destination', prefix: '10.0.0.1/32' },
          { type: 'source', prefix: '10.0.4.0/24' },
          { type: 'protocol', matches: [{ and: false, operator: 1, value: 17 }] },
          {
            type: 'destination-port',
            matches: [
              { and: false, operator: 3, value: 80 },
              { and: true, operator: 5, value: 90 },
            ],
          },
          { type: 'source-port', matches: [{ and: false, operator: 1, value: 1000 }] },
        ],
      }),
      attributes: makePathAttributes(
        {
          extendedCommunities: [
            { kind: 'redirect-to-vrf', target: routeTarget('64512:30') },
            { kind: 'route-target', target: routeTarget('64512:40') },
          ],
        },
        undefined,
      ),
    },
    `${MARKER} 0060 02 0000 0049
      80 0e 25  0001 86  00  00
        1f  00017f0000020000  01 20 0a000001  02 18 0a0004  03 81 11  05 03 50 c5 5a  06 91 03e8
      ${DEFAULTS}
      c0 10 10  8008fc000000001e 0002fc0000000028`,
  ],
];

for (const [name, route, message] of TABLE) {
  test(name, () => assert.equal(encodeUpdates([route], CONTEXT).map(toHex), [toHex(hex(message))]));
}

test('End-of-RIB', () => {
  assert.is(toHex(encodeEndOfRib(EVPN)), toHex(hex(`${MARKER} 001d 02 0000 0006  80 0f 03 0019 46`)));
});

/** The routes of the messages, as a peer reads them: `family key payload` to the attributes, or to none. */
function read(messages: readonly Buffer[]): Map<string, string | undefined> {
  const routes = new Map<string, string | undefined>();
  const framer = new MessageFramer();
  framer.push(Buffer.concat(messages));
  const context = {
    ...{ fourOctetAs: true, families: new Set(SESSION_FAMILIES), attributes: new AttributeCache() },
  };
  for (let next = framer.next(); isFrame(next); next = framer.next()) {
    const { faults } = decodeUpdate(
      next.bytes,
      next.start,
      next.end,
      context,
      (family, key, _, attributes) => {
        const id = `${family.name} ${toHex(Buffer.from(key, 'latin1'))}`;
        assert.not(routes.has(id), 'each route once');
        if (attributes === undefined) {
          routes.set(id, undefined);
          return;
        }
        const { raw, ...values } = attributes;
        assert.type(raw, 'string');
        routes.set(id, JSON.stringify(values));
      },
    );
    assert.equal(faults, []);
  }
  assert.is(framer.next(), undefined);
  return routes;
}

test('routes that share attributes share UPDATEs of at most 4096 bytes', () => {
  const attributes = makePathAttributes(MPLS, NEXT_HOP);
  const routes = Array.from({ length: 1000 }, (_, number) => ({
    ...{ family: VPNV4, attributes },
    ...host(`10.0.${number >> 8}.${number & 255}`),
  }));
  const messages = encodeUpdates(routes, { fourOctetAs: true });
  assert.is(messages.length, 4);
  assert.ok(messages.every(({ length }) => length <= 4096));
  assert.is(messages[0]!.length > 4080, true);
  assert.is(read(messages).size, 1000);
});

test('withdrawals of a family share UPDATEs, and come last', () => {
  const attributes = makePathAttributes(MPLS, NEXT_HOP);
  const messages = encodeUpdates(
    [
      { family: VPNV4, ...host('10.0.0.1'), attributes: undefined },
      { family: VPNV4, ...host('10.0.0.2'), attributes },
      { family: VPNV4, ...host('10.0.0.3'), attributes: undefined },
    ],
    { fourOctetAs: true },
  );
  assert.is(messages.length, 2);
  assert.equal(
    [...read(messages).values()].map((value) => value === undefined),
    [false, true, true],
  );
});

test('equal attributes of two objects share an UPDATE, other next hops and families do not', () => {
  const routes = (['127.0.0.2', '127.0.0.2', '127.0.0.3'] as const).map((nextHop, number) => ({
    ...{ family: VPNV4, attributes: makePathAttributes(MPLS, nextHop) },
    ...host(`10.0.0.${number}`),
  }));
  const evpn = {
    ...{ family: EVPN, attributes: makePathAttributes(MPLS, '127.0.0.2') },
    ...encodeMulticast({ rd: RD, ip: NEXT_HOP }),
  };
  assert.is(encodeUpdates([...routes, evpn], CONTEXT).length, 3);
});

test('a route with more communities than a message holds is withdrawn, the others are announced', () => {
  const extendedCommunities = Array.from({ length: 600 }, (_, number) => ({
    ...{ kind: 'route-target' as const, target: routeTarget(`64512:${number}`) },
  }));
  const tooLarge: string[] = [];
  const messages = encodeUpdates(
    [
      {
        ...{ family: VPNV4, ...host('10.0.0.1') },
        attributes: makePathAttributes({ extendedCommunities }, NEXT_HOP),
      },
      { family: VPNV4, ...host('10.0.0.2'), attributes: makePathAttributes(MPLS, NEXT_HOP) },
    ],
    { fourOctetAs: true },
    (routes) => tooLarge.push(...routes.map(({ key }) => key)),
  );
  assert.equal(
    [...read(messages).values()].map((value) => value === undefined),
    [false, true],
  );
  assert.equal(tooLarge, [host('10.0.0.1').key]);
});

test('nothing to say', () => assert.equal(encodeUpdates([], CONTEXT), []));

test('property: what a peer reads is what was to be said', () => {
  const change = fc.tuple(familyAndNlri, fc.option(attributeValues, { nil: undefined }));
  const changes = fc.uniqueArray(change, { selector: ([{ family, nlri }]) => `${family.name} ${nlri.key}` });
  fc.assert(
    fc.property(changes, (list) => {
      const routes = list.map(([{ family, nlri }, values]): RouteAdvertisement => {
        const nextHop = family === FLOWSPEC_VPNV4 ? undefined : NEXT_HOP;
        return {
          ...{ family, ...nlri },
          attributes: values === undefined ? undefined : makePathAttributes(values, nextHop),
        };
      });
      const messages = encodeUpdates(routes, { fourOctetAs: true });
      assert.ok(messages.every(({ length }) => length <= 4096));
      const seen = read(messages);
      assert.is(seen.size, routes.length);
      for (const { family, key, attributes } of routes) {
        const id = `${family.name} ${toHex(Buffer.from(key, 'latin1'))}`;
        assert.ok(seen.has(id));
        if (attributes === undefined) {
          assert.is(seen.get(id), undefined);
          continue;
        }
        const defaults = { origin: 0, asPath: [], localPref: 100 };
        assert.equal(JSON.parse(seen.get(id)!), JSON.parse(shown({ ...defaults, ...attributes })));
      }
    }),
    { numRuns: 300 },
  );
});

/** Without the identity, which is not of the wire, and with a next hop that is undefined left out, as in `read`. */
function shown({ raw, ...values }: AttributeValues & { readonly raw: string }): string {
  assert.type(raw, 'string');
  return JSON.stringify(values);
}

test.run();
