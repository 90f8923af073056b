import { TUNNEL_TYPE } from '../../bgp/community/encapsulation.ts';
import type { Driver } from '../driver.ts';

/** E-VPN without a dataplane: every intent is confirmed, nothing is forwarded. */
export const evpnDummy: Driver = {
  vpnType: 'evpn',
  name: 'dummy',
  aliases: ['DummyDataplaneDriver', 'bagpipe.bgp.vpn.evpn.DummyDataplaneDriver'],
  displayName: 'DummyDataplaneDriver',
  encapsulations: [TUNNEL_TYPE.vxlan],
  acceptsUnspecified: true,
  ecmp: false,
  directions: ['both'],
};
