import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { formatMacAddress, macAddressBytes, parseMacAddress } from '../../../lib/net/mac-address.ts';

const CANONICAL = '52:54:00:00:0a:01';

for (const text of [
  CANONICAL,
  '52:54:00:00:0A:01',
  '52-54-00-00-0a-01',
  '5254.0000.0a01',
  '525400000A01',
  '52:54:0:0:a:1',
  '52-54-0-0-a-1',
]) {
  test(text, () => assert.is(parseMacAddress(text), CANONICAL));
}

const NONE = [
  ...[
    '',
    'zz',
    '52:54:00:00:0a',
    '52:54:00:00:0a:01:02',
    '52:54:00:00:0a:1ff',
    '52:54-00:00:0a:01',
    '5254.0000',
  ],
  ...[
    '52:54:00:00:0a:0g',
    ' 52:54:00:00:0a:01',
    '52:54:00:00:0a:01\n',
    '5254000000a',
    '52540000000a0',
    '1::2',
  ],
];

for (const text of NONE) {
  test(`no MAC address: ${JSON.stringify(text)}`, () => assert.is(parseMacAddress(text), undefined));
}

test('property: bytes come back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 6, maxLength: 6 }), (array) => {
      const bytes = Buffer.from(array);
      const text = formatMacAddress(Buffer.concat([Buffer.alloc(3), bytes]), 3);
      assert.is(parseMacAddress(text), text);
      assert.equal(macAddressBytes(text), bytes);
    }),
  );
});

test.run();
