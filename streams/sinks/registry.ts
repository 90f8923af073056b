import type { Driver } from '../../lib/dataplane/driver.ts';
import { evpnDummy } from '../../lib/dataplane/drivers/evpn-dummy.ts';
import { evpnLinux } from '../../lib/dataplane/drivers/evpn-linux.ts';
import { ipvpnDummy } from '../../lib/dataplane/drivers/ipvpn-dummy.ts';
import { dummySink } from './dummy.ts';
import { linuxEvpnSink } from './linux-evpn.ts';
import type { Sink, SinkFactory, SinkOptions } from './sink.ts';

const FACTORIES: ReadonlyMap<Driver, SinkFactory> = new Map<Driver, SinkFactory>([
  [evpnDummy, () => dummySink(evpnDummy)],
  [ipvpnDummy, () => dummySink(ipvpnDummy)],
  [evpnLinux, (options) => linuxEvpnSink(options)],
]);

/** The sink that carries out what this driver promises. */
export function createSink(driver: Driver, options: SinkOptions): Sink {
  const factory = FACTORIES.get(driver);
  if (factory === undefined) throw new Error(`no sink for driver ${driver.vpnType} ${driver.name}`);
  return factory(options);
}
