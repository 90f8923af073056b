import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { EVPN, FLOWSPEC_VPNV4, RTC, VPNV4 } from '../../../lib/bgp/family.ts';
import { routeTarget } from '../../../lib/net/route-target.ts';
import { showSubscriptions } from '../../../streams/looking-glass/subscriptions.ts';

const [rt3, rt10] = [routeTarget('64512:3'), routeTarget('64512:10')];

test('subscriptions are in order of the numbers of their families, then of text', () => {
  assert.equal(
    showSubscriptions([
      [EVPN, new Set([rt10])],
      [VPNV4, new Set([rt3, rt10, 'all' as const])],
      [FLOWSPEC_VPNV4, new Set([])],
      [RTC, 'all'],
    ]),
    [
      'match:ipv4/mpls-vpn,*',
      'match:ipv4/mpls-vpn,target:64512:10',
      'match:ipv4/mpls-vpn,target:64512:3',
      'match:ipv4/rtc,*',
      'match:l2vpn/evpn,target:64512:10',
    ],
  );
});

test.run();
