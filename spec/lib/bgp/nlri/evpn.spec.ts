import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  decodeEvpn,
  encodeMacIp,
  encodeMulticast,
  EVPN_NLRI,
  type EvpnNlri,
} from '../../../../lib/bgp/nlri/evpn.ts';
import type { RouteDistinguisher } from '../../../../lib/net/route-distinguisher.ts';
import { bytes, ip, mac, rd, uint24, uint32 } from '../arbitraries.ts';
import { hex, toHex } from '../hex.ts';
import { decodeOne, testNlriFaults, testNlris, testRandomBytes, type NlriRow } from './nlri-table.ts';

const RD = '127.0.0.2:1' as RouteDistinguisher;
const ZERO_ESI = '00'.repeat(10);
const ESI = '00112233445566778899';

/** Row, and what it decodes to. */
const TABLE: readonly (readonly [...NlriRow, value: EvpnNlri])[] = [
  [
    'Ethernet A-D per EVI',
    `01 19  00017f0000020001  ${ESI} 00000005 0001f4`,
    `01 00017f0000020001  ${ESI} 00000005`,
    500,
    'evpn:ethernetad::127.0.0.2:1:00:11:22:33:44:55:66:77:88:99:5: label 31 (500)',
    { type: 'ethernet-auto-discovery', rd: RD, esi: ESI, ethernetTag: 5, label: 500 },
  ],
  [
    'a MAC alone',
    `02 21  00017f0000020001  ${ZERO_ESI}  00000000  30 525400000001  00  0001f4`,
    `02 00017f0000020001  00000000  30 525400000001  00`,
    500,
    'evpn:macadv::127.0.0.2:1:-:0:52:54:00:00:00:01/48:: label 31 (500)',
    {
      ...{ type: 'mac-ip', rd: RD, esi: ZERO_ESI, ethernetTag: 0 },
      ...{ mac: '52:54:00:00:00:01', ip: undefined, labels: [500] },
    },
  ],
  [
    'MAC and IPv4 address',
    `02 25  00017f0000020001  ${ZERO_ESI}  00000007  30 5254000000aa  20 0a090001  0001f4`,
    `02 00017f0000020001  00000007  30 5254000000aa  20 0a090001`,
    500,
    'evpn:macadv::127.0.0.2:1:-:7:52:54:00:00:00:AA/48:10.9.0.1: label 31 (500)',
    {
      ...{ type: 'mac-ip', rd: RD, esi: ZERO_ESI, ethernetTag: 7 },
      ...{ mac: '52:54:00:00:00:aa', ip: '10.9.0.1', labels: [500] },
    },
  ],
  [
    'MAC and IPv6 address behind an Ethernet segment',
    `02 31  00017f0000020001  ${ESI}  00000000  30 525400000001  80 20010db8000000000000000000000001  0001f4`,
    `02 00017f0000020001  00000000  30 525400000001  80 20010db8000000000000000000000001`,
    `${ESI} 0001f4`,
    'evpn:macadv::127.0.0.2:1:00:11:22:33:44:55:66:77:88:99:0:52:54:00:00:00:01/48:2001:db8::1: label 31 (500)',
    {
      ...{ type: 'mac-ip', rd: RD, esi: ESI, ethernetTag: 0 },
      ...{ mac: '52:54:00:00:00:01', ip: '2001:db8::1', labels: [500] },
    },
  ],
  [
    'two labels',
    `02 28  00017f0000020001  ${ZERO_ESI}  00000000  30 525400000001  20 0a090001  0001f4 000000`,
    `02 00017f0000020001  00000000  30 525400000001  20 0a090001`,
    `${ZERO_ESI} 0001f4 000000`,
    'evpn:macadv::127.0.0.2:1:-:0:52:54:00:00:00:01/48:10.9.0.1: label [ 31 (500) 0 ]',
    {
      ...{ type: 'mac-ip', rd: RD, esi: ZERO_ESI, ethernetTag: 0 },
      ...{ mac: '52:54:00:00:00:01', ip: '10.9.0.1', labels: [500, 0] },
    },
  ],
  [
    'multicast',
    '03 11  00017f0000020001  00000000  20 7f000002',
    '03  00017f0000020001  00000000  20 7f000002',
    0,
    'evpn:multicast::127.0.0.2:1:0:127.0.0.2',
    { type: 'multicast', rd: RD, ethernetTag: 0, ip: '127.0.0.2' },
  ],
  [
    'multicast of an IPv6 router',
    '03 1d  00017f0000020001  00000002  80 20010db8000000000000000000000001',
    '03  00017f0000020001  00000002  80 20010db8000000000000000000000001',
    0,
    'evpn:multicast::127.0.0.2:1:2:2001:db8::1',
    { type: 'multicast', rd: RD, ethernetTag: 2, ip: '2001:db8::1' },
  ],
  [
    'Ethernet segment',
    `04 17  00017f0000020001  ${ESI}  20 7f000002`,
    `04  00017f0000020001  ${ESI}  20 7f000002`,
    0,
    'evpn:segment::127.0.0.2:1:00:11:22:33:44:55:66:77:88:99:127.0.0.2',
    { type: 'ethernet-segment', rd: RD, esi: ESI, ip: '127.0.0.2' },
  ],
  [
    'IP prefix',
    `05 22  00017f0000020001  ${ZERO_ESI}  00000000  18 0a090000  00000000  0001f4`,
    '05  00017f0000020001  00000000  18 0a090000',
    `${ZERO_ESI} 00000000 0001f4`,
    'evpn:prfxadv::127.0.0.2:1:-:0:10.9.0.0/24:0.0.0.0: label 31 (500)',
    {
      ...{ type: 'ip-prefix', rd: RD, esi: ZERO_ESI, ethernetTag: 0 },
      ...{ prefix: '10.9.0.0/24', gateway: '0.0.0.0', label: 500 },
    },
  ],
  [
    'IPv6 prefix',
    `05 3a  00017f0000020001  ${ESI}  00000000  40 20010db8000000010000000000000000  20010db8000000000000000000000001  0001f4`,
    '05  00017f0000020001  00000000  40 20010db8000000010000000000000000',
    `${ESI} 20010db8000000000000000000000001 0001f4`,
    'evpn:prfxadv::127.0.0.2:1:00:11:22:33:44:55:66:77:88:99:0:2001:db8:0:1::/64:2001:db8::1: label 31 (500)',
    {
      ...{ type: 'ip-prefix', rd: RD, esi: ESI, ethernetTag: 0 },
      ...{ prefix: '2001:db8:0:1::/64', gateway: '2001:db8::1', label: 500 },
    },
  ],
  [
    'a type that nobody knows',
    '63 03 010203',
    '63 010203',
    0,
    'evpn:type99:0x010203',
    { type: 'unknown', routeType: 99, body: '\x01\x02\x03' },
  ],
  ['an empty one', '63 00', '63', 0, 'evpn:type99:0x', { type: 'unknown', routeType: 99, body: '' }],
];

testNlris(
  EVPN_NLRI,
  TABLE.map(([name, wire, key, payload, text]): NlriRow => [name, wire, key, payload, text]),
);

for (const [name, wire, , , , value] of TABLE) {
  test(`fields: ${name}`, () => assert.equal(decodeEvpn(decodeOne(EVPN_NLRI, wire)), value));
}

const MULTICAST = '03 11  00017f0000020001  00000000  20 7f000002';

testNlriFaults(EVPN_NLRI, [
  ['runs over the end', '03 12  00017f0000020001  00000000  20 7f000002', 'reset', 0],
  ['a type and no length', '03', 'reset', 0],
  ['a type and no length behind a good one', `${MULTICAST} 02`, 'reset', 1],
  [
    'a MAC of 40 bits, before a good one',
    `02 21  00017f0000020001  ${ZERO_ESI}  00000000  28 525400000001  00  0001f4 ${MULTICAST}`,
    'withdraw',
    1,
  ],
  [
    'an IP address of 24 bits',
    `02 24  00017f0000020001  ${ZERO_ESI}  00000000  30 525400000001  18 0a0900  0001f4`,
    'withdraw',
    0,
  ],
  [
    'MAC/IP without a label',
    `02 1e  00017f0000020001  ${ZERO_ESI}  00000000  30 525400000001  00`,
    'withdraw',
    0,
  ],
  ['MAC/IP too short', '02 04  00017f00', 'withdraw', 0],
  ['Ethernet A-D too long', `01 1a  00017f0000020001  ${ESI} 00000005 0001f4 00`, 'withdraw', 0],
  ['multicast without an address', '03 0d  00017f0000020001  00000000  00', 'withdraw', 0],
  ['multicast too short', '03 02  0001', 'withdraw', 0],
  ['segment with half an address', `04 15  00017f0000020001  ${ESI}  10 7f00`, 'withdraw', 0],
  [
    'IPv4 prefix of 33 bits',
    `05 22  00017f0000020001  ${ZERO_ESI}  00000000  21 0a090000  00000000  0001f4`,
    'withdraw',
    0,
  ],
  ['IP prefix too short', '05 00', 'withdraw', 0],
]);

testRandomBytes(
  EVPN_NLRI,
  fc
    .tuple(
      fc.integer({ min: 1, max: 6 }),
      fc.constantFrom(17, 23, 25, 33, 34, 37, 40),
      bytes(60),
      fc.boolean(),
    )
    .map(([type, length, body, plausible]) => {
      if (plausible) {
        body[22] = type === 5 ? 24 : 48;
        body[29] = length === 33 ? 0 : 32;
        body[12] = 32;
        body[18] = 32;
      }
      return Buffer.concat([Buffer.from([type, length]), body.subarray(0, length)]);
    }),
);

test('label and segment are no part of what makes a MAC/IP route another one', () => {
  const route = (esi: string, labels: string): string =>
    `02 ${labels.length === 6 ? '21' : '24'} 00017f0000020001 ${esi} 00000000 30 525400000001 00 ${labels}`;
  const keys = [route(ZERO_ESI, '0001f4'), route(ESI, '0001f4'), route(ZERO_ESI, '0001f40001f5')].map(
    (text) => decodeOne(EVPN_NLRI, text).key,
  );
  assert.is(new Set(keys).size, 1);
});

test('a withdrawal carries what is known of the route', () => {
  const nlri = encodeMacIp({ rd: RD, mac: '52:54:00:00:00:01', ip: undefined, label: 500 });
  assert.is(toHex(EVPN_NLRI.encode(nlri, true)), toHex(EVPN_NLRI.encode(nlri, false)));
});

for (const [text, nextHop] of [
  ['7f000002', '127.0.0.2'],
  ['20010db8000000000000000000000001', '2001:db8::1'],
] as const) {
  test(`next hop ${nextHop}`, () => {
    const wire = hex(text);
    assert.is(EVPN_NLRI.decodeNextHop(wire, 0, wire.length), nextHop);
    assert.is(toHex(EVPN_NLRI.encodeNextHop(nextHop)), text);
  });
}

test('fault: a next hop as long as one of VPNv4', () => {
  const decoded = EVPN_NLRI.decodeNextHop(Buffer.alloc(12), 0, 12);
  assert.is(typeof decoded === 'object' && decoded.fault, 'reset');
});

test('property: what is encoded is what decodes', () => {
  const maybeIp = fc.option(ip, { nil: undefined });
  fc.assert(
    fc.property(rd, mac, maybeIp, uint24, uint32, (distinguisher, address, host, label, ethernetTag) => {
      const nlri = encodeMacIp({ rd: distinguisher, mac: address, ip: host, label, ethernetTag });
      assert.equal(decodeEvpn(nlri), {
        ...{ type: 'mac-ip', rd: distinguisher, esi: ZERO_ESI, ethernetTag, mac: address, ip: host },
        labels: [label],
      });
      assert.equal(decodeOne(EVPN_NLRI, toHex(EVPN_NLRI.encode(nlri, false))), nlri);
    }),
  );
  fc.assert(
    fc.property(rd, ip, uint32, (distinguisher, router, ethernetTag) => {
      const nlri = encodeMulticast({ rd: distinguisher, ip: router, ethernetTag });
      assert.equal(decodeEvpn(nlri), { type: 'multicast', rd: distinguisher, ethernetTag, ip: router });
      assert.equal(decodeOne(EVPN_NLRI, toHex(EVPN_NLRI.encode(nlri, false))), nlri);
    }),
  );
});

test.run();
