import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  decodeFlowspec,
  encodeFlowspec,
  FLOWSPEC_VPNV4_NLRI,
} from '../../../../lib/bgp/nlri/flowspec-vpnv4.ts';
import { bytes, flowComponents, rd } from '../arbitraries.ts';
import { hex, toHex } from '../hex.ts';
import { decodeList, decodeOne, testNlriFaults, testNlris, testRandomBytes } from './nlri-table.ts';

const ATTRACTION = `
  00017f0000020000                       # RD
  01 20 0a000001  02 18 0a0004  03 81 11 # destination, source, UDP
  05 03 50 c5 5a  06 91 03e8             # ports
`;

testNlris(FLOWSPEC_VPNV4_NLRI, [
  [
    'five components',
    `1f ${ATTRACTION}`,
    ATTRACTION,
    0,
    'flow destination-ipv4 10.0.0.1/32 source-ipv4 10.0.4.0/24 protocol =udp destination-port [ >=80&<=90 ] source-port =1000 rd 127.0.0.2:0',
  ],
  ['no component: all packets', '08 00017f0000020000', '00017f0000020000', 0, 'flow rd 127.0.0.2:0'],
]);

testNlriFaults(FLOWSPEC_VPNV4_NLRI, [
  ['runs over the end', '0c 00017f0000020000 038106', 'reset', 0],
  ['a long length cut short', 'f1', 'reset', 0],
  ['a long one runs over the end', 'f100 00017f0000020000', 'reset', 0],
  ['no room for an RD', '03 038106', 'reset', 0],
  [
    'an unknown component, before a good one',
    '0b 00017f0000020000 0d8106  08 00017f0000020001',
    'withdraw',
    1,
  ],
  ['components out of order', '0c 00017f0000020000 0200 0100', 'withdraw', 0],
]);

testRandomBytes(
  FLOWSPEC_VPNV4_NLRI,
  fc
    .tuple(bytes(8), fc.integer({ min: 1, max: 13 }), bytes(0, 20))
    .map(([distinguisher, type, rest]) =>
      Buffer.concat([Buffer.from([9 + rest.length]), distinguisher, Buffer.from([type]), rest]),
    ),
);

test('from 240 bytes on the length takes two', () => {
  const match = (value: number) => ({ and: false, operator: 1, value });
  for (const [count, head] of [
    [115, 'ef'],
    [116, 'f0f1'],
    [500, 'f3f1'],
  ] as const) {
    const ports = Array.from({ length: count }, (_, index) => match(index % 256));
    const nlri = encodeFlowspec({
      rd: decodeFlowspec(decodeOne(FLOWSPEC_VPNV4_NLRI, '08 00017f0000020000')).rd,
      components: [{ type: 'port', matches: ports }],
    });
    const wire = FLOWSPEC_VPNV4_NLRI.encode(nlri, false);
    assert.is(toHex(wire.subarray(0, head.length / 2)), head);
    assert.equal(decodeList(FLOWSPEC_VPNV4_NLRI, wire), { nlris: [nlri], fault: undefined });
  }
});

test('the same components under two RDs', () => {
  const one = decodeFlowspec(decodeOne(FLOWSPEC_VPNV4_NLRI, '0b 00017f0000020000 038106'));
  const other = decodeFlowspec(decodeOne(FLOWSPEC_VPNV4_NLRI, '0b 0000fc0000000009 038106'));
  assert.equal(one.components, other.components);
  assert.is.not(one.rd, other.rd);
});

test('a next hop there should not be is ignored', () => {
  for (const text of ['', '7f000002', '20010db8000000000000000000000001']) {
    const wire = hex(text);
    assert.is(FLOWSPEC_VPNV4_NLRI.decodeNextHop(wire, 0, wire.length), undefined);
  }
  assert.is(FLOWSPEC_VPNV4_NLRI.encodeNextHop(undefined).length, 0);
});

test('property: what is encoded is what decodes', () => {
  fc.assert(
    fc.property(rd, flowComponents, (distinguisher, components) => {
      const nlri = encodeFlowspec({ rd: distinguisher, components });
      const decoded = decodeFlowspec(nlri);
      assert.equal([decoded.rd, decoded.components], [distinguisher, components]);
      assert.equal(decodeOne(FLOWSPEC_VPNV4_NLRI, toHex(FLOWSPEC_VPNV4_NLRI.encode(nlri, false))), nlri);
    }),
  );
});

test.run();
