import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { EVPN, FLOWSPEC_VPNV4, VPNV4 } from '../../../../lib/bgp/family.ts';
import { encodeMulticast } from '../../../../lib/bgp/nlri/evpn.ts';
import { encodeFlowspec } from '../../../../lib/bgp/nlri/flowspec-vpnv4.ts';
import { isDistinguishedBy } from '../../../../lib/bgp/nlri/route-distinguisher-of.ts';
import { encodeVpnv4 } from '../../../../lib/bgp/nlri/vpnv4.ts';
import { ipRouteDistinguisher, type RouteDistinguisher } from '../../../../lib/net/route-distinguisher.ts';

const isOurs = isDistinguishedBy('192.0.2.1');
const prefix = { address: '10.0.0.0', length: 24 };
const rds: [rd: RouteDistinguisher, ours: boolean][] = [
  [ipRouteDistinguisher('192.0.2.1', 0), true],
  [ipRouteDistinguisher('192.0.2.1', 65535), true],
  [ipRouteDistinguisher('192.0.2.11', 1), false],
  ['64512:1' as RouteDistinguisher, false],
];

for (const [rd, ours] of rds) {
  test(`RD ${rd} is ${ours ? 'one' : 'none'} of 192.0.2.1, in every family`, () => {
    assert.is(isOurs(VPNV4, encodeVpnv4({ rd, prefix, label: 16 }).key), ours);
    assert.is(isOurs(EVPN, encodeMulticast({ rd, ip: '192.0.2.1' }).key), ours);
    assert.is(isOurs(FLOWSPEC_VPNV4, encodeFlowspec({ rd, components: [] }).key), ours);
  });
}

test.run();
