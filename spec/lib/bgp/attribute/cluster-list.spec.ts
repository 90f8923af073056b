import { test } from 'uvu';
import { CLUSTER_LIST } from '../../../../lib/bgp/attribute/cluster-list.ts';
import { testAttribute } from './attribute-table.ts';

testAttribute(
  CLUSTER_LIST,
  { fourOctetAs: true },
  [
    ['one', '7f000001', ['127.0.0.1'], '[ 127.0.0.1 ]'],
    ['two', '7f000001 0a000001', ['127.0.0.1', '10.0.0.1'], '[ 127.0.0.1 10.0.0.1 ]'],
  ],
  [
    ['none', '', 'withdraw', 5],
    ['one and a half', '7f000001 0a00', 'withdraw', 5],
  ],
);

test.run();
