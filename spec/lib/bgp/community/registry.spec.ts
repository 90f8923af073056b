import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ExtendedCommunity } from '../../../../lib/bgp/community/extended-community.ts';
import {
  decodeExtendedCommunity,
  encodeExtendedCommunity,
  formatExtendedCommunity,
} from '../../../../lib/bgp/community/registry.ts';
import { routeTarget } from '../../../../lib/net/route-target.ts';
import { bytes, community } from '../arbitraries.ts';
import { hex, toHex } from '../hex.ts';

type Row = readonly [bytes: string, community: ExtendedCommunity, text: string];

const target = (
  kind: 'route-target' | 'route-target-record' | 'redirect-to-vrf',
  text: string,
): ExtendedCommunity => ({ kind, target: routeTarget(text) });

const KNOWN: readonly Row[] = [
  ['00 02 fc00 00000001', target('route-target', '64512:1'), 'target:64512:1'],
  ['01 02 c0000201 00c8', target('route-target', '192.0.2.1:200'), 'target:192.0.2.1:200'],
  ['02 02 00010001 000a', target('route-target', '65537L:10'), 'target:65537L:10'],
  ['02 02 00000001 000a', target('route-target', '1L:10'), 'target:1L:10'],
  ['00 13 fc00 00000014', target('route-target-record', '64512:20'), 'rtrecord:64512:20'],
  ['01 13 c0000201 0001', target('route-target-record', '192.0.2.1:1'), 'rtrecord:192.0.2.1:1'],
  ['02 13 00010001 0001', target('route-target-record', '65537L:1'), 'rtrecord:65537L:1'],
  ['80 08 fc00 00000063', target('redirect-to-vrf', '64512:99'), 'redirect:64512:99'],
  ['81 08 c0000201 0063', target('redirect-to-vrf', '192.0.2.1:99'), 'redirect:192.0.2.1:99'],
  ['82 08 00010001 0063', target('redirect-to-vrf', '65537L:99'), 'redirect:65537L:99'],
  ['03 0c 00000000 0000', { kind: 'encapsulation', tunnelType: 0 }, 'encap:Default'],
  ['03 0c 00000000 0001', { kind: 'encapsulation', tunnelType: 1 }, 'encap:L2TPv3'],
  ['03 0c 00000000 0002', { kind: 'encapsulation', tunnelType: 2 }, 'encap:GRE'],
  ['03 0c 00000000 0007', { kind: 'encapsulation', tunnelType: 7 }, 'encap:IP-in-IP'],
  ['03 0c 00000000 0008', { kind: 'encapsulation', tunnelType: 8 }, 'encap:VXLAN'],
  ['03 0c 00000000 0009', { kind: 'encapsulation', tunnelType: 9 }, 'encap:NVGRE'],
  ['03 0c 00000000 000a', { kind: 'encapsulation', tunnelType: 10 }, 'encap:MPLS'],
  ['03 0c 00000000 000c', { kind: 'encapsulation', tunnelType: 12 }, 'encap:VXLAN-GPE'],
  ['03 0c 00000000 000d', { kind: 'encapsulation', tunnelType: 13 }, 'encap:MPLS-in-UDP'],
  ['03 0c 00000000 0013', { kind: 'encapsulation', tunnelType: 19 }, 'encap:19'],
  ['03 14 00000005 0000', { kind: 'consistent-hash-order', order: 5 }, 'consistentHashSortOrder:5'],
  ['06 00 00 00 00000007', { kind: 'mac-mobility', sticky: false, sequence: 7 }, 'mac-mobility:7'],
  ['06 00 01 00 00000000', { kind: 'mac-mobility', sticky: true, sequence: 0 }, 'mac-mobility:0:sticky'],
  ['80 06 fc00 00000000', { kind: 'traffic-rate', as: 64512, rate: 0 }, 'rate-limit:0'],
  ['80 06 0000 49742400', { kind: 'traffic-rate', as: 0, rate: 1_000_000 }, 'rate-limit:1000000'],
];

for (const [text, value, shown] of KNOWN) {
  test(`${text}: ${shown}`, () => {
    const wire = hex(text);
    assert.equal(decodeExtendedCommunity(Buffer.concat([hex('ff'), wire]), 1), value);
    assert.is(toHex(encodeExtendedCommunity(value)), toHex(wire));
    assert.is(formatExtendedCommunity(value), shown);
  });
}

/** Kept byte for byte. */
const UNKNOWN: readonly (readonly [name: string, bytes: string])[] = [
  ['a link bandwidth', '4004 fc00 49742400'],
  ['a route target that is not transitive', '4002 fc00 00000001'],
  ['an encapsulation with reserved bits', '030c 00000001 0008'],
  ['a hash order with reserved bits', '0314 00000005 0001'],
  ['MAC mobility with unknown flags', '0600 03 00 00000007'],
  ['a rate that is a signalling NaN', '8006 0000 7f800001'],
  ['a default gateway', '030d 000000000000'],
];

for (const [name, text] of UNKNOWN) {
  test(`unknown: ${name}`, () => {
    const wire = hex(text);
    const decoded = decodeExtendedCommunity(wire, 0);
    assert.equal(decoded, { kind: 'unknown', bytes: wire.toString('latin1') });
    assert.is(toHex(encodeExtendedCommunity(decoded)), toHex(wire));
    assert.is(formatExtendedCommunity(decoded), `0x${toHex(wire).toUpperCase()}`);
  });
}

test('property: any eight bytes are a community that encodes to the same bytes', () => {
  const head = fc.constantFrom(
    '0002',
    '0102',
    '0202',
    '030c',
    '0314',
    '0600',
    '8006',
    '8008',
    '8108',
    '8208',
  );
  const known = fc.tuple(head, bytes(6)).map(([type, rest]) => Buffer.concat([hex(type), rest]));
  fc.assert(
    fc.property(fc.oneof(bytes(8), known), (wire) => {
      const decoded = decodeExtendedCommunity(wire, 0);
      assert.is(toHex(encodeExtendedCommunity(decoded)), toHex(wire));
      assert.ok(formatExtendedCommunity(decoded).length > 0);
    }),
  );
});

test('property: any community comes back from the wire', () => {
  fc.assert(
    fc.property(community, (value) => {
      const decoded = decodeExtendedCommunity(encodeExtendedCommunity(value), 0);
      assert.equal(decoded, value);
    }),
  );
});

test.run();
