import { type Driver, TUNNEL_DEFAULT, TUNNEL_MPLS } from '../driver.ts';

/** IP VPN without a dataplane: every intent is confirmed, nothing is forwarded. */
export const ipvpnDummy: Driver = {
  vpnType: 'ipvpn',
  name: 'dummy',
  aliases: ['DummyDataplaneDriver', 'bagpipe.bgp.vpn.ipvpn.DummyDataplaneDriver'],
  displayName: 'DummyDataplaneDriver',
  encapsulations: [TUNNEL_DEFAULT, TUNNEL_MPLS],
  acceptsUnspecified: true,
  ecmp: false,
  directions: ['both'],
};
