import { Collection, Reference, type LookingGlassNode } from '../../lib/api/looking-glass.ts';
import { formatExtendedCommunity } from '../../lib/bgp/community/registry.ts';
import type { VpnType } from '../../lib/vpn/vpn-type.ts';
import type { Dataplane } from '../instance/dataplane.ts';
import type { ComponentLog } from '../log.ts';
import { showLog } from './logs.ts';

/** What is to be shown of the driver of one VPN type. */
export interface DriverView {
  readonly dataplane: Dataplane;
  /** Its section of the configuration. */
  readonly configuration: LookingGlassNode;
  readonly log: ComponentLog;
  readonly kernelRelease: string;
}

export type DriverViews = Readonly<Record<VpnType, DriverView>>;

export function showDrivers(views: DriverViews): LookingGlassNode {
  const find = (id: string): DriverView | undefined =>
    id === 'evpn' || id === 'ipvpn' ? views[id] : undefined;
  return new Collection(
    () => [{ id: 'evpn' }, { id: 'ipvpn' }],
    (id) => {
      const view = find(id);
      return view === undefined ? undefined : showDriver(view);
    },
  );
}

function showDriver({ dataplane, configuration, log, kernelRelease }: DriverView): LookingGlassNode {
  const { driver, localAddress } = dataplane;
  return {
    name: driver.displayName,
    local_address: localAddress,
    supported_encaps: driver.encapsulations.map((tunnelType) =>
      formatExtendedCommunity({ kind: 'encapsulation', tunnelType }),
    ),
    config: configuration,
    kernel_release: kernelRelease,
    ...dataplane.describe(),
    logs: new Reference(() => showLog(log.records(), false)),
  };
}
