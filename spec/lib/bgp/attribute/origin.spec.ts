import { test } from 'uvu';
import { ORIGIN } from '../../../../lib/bgp/attribute/origin.ts';
import { testAttribute } from './attribute-table.ts';

testAttribute(
  ORIGIN,
  { fourOctetAs: true },
  [
    ['IGP', '00', 0, 'igp'],
    ['EGP', '01', 1, 'egp'],
    ['incomplete', '02', 2, 'incomplete'],
    ['a value that is not defined', '07', 7, '7'],
  ],
  [
    ['no byte', '', 'withdraw', 5],
    ['two bytes', '00 00', 'withdraw', 5],
  ],
);

test.run();
