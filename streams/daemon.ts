import { randomUUID } from 'node:crypto';
import { release } from 'node:os';
import type { Hono } from 'hono';
import { asyncScheduler, config as rxjs } from 'rxjs';
import {
  describeConfiguration,
  describeDriverConfiguration,
  listConfiguration,
  type Configuration,
} from '../conf/configuration.ts';
import { RTC, SESSION_FAMILIES } from '../lib/bgp/family.ts';
import { findDriver } from '../lib/dataplane/drivers/registry.ts';
import { failure, success, type Result } from '../lib/result.ts';
import type { VpnType } from '../lib/vpn/vpn-type.ts';
import { RouteBus } from './bus/route-bus.ts';
import { originateMembership } from './bus/rt-constraint.ts';
import { apiUrl } from '../lib/cli/api-url.ts';
import { createApp } from './http/app.ts';
import { listen } from './http/server.ts';
import { dataplane } from './instance/dataplane.ts';
import { VpnManager } from './instance/manager.ts';
import { openLog } from './log-output.ts';
import { LogBook, type Log } from './log.ts';
import { showDaemon } from './looking-glass/root.ts';
import type { DriverView } from './looking-glass/drivers.ts';
import { tcpConnect } from './session/connection.ts';
import { Peer } from './session/peer.ts';
import { createSink } from './sinks/registry.ts';
import { sinkOptions, sinkSettings } from './sinks/options.ts';
import { programVersion } from '../conf/version.ts';

export interface RunningDaemon {
  readonly apiUrl: string;
  readonly log: Log;
  /** Says good-bye to the peers, removes what it programmed, and closes the API. */
  stop(): Promise<void>;
}

/**
 * Wires the daemon: the only file that knows everybody.
 *
 *     peers ◄──────► bus ◄──────► VPN instances ──intents──► sinks
 *                     ▲                ▲    ▲                  │
 *     RT Constraint ──┘           REST API  └──confirmations───┘
 */
export async function startDaemon(configuration: Configuration): Promise<Result<RunningDaemon, string>> {
  const { api, bgp, logging } = configuration;
  const output = openLog(logging);
  if (!output.ok) return output;
  const { debug, levels } = logging;
  const logs = new LogBook({ write: output.value.write, now: () => new Date(), debug, levels });
  const log = logs.component('daemon');
  const version = programVersion();
  rxjs.onUnhandledError = (error: unknown) => {
    // Errors are values here: one that gets this far is a bug, and what comes after it cannot be trusted.
    log.error(`unhandled error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    process.exit(1);
  };
  for (const value of listConfiguration(configuration)) log.debug(value);
  for (const warning of [...configuration.warnings, ...output.value.warnings]) log.warning(warning);

  // Before the dataplane is touched, which may be that of another process of ours. Until all is ready, who asks waits.
  let open: (app: Hono) => void = () => undefined;
  const opened = new Promise<Hono>((resolve) => (open = resolve));
  const server = await listen(opened, api.host, api.port);
  if (!server.ok) return server;

  const drivers = {
    ipvpn: openDriver('ipvpn', configuration, logs),
    evpn: openDriver('evpn', configuration, logs),
  };
  for (const { prepare } of Object.values(drivers)) {
    const prepared = await prepare();
    if (prepared.ok) continue;
    await server.value.stop();
    return prepared;
  }

  const bus = new RouteBus({ defer: setImmediate, scheduler: asyncScheduler });
  const manager = new VpnManager({
    bus,
    dataplanes: { ipvpn: drivers.ipvpn.view.dataplane, evpn: drivers.evpn.view.dataplane },
    bgpAddress: bgp.localAddress,
    logs,
  });
  if (bgp.enableRtc) {
    originateMembership(bus.interest$, { as: bgp.myAs, localAddress: bgp.localAddress }).subscribe((routes) =>
      bus.publish(routes),
    );
  }
  const peers = bgp.peers.map((address) => createPeer(address, configuration, bus, logs));

  const startTime = new Date();
  open(
    createApp({
      attach: (request) => manager.attach(request),
      detach: (request) => manager.detach(request),
      lookingGlass: () =>
        showDaemon({
          bus,
          manager,
          peers,
          logs,
          startTime,
          version,
          localAddress: bgp.localAddress,
          as: bgp.myAs,
          rtcEnabled: bgp.enableRtc,
          configuration: describeConfiguration(configuration),
          drivers: { ipvpn: drivers.ipvpn.view, evpn: drivers.evpn.view },
        }),
      incarnation: BigInt(`0x${randomUUID().replaceAll('-', '')}`).toString(),
      log: logs.component('api'),
    }),
  );
  const url = apiUrl(api.host, api.port);
  log.info(`bagpipe-bgp ${version}: API on ${url}, AS ${bgp.myAs}, BGP address ${bgp.localAddress}`);
  for (const peer of peers) peer.start();

  return success({
    apiUrl: url,
    log,
    stop: async () => {
      log.info('stopping');
      manager.refuseRequests();
      // First out of sight of the network, then out of the dataplane: nobody sends to where nothing listens.
      await Promise.all(peers.map((peer) => peer.stop()));
      await manager.stop();
      await server.value.stop();
    },
  });
}

function createPeer(address: string, { bgp }: Configuration, bus: RouteBus, logs: LogBook): Peer {
  return new Peer({
    address,
    settings: {
      as: bgp.myAs,
      identifier: bgp.localAddress,
      families: SESSION_FAMILIES.filter((family) => bgp.enableRtc || family !== RTC),
    },
    bus,
    connect: tcpConnect({ host: address, port: bgp.bgpPort, localAddress: bgp.localAddress }),
    log: logs.component(`bgp.peer.${address}`, 'INFO', { peer: address }),
    scheduler: asyncScheduler,
    defer: setImmediate,
    random: Math.random,
  });
}

interface OpenDriver {
  readonly view: DriverView;
  readonly prepare: () => Promise<Result<undefined, string>>;
}

function openDriver(vpnType: VpnType, configuration: Configuration, logs: LogBook): OpenDriver {
  const settings = configuration.drivers[vpnType];
  const log = logs.component(`dataplane.${vpnType}`);
  // The loader has refused names of drivers that are not there.
  const options = sinkOptions(configuration, vpnType, log);
  const driver = findDriver(vpnType, settings.driver)!;
  const sink = createSink(driver, options, sinkSettings(configuration));
  return {
    view: {
      dataplane: dataplane(sink, settings.localAddress),
      configuration: describeDriverConfiguration(vpnType, settings),
      log,
      kernelRelease: release().split('-')[0]!,
    },
    prepare: async () => {
      const prepared = await sink.prepare();
      if (prepared.ok) return success(undefined);
      const { command, reason } = prepared.fault;
      return failure(
        `dataplane driver ${settings.driver} (${vpnType}): ${command ?? 'not possible'}: ${reason}`,
      );
    },
  };
}
