import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  formatRouteDistinguisher,
  ipRouteDistinguisher,
  routeDistinguisherBytes,
  type RouteDistinguisher,
} from '../../../lib/net/route-distinguisher.ts';

const TABLE: readonly (readonly [bytes: string, text: string])[] = [
  ['0000fc0000000001', '64512:1'],
  ['0000ffffffffffff', '65535:4294967295'],
  ['00017f0000020000', '127.0.0.2:0'],
  ['0001c0000201ffff', '192.0.2.1:65535'],
  ['0002000100010007', '65537L:7'],
  ['0002000000010007', '1L:7'],
  ['0003010203040506', '0x0003010203040506'],
  ['ffffffffffffffff', '0xffffffffffffffff'],
];

for (const [bytes, text] of TABLE) {
  test(text, () => {
    assert.is(formatRouteDistinguisher(Buffer.from(`ee${bytes}ee`, 'hex'), 1), text);
    assert.is(routeDistinguisherBytes(text as RouteDistinguisher).toString('hex'), bytes);
  });
}

test('the RD that a PE gives out', () => {
  assert.is(
    routeDistinguisherBytes(ipRouteDistinguisher('127.0.0.2', 7)).toString('hex'),
    '00017f0000020007',
  );
});

test('property: any eight bytes come back', () => {
  const type = fc.constantFrom(0, 1, 2, 3, 0x8000);
  fc.assert(
    fc.property(type, fc.uint8Array({ minLength: 8, maxLength: 8 }), (kind, array) => {
      const bytes = Buffer.from(array);
      bytes.writeUInt16BE(kind);
      assert.equal(routeDistinguisherBytes(formatRouteDistinguisher(bytes, 0)), bytes);
    }),
  );
});

test.run();
