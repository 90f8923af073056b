import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  formatIpv4,
  formatIpv6,
  ipAddressBytes,
  ipv4ToNumber,
  isIpv4,
  isIpv6,
  numberToIpv4,
  parseIpAddress,
} from '../../../lib/net/ip-address.ts';

for (const text of ['0.0.0.0', '10.0.0.1', '255.255.255.255', '192.0.2.100']) {
  test(`IPv4: ${text}`, () => {
    assert.ok(isIpv4(text));
    assert.not(isIpv6(text));
    assert.is(parseIpAddress(text), text);
    assert.is(formatIpv4(ipAddressBytes(text), 0), text);
    assert.is(numberToIpv4(ipv4ToNumber(text)), text);
  });
}

const IPV6: readonly (readonly [text: string, canonical: string])[] = [
  ['::', '::'],
  ['::1', '::1'],
  ['2001:DB8::1', '2001:db8::1'],
  ['2001:0db8:0000:0000:0000:0000:0000:0001', '2001:db8::1'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
  ['::ffff:192.0.2.1', '::ffff:c000:201'],
];

for (const [text, canonical] of IPV6) {
  test(`IPv6: ${text}`, () => {
    assert.ok(isIpv6(text));
    assert.is(parseIpAddress(text), canonical);
    assert.is(parseIpAddress(canonical), canonical);
    const bytes = ipAddressBytes(canonical);
    assert.is(bytes.length, 16);
    assert.is(formatIpv6(bytes, 0), canonical);
  });
}

const NEITHER = [
  ...['', '10', '10.1', '10.0.0', '10.0.0.0.1', '10.0.0.256', '10.0.0.01', '10.0.0.1 ', ' 10.0.0.1'],
  ...['0x0a.0.0.1', '10.0.0.-1', '10.0.0.1/32', '10.0.0.1\n', '10,0,0,1', '١٠.0.0.1'],
  ...[':', ':::', '1::2::3', '12345::', 'g::', 'fe80::1%eth0', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '::1\n'],
  ...['[::1]', '::1/64', '::10.0.0.256'],
];

for (const text of NEITHER) {
  test(`no address: ${JSON.stringify(text)}`, () => assert.is(parseIpAddress(text), undefined));
}

test('property: any text is an address with a canonical form, or none', () => {
  const text = fc.oneof(fc.string(), fc.ipV4(), fc.ipV6(), fc.stringMatching(/^[0-9a-f:.]{0,20}$/));
  fc.assert(
    fc.property(text, (random) => {
      const canonical = parseIpAddress(random);
      if (canonical === undefined) return;
      assert.is(parseIpAddress(canonical), canonical);
      const bytes = ipAddressBytes(canonical);
      assert.is(bytes.length === 4 ? formatIpv4(bytes, 0) : formatIpv6(bytes, 0), canonical);
    }),
    { numRuns: 1000 },
  );
});

test.run();
