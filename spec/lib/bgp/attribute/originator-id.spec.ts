import { test } from 'uvu';
import { ORIGINATOR_ID } from '../../../../lib/bgp/attribute/originator-id.ts';
import { testAttribute } from './attribute-table.ts';

testAttribute(
  ORIGINATOR_ID,
  { fourOctetAs: true },
  [['an identifier', '0a000001', '10.0.0.1', '10.0.0.1']],
  [['8 bytes', '0a0000010a000002', 'withdraw', 5]],
);

test.run();
