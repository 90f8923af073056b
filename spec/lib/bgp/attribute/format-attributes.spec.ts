import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { formatAttributes, formatOwnAttributes } from '../../../../lib/bgp/attribute/format-attributes.ts';
import { routeTarget } from '../../../../lib/net/route-target.ts';

test('all but ORIGIN and AS_PATH', () => {
  assert.equal(
    formatAttributes({
      origin: 0,
      asPath: [{ kind: 'sequence', numbers: [1] }],
      med: 5,
      localPref: 150,
      originatorId: '10.0.0.1',
      clusterList: ['127.0.0.1'],
      extendedCommunities: [
        { kind: 'encapsulation', tunnelType: 10 },
        { kind: 'route-target', target: routeTarget('64512:1') },
      ],
      pmsiTunnel: { flags: 0, type: 6, label: 500, endpoint: '127.0.0.2' },
      unknown: [{ flags: 0xc0, code: 8, value: '\xfc\0\0\x01' }],
    }),
    {
      med: '5',
      'local-preference': '150',
      'originator-id': '10.0.0.1',
      'cluster-list': '[ 127.0.0.1 ]',
      'extended-community': '[ target:64512:1 encap:MPLS ]',
      'pmsi-tunnel': 'pmsi:ingressreplication:0:31(500):127.0.0.2',
      'attribute-8': '0xfc000001',
    },
  );
});

test('what a route has not is not shown', () => {
  assert.equal(formatAttributes({}), {});
});

test('in routes of our own the label of PMSI_TUNNEL is 0', () => {
  const pmsiTunnel = { flags: 0, type: 6, label: 500, endpoint: '127.0.0.2' };
  assert.equal(formatOwnAttributes({ pmsiTunnel }), {
    'pmsi-tunnel': 'pmsi:ingressreplication:0:0(500):127.0.0.2',
  });
});

test.run();
