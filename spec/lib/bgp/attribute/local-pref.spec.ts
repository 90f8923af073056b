import { test } from 'uvu';
import { LOCAL_PREF } from '../../../../lib/bgp/attribute/local-pref.ts';
import { testAttribute } from './attribute-table.ts';

testAttribute(
  LOCAL_PREF,
  { fourOctetAs: true },
  [
    ['100', '00000064', 100, '100'],
    ['the greatest', 'ffffffff', 4294967295, '4294967295'],
  ],
  [
    ['no byte', '', 'withdraw', 5],
    ['too long', '0000000064', 'withdraw', 5],
  ],
);

test.run();
