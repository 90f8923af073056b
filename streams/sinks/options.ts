import { driverOption, type Configuration } from '../../conf/configuration.ts';
import { vxlanDstPort } from '../../conf/options/dataplane.ts';
import { privilegePrefix } from '../../lib/cli/words.ts';
import type { VpnType } from '../../lib/vpn/vpn-type.ts';
import type { Log } from '../log.ts';
import type { SinkOptions } from './sink.ts';

/** What the configuration says to the sink of one VPN type. */
export function sinkOptions(configuration: Configuration, vpnType: VpnType, log: Log): SinkOptions {
  return {
    localAddress: configuration.drivers[vpnType].localAddress,
    rootHelper: privilegePrefix(configuration.common.rootHelper, process.getuid?.()),
    options: { vxlanDstPort: driverOption(configuration.drivers.evpn, vxlanDstPort) },
    log,
  };
}
