import { test } from 'uvu';
import { NEXT_HOP } from '../../../../lib/bgp/attribute/next-hop.ts';
import { testAttribute } from './attribute-table.ts';

testAttribute(
  NEXT_HOP,
  { fourOctetAs: true },
  [['an address', 'c0000201', '192.0.2.1', '192.0.2.1']],
  [
    ['cut short', 'c00002', 'withdraw', 5],
    ['too long', 'c000020100', 'withdraw', 5],
  ],
);

test.run();
