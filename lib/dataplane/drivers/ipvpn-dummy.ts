import { TUNNEL_TYPE } from '../../bgp/community/encapsulation.ts';
import type { Driver } from '../driver.ts';

/** IP VPN without a dataplane: every intent is confirmed, nothing is forwarded. */
export const ipvpnDummy: Driver = {
  vpnType: 'ipvpn',
  name: 'dummy',
  aliases: ['DummyDataplaneDriver', 'bagpipe.bgp.vpn.ipvpn.DummyDataplaneDriver'],
  displayName: 'DummyDataplaneDriver',
  encapsulations: [TUNNEL_TYPE.default, TUNNEL_TYPE.mpls],
  acceptsUnspecified: true,
  ecmp: false,
  directions: ['both'],
};
