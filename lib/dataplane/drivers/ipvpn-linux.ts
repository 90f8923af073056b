import { TUNNEL_TYPE } from '../../bgp/community/encapsulation.ts';
import type { Driver } from '../driver.ts';
import type { TunnelKind } from '../linux-ipvpn/names.ts';
import { underlayOf, type LinuxIpvpnSettings } from '../linux-ipvpn/settings.ts';

/**
 * IP VPN on Linux: VRF devices and the MPLS of the kernel. A port may send into one VRF, and receive from others: labels
 * and routes lead to it wherever it belongs.
 */
export const ipvpnLinux: Driver = {
  vpnType: 'ipvpn',
  name: 'linux',
  aliases: [
    'mpls_linux_dataplane.MPLSLinuxDataplaneDriver',
    'bagpipe.bgp.vpn.ipvpn.mpls_linux_dataplane.MPLSLinuxDataplaneDriver',
  ],
  displayName: 'MPLSLinuxDataplaneDriver',
  encapsulations: [TUNNEL_TYPE.default, TUNNEL_TYPE.mpls],
  acceptsUnspecified: true,
  ecmp: true,
  directions: ['both', 'to-port', 'from-port'],
};

const TUNNEL_TYPES: Readonly<Record<TunnelKind, number>> = {
  gre: TUNNEL_TYPE.gre,
  udp: TUNNEL_TYPE.mplsInUdp,
};

/** The tunnel types (`Driver.encapsulations`) of a configuration. */
export function linuxEncapsulationsOf(
  settings: Pick<LinuxIpvpnSettings, 'mplsInterface'>,
): readonly number[] {
  const underlay = underlayOf(settings);
  return [TUNNEL_TYPE.default, underlay.kind === 'tunnel' ? TUNNEL_TYPES[underlay.tunnel] : TUNNEL_TYPE.mpls];
}
