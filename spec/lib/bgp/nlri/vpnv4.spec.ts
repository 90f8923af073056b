import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeVpnv4, encodeVpnv4, VPNV4_NLRI } from '../../../../lib/bgp/nlri/vpnv4.ts';
import { ipv4Network } from '../../../../lib/net/ip-prefix.ts';
import type { RouteDistinguisher } from '../../../../lib/net/route-distinguisher.ts';
import { bytes, ipv4Prefix, rd, uint20 } from '../arbitraries.ts';
import { hex, toHex } from '../hex.ts';
import { decodeOne, testNlriFaults, testNlris, testRandomBytes } from './nlri-table.ts';

testNlris(VPNV4_NLRI, [
  [
    'a host',
    '78 000111 00017f0000020000 0a000001',
    '20 00017f0000020000 0a000001',
    0x000111,
    '10.0.0.1/32 label 17 next-hop 192.0.2.1 rd 127.0.0.2:0',
  ],
  [
    'the default route',
    '58 000111 00017f0000020001',
    '00 00017f0000020001',
    0x000111,
    '0.0.0.0/0 label 17 next-hop 192.0.2.1 rd 127.0.0.2:1',
  ],
  [
    'an RD of type 0, a prefix of 23 bits',
    '6f 000641 0000fc0000000001 0a0102',
    '17 0000fc0000000001 0a0102',
    0x000641,
    '10.1.2.0/23 label 100 next-hop 192.0.2.1 rd 64512:1',
  ],
  [
    'an RD of type 2, a prefix of 8 bits',
    '60 000641 0002000100010007 0a',
    '08 0002000100010007 0a',
    0x000641,
    '10.0.0.0/8 label 100 next-hop 192.0.2.1 rd 65537L:7',
  ],
  [
    'a stack of two labels',
    '88 000640 000651 00017f0000020000 0a0102',
    '18 00017f0000020000 0a0102',
    '000640 000651',
    '10.1.2.0/24 label [ 100 101 ] next-hop 192.0.2.1 rd 127.0.0.2:0',
  ],
  [
    'a stack of three labels and the default route',
    '88 000640 000650 000661 00017f0000020000',
    '00 00017f0000020000',
    '000640 000650 000661',
    '0.0.0.0/0 label [ 100 101 102 ] next-hop 192.0.2.1 rd 127.0.0.2:0',
  ],
  [
    'a single label that is not marked as the bottom of the stack (RFC 8277 §2.2)',
    '70 000640 00017f0000020000 0a0102',
    '18 00017f0000020000 0a0102',
    0x000640,
    '10.1.2.0/24 label 100 next-hop 192.0.2.1 rd 127.0.0.2:0',
  ],
]);

testNlriFaults(VPNV4_NLRI, [
  ['cut short', '70 000641 01c0 00020100', 'reset', 0],
  ['cut short behind a good one', '58 000111 00017f0000020001  78 000111', 'reset', 1],
  ['no room for an RD', '18 000641', 'reset', 0],
  ['length 0', '00', 'reset', 0],
  ['a prefix of 33 bits', '79 000641 00017f0000020000 0a00000000', 'reset', 0],
  ['a prefix of 33 bits behind two labels', '91 000640 000651 00017f0000020000 0a00000000', 'reset', 0],
]);

testRandomBytes(
  VPNV4_NLRI,
  fc
    .tuple(fc.integer({ min: 80, max: 200 }), bytes(25))
    .map(([bits, rest]) => Buffer.concat([Buffer.from([bits]), rest.subarray(0, (bits + 7) >> 3)])),
);

const ANNOUNCED = '70 000641 00017f0000020000 0a0102';

for (const [name, withdrawn] of [
  ['0x800000 (RFC 8277)', '70 800000 00017f0000020000 0a0102'],
  ['0', '70 000000 00017f0000020000 0a0102'],
  ['the label', '70 000641 00017f0000020000 0a0102'],
  ['another label', '70 000651 00017f0000020000 0a0102'],
  ['two labels', '88 000640 000651 00017f0000020000 0a0102'],
] as const) {
  test(`a withdrawal with ${name} has the key of the announcement`, () => {
    assert.is(decodeOne(VPNV4_NLRI, withdrawn).key, decodeOne(VPNV4_NLRI, ANNOUNCED).key);
  });
}

test('we withdraw with label field 0x800000, whatever was announced', () => {
  const withdrawn = '70800000 00017f0000020000 0a0102';
  assert.is(toHex(VPNV4_NLRI.encode(decodeOne(VPNV4_NLRI, ANNOUNCED), true)), toHex(hex(withdrawn)));
  const stack = decodeOne(VPNV4_NLRI, '88 000640 000651 00017f0000020000 0a0102');
  assert.is(toHex(VPNV4_NLRI.encode(stack, true)), toHex(hex(withdrawn)));
});

test('bits beyond the prefix do not make another route', () => {
  const clean = decodeOne(VPNV4_NLRI, '6c 000641 00017f0000020000 0a0100');
  const dirty = decodeOne(VPNV4_NLRI, '6c 000641 00017f0000020000 0a010f');
  assert.equal(dirty, clean);
});

test('prefixes that differ in length alone are two routes', () => {
  const rd = '127.0.0.2:0' as RouteDistinguisher;
  const key = (length: number): string =>
    encodeVpnv4({ rd, prefix: { address: '10.0.0.0', length }, label: 17 }).key;
  assert.is(new Set([21, 22, 23, 24, 25, 32].map(key)).size, 6);
});

const NEXT_HOPS: readonly (readonly [bytes: string, text: string])[] = [
  ['0000000000000000 7f000002', '127.0.0.2'],
  ['0000000000000000 20010db8000000000000000000000001', '2001:db8::1'],
];

for (const [text, nextHop] of NEXT_HOPS) {
  test(`next hop ${nextHop}`, () => {
    const wire = hex(text);
    assert.is(VPNV4_NLRI.decodeNextHop(wire, 0, wire.length), nextHop);
    assert.is(toHex(VPNV4_NLRI.encodeNextHop(nextHop)), toHex(wire));
  });
}

test('of two IPv6 next hops the global one counts', () => {
  const wire = hex(`
    0000000000000000 20010db8000000000000000000000001
    0000000000000000 fe800000000000000000000000000001
  `);
  assert.is(VPNV4_NLRI.decodeNextHop(wire, 0, 48), '2001:db8::1');
});

for (const length of [0, 4, 16, 13]) {
  test(`fault: next hop of ${length} bytes`, () => {
    const decoded = VPNV4_NLRI.decodeNextHop(Buffer.alloc(length), 0, length);
    assert.is(typeof decoded === 'object' && decoded.fault, 'reset');
  });
}

test('property: what is encoded is what decodes, with the network of the prefix', () => {
  fc.assert(
    fc.property(rd, ipv4Prefix, uint20, (distinguisher, prefix, label) => {
      const nlri = encodeVpnv4({ rd: distinguisher, prefix, label });
      assert.equal(decodeVpnv4(nlri), { rd: distinguisher, prefix: ipv4Network(prefix), labels: [label] });
      assert.equal(decodeOne(VPNV4_NLRI, toHex(VPNV4_NLRI.encode(nlri, false))), nlri);
    }),
  );
});

test.run();
