import { test } from 'uvu';
import { EXTENDED_COMMUNITIES } from '../../../../lib/bgp/attribute/extended-communities.ts';
import { routeTarget } from '../../../../lib/net/route-target.ts';
import { testAttribute } from './attribute-table.ts';

testAttribute(
  EXTENDED_COMMUNITIES,
  { fourOctetAs: true },
  [
    [
      'one is shown bare',
      '0002 fc00 00000001',
      [{ kind: 'route-target', target: routeTarget('64512:1') }],
      'target:64512:1',
    ],
    [
      'several are shown in the order of their bytes',
      '030c 00000000 000a  0002 fc00 00000002  0002 fc00 00000001',
      [
        { kind: 'encapsulation', tunnelType: 10 },
        { kind: 'route-target', target: routeTarget('64512:2') },
        { kind: 'route-target', target: routeTarget('64512:1') },
      ],
      '[ target:64512:1 target:64512:2 encap:MPLS ]',
    ],
  ],
  [
    ['none', '', 'withdraw', 5],
    ['one and a half', '0002 fc00 00000001 030c 0000', 'withdraw', 5],
  ],
);

test.run();
