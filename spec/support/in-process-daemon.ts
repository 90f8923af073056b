import type { Hono } from 'hono';
import { describeConfiguration, describeDriverConfiguration } from '../../conf/configuration.ts';
import { evpnDummy } from '../../lib/dataplane/drivers/evpn-dummy.ts';
import { ipvpnDummy } from '../../lib/dataplane/drivers/ipvpn-dummy.ts';
import { RouteBus } from '../../streams/bus/route-bus.ts';
import { originateMembership } from '../../streams/bus/rt-constraint.ts';
import { createApp } from '../../streams/http/app.ts';
import { dataplane } from '../../streams/instance/dataplane.ts';
import { VpnManager } from '../../streams/instance/manager.ts';
import { LogBook } from '../../streams/log.ts';
import { showDaemon } from '../../streams/looking-glass/root.ts';
import { dummySink } from '../../streams/sinks/dummy.ts';
import { defaultConfiguration } from './sink-settings.ts';

const ADDRESS = '127.0.0.1';
const AS = 64512;

/** The daemon without sockets: its API, instances, routes and looking glass are the real ones. */
export interface InProcessDaemon {
  readonly app: Hono;
  /** Every warning and error so far. */
  readonly complaints: () => readonly string[];
  readonly subscriptionCount: () => number;
}

export function inProcessDaemon(): InProcessDaemon {
  const logs = new LogBook({ write: () => undefined, now: () => new Date(), debug: false });
  const configuration = defaultConfiguration();
  const planes = {
    ipvpn: dataplane(dummySink(ipvpnDummy), ADDRESS),
    evpn: dataplane(dummySink(evpnDummy), ADDRESS),
  };
  // Its time stands still: it finishes what it is asked before it returns, however slow the machine is.
  const bus = new RouteBus({ defer: setImmediate, scheduler: { now: () => 0 } });
  const manager = new VpnManager({ bus, dataplanes: planes, bgpAddress: ADDRESS, logs });
  originateMembership(bus.interest$, { as: AS, localAddress: ADDRESS }).subscribe((routes) =>
    bus.publish(routes),
  );
  const view = (vpnType: 'ipvpn' | 'evpn') => ({
    dataplane: planes[vpnType],
    configuration: describeDriverConfiguration(vpnType, configuration.drivers[vpnType]),
    log: logs.component(vpnType),
    kernelRelease: '0',
  });
  const drivers = { ipvpn: view('ipvpn'), evpn: view('evpn') };
  const app = createApp({
    attach: (request) => manager.attach(request),
    detach: (request) => manager.detach(request),
    lookingGlass: () =>
      showDaemon({
        ...{ bus, manager, drivers, logs, peers: [], localAddress: ADDRESS, as: AS, rtcEnabled: true },
        startTime: new Date(0),
        version: '1.0',
        configuration: describeConfiguration(configuration),
      }),
    incarnation: '1234567890123456789',
    log: logs.component('api'),
  });
  return {
    app,
    complaints: () => logs.recent().map(({ level, message }) => `${level} ${message}`),
    subscriptionCount: () => bus.subscriptionCount,
  };
}
