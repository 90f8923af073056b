import { type Driver, TUNNEL_VXLAN } from '../driver.ts';

/** E-VPN without a dataplane: every intent is confirmed, nothing is forwarded. */
export const evpnDummy: Driver = {
  vpnType: 'evpn',
  name: 'dummy',
  aliases: ['DummyDataplaneDriver', 'bagpipe.bgp.vpn.evpn.DummyDataplaneDriver'],
  displayName: 'DummyDataplaneDriver',
  encapsulations: [TUNNEL_VXLAN],
  acceptsUnspecified: true,
  ecmp: false,
  directions: ['both'],
};
