import { test } from 'uvu';
import { MED } from '../../../../lib/bgp/attribute/med.ts';
import { testAttribute } from './attribute-table.ts';

testAttribute(
  MED,
  { fourOctetAs: true },
  [
    ['0', '00000000', 0, '0'],
    ['the greatest', 'ffffffff', 4294967295, '4294967295'],
  ],
  [
    ['cut short', '000000', 'withdraw', 5],
    ['too long', '0000000000', 'withdraw', 5],
  ],
);

test.run();
