import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { AttributeCache } from '../../../lib/bgp/attribute/attribute-cache.ts';
import { makePathAttributes } from '../../../lib/bgp/attribute/make-path-attributes.ts';
import type { PathAttributes } from '../../../lib/bgp/attribute/path-attributes.ts';
import { EVPN, RTC, SESSION_FAMILIES, VPNV4, type Family } from '../../../lib/bgp/family.ts';
import { nlriCodec } from '../../../lib/bgp/nlri/registry.ts';
import { decodeUpdate, encodeUpdates, type DecodedUpdate } from '../../../lib/bgp/update.ts';
import { attributeValues, bytes, familyAndNlri } from './arbitraries.ts';
import { hex, toHex } from './hex.ts';

const HEADER = 19;

interface Decoded extends DecodedUpdate {
  /** `+` or `-` and the name of the route. */
  readonly routes: readonly string[];
  readonly attributes: readonly (PathAttributes | undefined)[];
}

/** Decodes the body of an UPDATE that stands in the midst of other bytes. */
function decode(
  body: Buffer,
  options: { families?: readonly Family[]; fourOctetAs?: boolean; cache?: AttributeCache } = {},
): Decoded {
  const { families = SESSION_FAMILIES, fourOctetAs = true, cache = new AttributeCache() } = options;
  const around = Buffer.concat([hex('eeee'), body, hex('eeee')]);
  const routes: string[] = [];
  const attributes: (PathAttributes | undefined)[] = [];
  const decoded = decodeUpdate(
    around,
    2,
    around.length - 2,
    { families: new Set(families), fourOctetAs, attributes: cache },
    (family, key, payload, found) => {
      const name = nlriCodec(family).format({ key, payload }, found?.nextHop);
      routes.push(`${found === undefined ? '-' : '+'} ${name}`);
      attributes.push(found);
    },
  );
  return { ...decoded, routes, attributes };
}

/** An UPDATE body with these attributes, and no IPv4 routes. */
function body(...attributes: readonly string[]): Buffer {
  const wire = Buffer.concat(attributes.map(hex));
  return Buffer.concat([Buffer.from([0, 0, wire.length >> 8, wire.length & 0xff]), wire]);
}

const ORIGIN = '40 01 01 00';
const AS_PATH = '40 02 00';
const LOCAL_PREF = '40 05 04 00000064';
const ROUTE_TARGETS = 'c0 10 10  030c00000000000a 0002fc0000000001';
const HOST = '78 000111 00017f0000020000 0a000001';
const REACH = `80 0e 21  0001 80  0c 0000000000000000 7f000002  00  ${HOST}`;
const UNREACH = `80 0f 13  0001 80  ${HOST}`;
const GOOD = [ORIGIN, AS_PATH, LOCAL_PREF, ROUTE_TARGETS] as const;

const ANNOUNCED = '+ 10.0.0.1/32 label 17 next-hop 127.0.0.2 rd 127.0.0.2:0';
const WITHDRAWN = '- 10.0.0.1/32 label 17 next-hop - rd 127.0.0.2:0';

test('an announcement', () => {
  const { routes, faults, endOfRib, attributes } = decode(body(...GOOD, REACH));
  assert.equal(routes, [ANNOUNCED]);
  assert.equal(faults, []);
  assert.is(endOfRib, undefined);
  const { raw, ...values } = attributes[0]!;
  assert.type(raw, 'string');
  assert.equal(values, {
    origin: 0,
    asPath: [],
    localPref: 100,
    extendedCommunities: [
      { kind: 'encapsulation', tunnelType: 10 },
      { kind: 'route-target', target: '64512:1' },
    ],
    nextHop: '127.0.0.2',
    routeTargets: ['64512:1'],
  });
});

const ACCEPTED: readonly (readonly [name: string, body: Buffer, routes: readonly string[]])[] = [
  ['MP_REACH first, as RFC 7606 §5.1 wants it', body(REACH, ...GOOD), [ANNOUNCED]],
  ['MP_REACH in the middle', body(ORIGIN, AS_PATH, REACH, LOCAL_PREF), [ANNOUNCED]],
  ['no ORIGIN, no AS_PATH', body(REACH), [ANNOUNCED]],
  ['a withdrawal', body(UNREACH), [WITHDRAWN]],
  ['a withdrawal with the attributes of the route', body(...GOOD, UNREACH), [WITHDRAWN]],
  ['both of the same route: the announcement counts', body(...GOOD, REACH, UNREACH), [WITHDRAWN, ANNOUNCED]],
  [
    'two routes with a long MP_REACH',
    body(
      `90 0e 0031  0001 80  0c 0000000000000000 7f000002  00  ${HOST} 78 000121 00017f0000020000 0a000002`,
    ),
    [ANNOUNCED, '+ 10.0.0.2/32 label 18 next-hop 127.0.0.2 rd 127.0.0.2:0'],
  ],
  ['MP_REACH without routes', body(...GOOD, '80 0e 11  0001 80  0c 0000000000000000 7f000002  00'), []],
  [
    'a reserved byte that is not 0',
    body(`80 0e 21  0001 80  0c 0000000000000000 7f000002  07  ${HOST}`),
    [ANNOUNCED],
  ],
  [
    'a multicast route of an E-VPN',
    body('80 0e 1c  0019 46  04 7f000002  00   03 11  00017f0000020000  00000000  20 7f000002'),
    ['+ evpn:multicast::127.0.0.2:0:0:127.0.0.2'],
  ],
  [
    'a route target wanted',
    body('80 0e 16  0001 84  04 7f000002  00   60 0000fc00 0002fc0000000001'),
    ['+ rtc 64512:target:64512:1'],
  ],
  [
    'a flow specification, without next hop',
    body('80 0e 11  0001 86  00  00   0b 00017f0000020000 038106'),
    ['+ flow protocol =tcp rd 127.0.0.2:0'],
  ],
];

for (const [name, wire, routes] of ACCEPTED) {
  test(name, () => {
    const decoded = decode(wire);
    assert.equal(decoded.faults, []);
    assert.equal(decoded.routes, routes);
  });
}

/** Name, body, routes all the same, and `fault code/subcode` of each fault. */
const FAULTY: readonly (readonly [
  name: string,
  body: Buffer,
  routes: readonly string[],
  faults: readonly string[],
])[] = [
  ['cut short', hex('0000 00'), [], ['reset 3/1']],
  ['withdrawn routes run over the end', hex('0001 0000'), [], ['reset 3/1']],
  ['attributes run over the end', hex('0000 0001'), [], ['reset 3/1']],
  ['malformed ORIGIN', body('40 01 02 0000', AS_PATH, REACH), [WITHDRAWN], ['withdraw 3/5']],
  ['malformed LOCAL_PREF', body(REACH, '40 05 02 0064'), [WITHDRAWN], ['withdraw 3/5']],
  ['ORIGIN with wrong flags', body(REACH, 'c0 01 01 00'), [WITHDRAWN], ['withdraw 3/4']],
  [
    'two malformed attributes',
    body(REACH, '40 01 02 0000', '40 02 01 00'),
    [WITHDRAWN],
    ['withdraw 3/5', 'withdraw 3/11'],
  ],
  ['ORIGIN twice', body(REACH, ORIGIN, '40 01 01 02'), [ANNOUNCED], ['discard 3/1']],
  ['MP_REACH twice', body(REACH, REACH), [], ['reset 3/1']],
  ['MP_UNREACH twice', body(UNREACH, UNREACH), [], ['reset 3/1']],
  [
    'MP_REACH with wrong flags',
    body(`c0 0e 21  0001 80  0c 0000000000000000 7f000002  00  ${HOST}`),
    [WITHDRAWN],
    ['withdraw 3/4'],
  ],
  [
    'an attribute behind the routes runs over the end',
    body(REACH, '40 05 08 00000064'),
    [WITHDRAWN],
    ['withdraw 3/1'],
  ],
  ['half an attribute header behind the routes', body(REACH, '40 05'), [WITHDRAWN], ['withdraw 3/1']],
  ['half an extended length behind the routes', body(REACH, '50 05 00'), [WITHDRAWN], ['withdraw 3/1']],
  [
    'an attribute before the routes runs over the end: where are the routes?',
    body('40 05 ff 00000064', REACH),
    [],
    ['withdraw 3/1', 'reset 3/1'],
  ],
  [
    'a malformed attribute and no route (RFC 7606 §5.2)',
    body('40 01 02 0000', UNREACH),
    [],
    ['withdraw 3/5', 'reset 3/5'],
  ],
  ['a repeated attribute and no route', body(ORIGIN, ORIGIN, UNREACH), [WITHDRAWN], ['discard 3/1']],
  [
    'a route that is cut short',
    body(...GOOD, '80 0e 1c  0001 80  0c 0000000000000000 c0000201  00  70 000641 0001 c0000201 00'),
    [],
    ['reset 3/9'],
  ],
  [
    'a withdrawn route that is cut short; the announcement is not looked at',
    body('80 0f 06  0001 80  70 0006', REACH),
    [],
    ['reset 3/9'],
  ],
  ['MP_REACH without a next hop', body('80 0e 04  0001 80 0c'), [], ['reset 3/9']],
  ['MP_REACH of one byte', body('80 0e 01 00'), [], ['reset 3/9']],
  ['an empty MP_REACH', body('80 0e 00'), [], ['reset 3/9']],
  ['MP_UNREACH without a SAFI', body('80 0f 02 0001'), [], ['reset 3/9']],
  ['a next hop of 4 bytes for VPNv4', body(`80 0e 19  0001 80  04 7f000002  00  ${HOST}`), [], ['reset 3/9']],
  [
    'a flow specification with an unknown component takes the good one with it',
    body('80 0e 1d  0001 86  00  00   0b 00017f0000020000 038106   0b 00017f0000020000 0d8106'),
    ['+ flow protocol =tcp rd 127.0.0.2:0', '- flow protocol =tcp rd 127.0.0.2:0'],
    ['withdraw 3/9'],
  ],
  ['a family that nobody knows', body(...GOOD, '80 0e 09  0001 01  04 7f000002  00'), [], ['discard 3/9']],
  ['IPv4 routes', hex('0000 0007 40010100 400200  18 0a0000'), [], ['discard 3/9']],
  ['withdrawn IPv4 routes', hex('0004 180a0000 0000'), [], ['discard 3/9']],
];

for (const [name, wire, routes, faults] of FAULTY) {
  test(`fault: ${name}`, () => {
    const decoded = decode(wire);
    assert.equal(decoded.routes, routes);
    assert.equal(
      decoded.faults.map(({ fault, code, subcode }) => `${fault} ${code}/${subcode}`),
      faults,
    );
  });
}

test('routes of a family that is not negotiated are ignored, and said to be', () => {
  const { routes, faults } = decode(body(...GOOD, REACH), { families: [EVPN] });
  assert.equal(routes, []);
  assert.equal(
    faults.map(({ fault, reason }) => `${fault}: ${reason}`),
    ['discard: routes of ipv4/mpls-vpn, which is not negotiated'],
  );
});

test('End-of-RIB of each family, and of IPv4 unicast', () => {
  assert.is(decode(body('80 0f 03 0001 80')).endOfRib, VPNV4);
  assert.is(decode(body('90 0f 0003 0019 46')).endOfRib, EVPN);
  assert.is(decode(body('80 0f 03 0001 84')).endOfRib, RTC);
  assert.equal(decode(hex('0000 0000')), { endOfRib: undefined, faults: [], routes: [], attributes: [] });
});

test('no End-of-RIB: a withdrawal, other attributes, a family that is not negotiated', () => {
  assert.is(decode(body(UNREACH)).endOfRib, undefined);
  assert.is(decode(body(ORIGIN, '80 0f 03 0001 80')).endOfRib, undefined);
  assert.is(decode(body('80 0f 03 0001 80'), { families: [EVPN] }).endOfRib, undefined);
});

test('routes share attributes: in one UPDATE, and across UPDATEs', () => {
  const cache = new AttributeCache();
  const first = decode(body(...GOOD, REACH), { cache });
  const again = decode(body(...GOOD, REACH.replace('0a000001', '0a000002')), { cache });
  assert.is(again.attributes[0], first.attributes[0]);
});

test('another next hop, another value, another size of AS numbers: other attributes', () => {
  const cache = new AttributeCache();
  const variants = [
    decode(body(...GOOD, REACH), { cache }),
    decode(body(...GOOD, REACH.replace('7f000002  00', '7f000003  00')), { cache }),
    decode(body(ORIGIN, AS_PATH, REACH), { cache }),
    decode(body(...GOOD, REACH), { cache, fourOctetAs: false }),
  ];
  assert.is(new Set(variants.map(({ attributes }) => attributes[0]!.raw)).size, 4);
});

test('attributes with a fault are not kept: the next UPDATE reports it again', () => {
  const cache = new AttributeCache();
  const twice = body(ORIGIN, ORIGIN, REACH);
  assert.is(decode(twice, { cache }).faults.length, 1);
  assert.is(decode(twice, { cache }).faults.length, 1);
});

test('a fault outside of the attributes does not hide behind known ones', () => {
  const cache = new AttributeCache();
  assert.equal(decode(body(...GOOD, REACH), { cache }).routes, [ANNOUNCED]);
  const cut = body(...GOOD, REACH, '40 05');
  assert.equal(decode(cut, { cache }).routes, [WITHDRAWN]);
});

const realUpdates = fc
  .tuple(fc.array(familyAndNlri, { minLength: 1, maxLength: 8 }), attributeValues, fc.boolean())
  .map(([routes, values, withdrawn]) =>
    encodeUpdates(
      routes.map(({ family, nlri }) => ({
        ...{ family, ...nlri },
        attributes: withdrawn ? undefined : makePathAttributes(values, '192.0.2.1'),
      })),
      { fourOctetAs: true },
    ),
  );

test('property: random bytes are routes or faults', () => {
  fc.assert(
    fc.property(bytes(0, 100), fc.boolean(), (random, fourOctetAs) => {
      decode(random, { fourOctetAs });
      decode(body(toHex(random)), { fourOctetAs });
    }),
    { numRuns: 1000 },
  );
});

test('property: real UPDATEs with some bytes changed, cut or added are routes or faults', () => {
  const change = fc.record({
    where: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    bytes: bytes(0, 3),
    cut: fc.integer({ min: 0, max: 3 }),
  });
  fc.assert(
    fc.property(realUpdates, fc.array(change, { minLength: 1, maxLength: 4 }), (messages, changes) => {
      const cache = new AttributeCache(2);
      for (const message of messages) {
        let wire = message.subarray(HEADER);
        for (const { where, bytes: added, cut } of changes) {
          const at = Math.floor(where * wire.length);
          wire = Buffer.concat([wire.subarray(0, at), added, wire.subarray(at + cut)]);
        }
        for (const fault of decode(wire, { cache }).faults) assert.is(fault.code, 3);
      }
    }),
    { numRuns: 500 },
  );
});

test('property: after a reset nothing more is given, after a withdraw nothing stays announced', () => {
  const attribute = fc.constantFrom(
    ORIGIN,
    '40 01 02 0000',
    '40 05 02 0064',
    REACH,
    UNREACH,
    '40 05',
    AS_PATH,
  );
  fc.assert(
    fc.property(fc.array(attribute, { maxLength: 6 }), (attributes) => {
      const { routes, faults } = decode(body(...attributes));
      const kinds = new Set(faults.map(({ fault }) => fault));
      if (kinds.has('reset')) assert.equal(routes, []);
      if (kinds.has('withdraw')) assert.not(routes.at(-1)?.startsWith('+'));
    }),
  );
});

test.run();
