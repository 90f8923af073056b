import { test } from 'uvu';
import { INGRESS_REPLICATION, PMSI_TUNNEL } from '../../../../lib/bgp/attribute/pmsi-tunnel.ts';
import { testAttribute } from './attribute-table.ts';

testAttribute(
  PMSI_TUNNEL,
  { fourOctetAs: true },
  [
    [
      'ingress replication, VNI 500',
      '00 06 0001f4 7f000002',
      { flags: 0, type: INGRESS_REPLICATION, label: 500, endpoint: '127.0.0.2' },
      'pmsi:ingressreplication:0:31(500):127.0.0.2',
    ],
    [
      'ingress replication to an IPv6 address, without label',
      '01 06 000000 20010db8000000000000000000000001',
      { flags: 1, type: INGRESS_REPLICATION, label: 0, endpoint: '2001:db8::1' },
      'pmsi:ingressreplication:1:0:2001:db8::1',
    ],
    ['no tunnel', '00 00 000000', { flags: 0, type: 0, label: 0, endpoint: '' }, 'pmsi:notunnel:0:0:'],
    [
      'PIM-SSM',
      '00 03 000010 e8000001',
      { flags: 0, type: 3, label: 16, endpoint: '\xe8\0\0\x01' },
      'pmsi:pim-ssmtree:0:1(16):0xe8000001',
    ],
  ],
  [
    ['4 bytes', '00 06 0001', 'withdraw', 5],
    ['ingress replication without an address', '00 06 0001f4', 'withdraw', 5],
    ['ingress replication with half an address', '00 06 0001f4 7f00', 'withdraw', 5],
  ],
);

test.run();
