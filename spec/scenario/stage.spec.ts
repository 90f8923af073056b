import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { dataplaneOf } from './stage.ts';

test('the drivers of IP VPNs have one encapsulation: MPLS in GRE, without Ethernet', () => {
  const of = (ipvpn: 'ovs' | 'linux') =>
    dataplaneOf({ evpn: 'linux', ipvpn }).configuration?.['DATAPLANE_DRIVER_IPVPN'];
  assert.is(of('linux')?.['mpls_interface'], '*gre*');
  assert.is(of('ovs')?.['gre_tunnel_options'], 'packet_type=legacy_l3');
});

test.run();
