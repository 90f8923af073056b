import { Reference, type LookingGlassNode } from '../../lib/api/looking-glass.ts';
import { formatLocalTime, type LogBook } from '../log.ts';
import { countRoutes, showBgp, type BgpView } from './bgp.ts';
import type { DriverViews } from './drivers.ts';
import { showLog } from './logs.ts';
import { showVpns } from './vpns.ts';

/** All that the looking glass can show. */
export interface DaemonView extends BgpView {
  readonly version: string;
  readonly startTime: Date;
  readonly configuration: LookingGlassNode;
  readonly drivers: DriverViews;
  readonly logs: LogBook;
}

export function showDaemon(view: DaemonView): LookingGlassNode {
  return {
    summary: {
      BGP_established_peers: view.peers.filter(({ isEstablished }) => isEstablished).length,
      route_counts: countRoutes(view.bus),
      vpn_instances_count: view.manager.instanceCount,
      warnings_and_errors: view.logs.recentCount,
      start_time: formatLocalTime(view.startTime),
      version: view.version,
    },
    config: new Reference(() => view.configuration),
    bgp: new Reference(() => showBgp(view)),
    vpns: new Reference(() => showVpns(view.manager, view.drivers)),
    logs: new Reference(() => showLog(view.logs.recent(), true)),
  };
}
