import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeRtc, encodeRtc, RTC_NLRI } from '../../../../lib/bgp/nlri/rtc.ts';
import { routeTarget } from '../../../../lib/net/route-target.ts';
import { bytes, target, uint32 } from '../arbitraries.ts';
import { toHex } from '../hex.ts';
import { decodeOne, testNlriFaults, testNlris, testRandomBytes } from './nlri-table.ts';

/** The key is the NLRI. */
const rows = (list: readonly (readonly [name: string, bytes: string, text: string])[]) =>
  list.map(([name, wire, text]) => [name, wire, wire, 0, text] as const);

testNlris(
  RTC_NLRI,
  rows([
    ['default', '00', 'rtc wildcard'],
    ['a route target', '60 0000fc00 0002fc0000000001', 'rtc 64512:target:64512:1'],
    ['one with an IPv4 address', '60 0000fc00 0102c00002010005', 'rtc 64512:target:192.0.2.1:5'],
    ['one with a 4-octet AS', '60 00010001 020200010001000a', 'rtc 65537:target:65537L:10'],
    ['one that is not transitive', '60 0000fc00 4002fc0000000001', 'rtc 64512:target:64512:1'],
    ['the AS alone', '20 0000fc00', 'rtc 0x0000fc00/32'],
    ['AS and half of the target', '50 0000fc00 0002fc000000', 'rtc 0x0000fc000002fc000000/80'],
    ['95 bits', '5f 0000fc00 0002fc0000000000', 'rtc 0x0000fc000002fc0000000000/95'],
    ['less than an AS', '08 00', 'rtc 0x00/8'],
    ['another community', '60 0000fc00 030c00000000000a', 'rtc 0x0000fc00030c00000000000a/96'],
  ]),
);

testNlriFaults(RTC_NLRI, [
  ['97 bits', '61 0000fc00 0002fc0000000001 00', 'reset', 0],
  ['runs over the end', '60 0000fc00 0002fc00000000', 'reset', 0],
  ['runs over the end behind a good one', '00 20 0000fc', 'reset', 1],
]);

testRandomBytes(
  RTC_NLRI,
  fc
    .tuple(fc.integer({ min: 0, max: 96 }), bytes(12))
    .map(([bits, rest]) => Buffer.concat([Buffer.from([bits]), rest.subarray(0, (bits + 7) >> 3)])),
);

test('what is no whole route target is partial', () => {
  for (const wire of ['20 0000fc00', '5f 0000fc00 0002fc0000000000', '60 0000fc00 030c00000000000a']) {
    assert.is(decodeRtc(decodeOne(RTC_NLRI, wire)), 'partial');
  }
  assert.is(decodeRtc(decodeOne(RTC_NLRI, '00')), 'default');
});

test('bits beyond the length do not make another route', () => {
  assert.equal(decodeOne(RTC_NLRI, '1c 0000fc0f'), decodeOne(RTC_NLRI, '1c 0000fc00'));
});

test('announcement and withdrawal have the same bytes', () => {
  const nlri = encodeRtc({ as: 64512, target: routeTarget('64512:1') });
  assert.is(toHex(RTC_NLRI.encode(nlri, false)), '600000fc000002fc0000000001');
  assert.is(toHex(RTC_NLRI.encode(nlri, true)), '600000fc000002fc0000000001');
});

test('property: what is encoded is what decodes', () => {
  fc.assert(
    fc.property(uint32, target, (as, value) => {
      const nlri = encodeRtc({ as, target: value });
      assert.equal(decodeRtc(nlri), { as, target: value });
      assert.equal(decodeOne(RTC_NLRI, toHex(RTC_NLRI.encode(nlri, false))), nlri);
    }),
  );
  assert.is(decodeRtc(encodeRtc('default')), 'default');
});

test.run();
