import { TUNNEL_TYPE } from '../../bgp/community/encapsulation.ts';
import type { Driver } from '../driver.ts';
import type { OvsIpvpnSettings } from '../ovs-ipvpn/settings.ts';

/** IP VPN on Open vSwitch: one bridge for all VRFs. Its encapsulations are those of its default configuration. */
export const ipvpnOvs: Driver = {
  vpnType: 'ipvpn',
  name: 'ovs',
  aliases: [
    'mpls_ovs_dataplane.MPLSOVSDataplaneDriver',
    'bagpipe.bgp.vpn.ipvpn.mpls_ovs_dataplane.MPLSOVSDataplaneDriver',
  ],
  displayName: 'MPLSOVSDataplaneDriver',
  encapsulations: [TUNNEL_TYPE.default, TUNNEL_TYPE.gre],
  acceptsUnspecified: true,
  ecmp: true,
  directions: ['both', 'to-port', 'from-port'],
};

/** The tunnel types (`Driver.encapsulations`) of a configuration. */
export function encapsulationsOf({ gre, vxlan }: Pick<OvsIpvpnSettings, 'gre' | 'vxlan'>): readonly number[] {
  const mpls = gre === undefined ? TUNNEL_TYPE.mpls : TUNNEL_TYPE.gre;
  return [TUNNEL_TYPE.default, mpls, ...(vxlan ? [TUNNEL_TYPE.vxlan] : [])];
}
