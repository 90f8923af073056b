import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { TUNNEL_TYPE } from '../../../lib/bgp/community/encapsulation.ts';
import { driverNames, findDriver } from '../../../lib/dataplane/drivers/registry.ts';
import type { VpnType } from '../../../lib/vpn/vpn-type.ts';

const FOUND: [vpnType: VpnType, name: string, found: string][] = [
  ['evpn', 'dummy', 'dummy'],
  ['evpn', 'DummyDataplaneDriver', 'dummy'],
  ['evpn', 'bagpipe.bgp.vpn.evpn.DummyDataplaneDriver', 'dummy'],
  ['evpn', 'linux', 'linux'],
  ['evpn', 'linux_vxlan.LinuxVXLANDataplaneDriver', 'linux'],
  ['evpn', 'bagpipe.bgp.vpn.evpn.linux_vxlan.LinuxVXLANDataplaneDriver', 'linux'],
  ['ipvpn', 'dummy', 'dummy'],
  ['ipvpn', 'bagpipe.bgp.vpn.ipvpn.DummyDataplaneDriver', 'dummy'],
];

for (const [vpnType, name, found] of FOUND) {
  test(`${vpnType} driver ${name}`, () => {
    const driver = findDriver(vpnType, name);
    assert.is(driver?.name, found);
    assert.is(driver?.vpnType, vpnType);
    assert.ok(driverNames(vpnType).includes(found));
  });
}

test('no driver of another VPN type, none by a part of a name', () => {
  assert.is(findDriver('ipvpn', 'bagpipe.bgp.vpn.evpn.DummyDataplaneDriver'), undefined);
  assert.is(findDriver('evpn', 'Dummy'), undefined);
  assert.is(findDriver('evpn', ''), undefined);
});

test('encapsulations, and E-VPN routes without one are taken', () => {
  assert.equal(findDriver('evpn', 'dummy')?.encapsulations, [TUNNEL_TYPE.vxlan]);
  assert.equal(findDriver('evpn', 'linux')?.encapsulations, [TUNNEL_TYPE.vxlan]);
  assert.equal(findDriver('ipvpn', 'dummy')?.encapsulations, [TUNNEL_TYPE.default, TUNNEL_TYPE.mpls]);
  assert.ok(findDriver('evpn', 'linux')?.acceptsUnspecified);
});

test.run();
