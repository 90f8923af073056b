import { driverOption, type Configuration } from '../../conf/configuration.ts';
import * as option from '../../conf/options/dataplane.ts';
import { privilegePrefix } from '../../lib/cli/words.ts';
import { type OvsIpvpnSettings, settingsOf } from '../../lib/dataplane/ovs-ipvpn/settings.ts';
import type { VpnType } from '../../lib/vpn/vpn-type.ts';
import type { Log } from '../log.ts';
import type { SinkOptions, SinkSettings } from './sink.ts';

/** What the configuration says to the sink of one VPN type, whatever its driver, */
export function sinkOptions(configuration: Configuration, vpnType: VpnType, log: Log): SinkOptions {
  return {
    localAddress: configuration.drivers[vpnType].localAddress,
    rootHelper: privilegePrefix(configuration.common.rootHelper, process.getuid?.()),
    log,
  };
}

/** and what it says to each of the drivers; those that are not selected get the defaults. */
export function sinkSettings(configuration: Configuration): SinkSettings {
  const { evpn, ipvpn } = configuration.drivers;
  return {
    linuxEvpn: { vxlanDstPort: driverOption(evpn, option.vxlanDstPort) },
    linuxIpvpn: {
      localAddress: ipvpn.localAddress,
      mplsInterface: driverOption(ipvpn, option.mplsInterface),
    },
    ovsEvpn: { bridge: driverOption(evpn, option.evpnOvsBridge) },
    ovsIpvpn: ovsIpvpnSettings(configuration),
  };
}

function ovsIpvpnSettings({ drivers: { ipvpn } }: Configuration): OvsIpvpnSettings {
  return settingsOf({
    localAddress: ipvpn.localAddress,
    ovsBridge: driverOption(ipvpn, option.ipvpnOvsBridge),
    mplsInterface: driverOption(ipvpn, option.mplsInterface),
    mplsOverGre: driverOption(ipvpn, option.mplsOverGre),
    greTunnel: driverOption(ipvpn, option.greTunnel),
    greTunnelOptions: driverOption(ipvpn, option.greTunnelOptions),
    vxlanEncap: driverOption(ipvpn, option.vxlanEncap),
    arpResponder: driverOption(ipvpn, option.arpResponder),
    proxyArp: driverOption(ipvpn, option.proxyArp),
    inputTable: driverOption(ipvpn, option.inputTable),
    ovsTableIdStart: driverOption(ipvpn, option.ovsTableIdStart),
    ovsbrInterfacesMtu: driverOption(ipvpn, option.ovsbrInterfacesMtu),
    hashMethod: driverOption(ipvpn, option.hashMethod),
    hashMethodParam: driverOption(ipvpn, option.hashMethodParam),
    hashFields: driverOption(ipvpn, option.hashFields),
  });
}
