import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { AS_PATH } from '../../../../lib/bgp/attribute/as-path.ts';
import { toHex } from '../hex.ts';
import { testAttribute } from './attribute-table.ts';

testAttribute(
  AS_PATH,
  { fourOctetAs: true },
  [
    ['empty', '', [], '[  ]'],
    [
      'a sequence',
      '02 02 0000fc00 00010001',
      [{ kind: 'sequence', numbers: [64512, 65537] }],
      '[ 64512 65537 ]',
    ],
    [
      'sequence, set and both of a confederation',
      '02 01 00000001  01 02 00000002 00000003  03 01 00000004  04 01 00000005',
      [
        { kind: 'sequence', numbers: [1] },
        { kind: 'set', numbers: [2, 3] },
        { kind: 'confed-sequence', numbers: [4] },
        { kind: 'confed-set', numbers: [5] },
      ],
      '[ 1 set( 2 3 ) confed-sequence( 4 ) confed-set( 5 ) ]',
    ],
  ],
  [
    ['unknown segment type', '05 01 00000001', 'withdraw', 11],
    ['segment without numbers', '02 00', 'withdraw', 11],
    ['segment runs over the end', '02 02 00000001', 'withdraw', 11],
    ['half a segment header', '02', 'withdraw', 11],
    ['2-octet numbers where there should be 4', '02 01 fc00', 'withdraw', 11],
  ],
);

testAttribute(
  AS_PATH,
  { fourOctetAs: false },
  [['2-octet numbers', '02 02 fc00 0001', [{ kind: 'sequence', numbers: [64512, 1] }], '[ 64512 1 ]']],
  [['4-octet numbers where there should be 2', '02 02 0000fc00 00000001', 'withdraw', 11]],
);

test('a number that does not fit in 2 octets goes as AS_TRANS', () => {
  const bytes = AS_PATH.encode([{ kind: 'sequence', numbers: [65537] }], { fourOctetAs: false });
  assert.is(toHex(bytes), '02015ba0');
});

test('more than 255 numbers make several segments', () => {
  const numbers = Array.from({ length: 300 }, (_, index) => index);
  const bytes = AS_PATH.encode([{ kind: 'sequence', numbers }], { fourOctetAs: true });
  assert.equal(AS_PATH.decode(bytes, 0, bytes.length, { fourOctetAs: true }), {
    ok: true,
    value: [
      { kind: 'sequence', numbers: numbers.slice(0, 255) },
      { kind: 'sequence', numbers: numbers.slice(255) },
    ],
  });
});

test.run();
