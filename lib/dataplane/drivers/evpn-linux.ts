import { TUNNEL_TYPE } from '../../bgp/community/encapsulation.ts';
import type { Driver } from '../driver.ts';

/** E-VPN on Linux: one bridge and one VXLAN device per EVI. */
export const evpnLinux: Driver = {
  vpnType: 'evpn',
  name: 'linux',
  aliases: [
    'linux_vxlan.LinuxVXLANDataplaneDriver',
    'bagpipe.bgp.vpn.evpn.linux_vxlan.LinuxVXLANDataplaneDriver',
  ],
  displayName: 'LinuxVXLANDataplaneDriver',
  encapsulations: [TUNNEL_TYPE.vxlan],
  acceptsUnspecified: true,
  ecmp: false,
  directions: ['both'],
};
