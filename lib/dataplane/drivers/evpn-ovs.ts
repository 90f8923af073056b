import { TUNNEL_TYPE } from '../../bgp/community/encapsulation.ts';
import type { Driver } from '../driver.ts';

/** E-VPN on Open vSwitch: VXLAN in the tunnel bridge of the Neutron agent. */
export const evpnOvs: Driver = {
  vpnType: 'evpn',
  name: 'ovs',
  aliases: [],
  displayName: 'OVSDataplaneDriver',
  encapsulations: [TUNNEL_TYPE.vxlan],
  acceptsUnspecified: true,
  ecmp: false,
  directions: ['both'],
};
