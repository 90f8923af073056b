import type { Driver } from '../../lib/dataplane/driver.ts';
import { evpnDummy } from '../../lib/dataplane/drivers/evpn-dummy.ts';
import { evpnLinux } from '../../lib/dataplane/drivers/evpn-linux.ts';
import { evpnOvs } from '../../lib/dataplane/drivers/evpn-ovs.ts';
import { ipvpnDummy } from '../../lib/dataplane/drivers/ipvpn-dummy.ts';
import { ipvpnLinux } from '../../lib/dataplane/drivers/ipvpn-linux.ts';
import { ipvpnOvs } from '../../lib/dataplane/drivers/ipvpn-ovs.ts';
import { dummySink } from './dummy.ts';
import { linuxEvpnSink } from './linux-evpn.ts';
import { linuxIpvpnSink } from './linux-ipvpn.ts';
import { ovsEvpnSink } from './ovs-evpn.ts';
import { ovsIpvpnSink } from './ovs-ipvpn.ts';
import type { Sink, SinkOptions, SinkSettings } from './sink.ts';

/** Makes the sink of one driver. */
type SinkFactory = (options: SinkOptions, settings: SinkSettings) => Sink;

const FACTORIES: ReadonlyMap<Driver, SinkFactory> = new Map<Driver, SinkFactory>([
  [evpnDummy, () => dummySink(evpnDummy)],
  [ipvpnDummy, () => dummySink(ipvpnDummy)],
  [evpnLinux, (options, { linuxEvpn }) => linuxEvpnSink({ ...options, ...linuxEvpn })],
  [evpnOvs, (options, { ovsEvpn }) => ovsEvpnSink(options, ovsEvpn)],
  [ipvpnLinux, (options, { linuxIpvpn }) => linuxIpvpnSink(options, linuxIpvpn)],
  [ipvpnOvs, (options, { ovsIpvpn }) => ovsIpvpnSink(options, ovsIpvpn)],
]);

/** The sink that carries out what this driver promises. */
export function createSink(driver: Driver, options: SinkOptions, settings: SinkSettings): Sink {
  const factory = FACTORIES.get(driver);
  if (factory === undefined) throw new Error(`no sink for driver ${driver.vpnType} ${driver.name}`);
  return factory(options, settings);
}
