import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { administeredBytes, formatAdministered, parseRouteTarget } from '../../../lib/net/route-target.ts';

/** Text of a user, canonical text, type and bytes. */
const TARGETS: readonly (readonly [text: string, canonical: string, type: number, bytes: string])[] = [
  ['64512:1', '64512:1', 0, 'fc0000000001'],
  ['65535:4294967295', '65535:4294967295', 0, 'ffffffffffff'],
  ['0:0', '0:0', 0, '000000000000'],
  ['00064512:0001', '64512:1', 0, 'fc0000000001'],
  ['65536:10', '65536L:10', 2, '00010000000a'],
  ['4294967295:65535', '4294967295L:65535', 2, 'ffffffffffff'],
  ['1L:10', '1L:10', 2, '00000001000a'],
  ['192.0.2.1:200', '192.0.2.1:200', 1, 'c000020100c8'],
];

for (const [text, canonical, type, bytes] of TARGETS) {
  test(text, () => {
    const target = parseRouteTarget(text);
    assert.is(target, canonical);
    assert.is(parseRouteTarget(canonical), canonical);
    assert.equal(administeredBytes(canonical), { type, bytes: Buffer.from(bytes, 'hex') });
    assert.is(formatAdministered(type, Buffer.from(`ee${bytes}`, 'hex'), 1), canonical);
  });
}

const NONE = [
  ...[
    '',
    'foo',
    '64512',
    ':',
    '64512:',
    ':1',
    '64512:-1',
    '64512:1:1',
    '64512:x',
    '64512 :1',
    ' 64512:1',
    '64512:1 ',
  ],
  ...['64512:4294967296', '4294967296:1', '65536:65536', '1L:65536', '192.0.2.1:65536', '192.0.2.256:1'],
  ...['192.0.2:1', '192.0.2.1L:1', '64512l:1', '64512:1\n', '1.5:1', '64512:1e1', 'target:64512:1', '-1:1'],
  ...['99999999999:1'],
];

for (const text of NONE) {
  test(`no route target: ${JSON.stringify(text)}`, () => assert.is(parseRouteTarget(text), undefined));
}

test('property: what parses has bytes that show as the same text', () => {
  const text = fc.oneof(fc.string(), fc.stringMatching(/^[0-9]{1,11}L?:[0-9]{1,11}$/));
  fc.assert(
    fc.property(text, (random) => {
      const target = parseRouteTarget(random);
      if (target === undefined) return;
      const { type, bytes } = administeredBytes(target);
      assert.is(formatAdministered(type, bytes, 0), target);
    }),
    { numRuns: 1000 },
  );
});

test.run();
