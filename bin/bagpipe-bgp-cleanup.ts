#!/usr/bin/env node
import { apiUrl, reachableHost } from '../lib/cli/api-url.ts';
import { driverNames, findDriver } from '../lib/dataplane/drivers/registry.ts';
import type { VpnType } from '../lib/vpn/vpn-type.ts';
import { formatLogLine, LogBook } from '../streams/log.ts';
import { sinkOptions, sinkSettings } from '../streams/sinks/options.ts';
import { createSink } from '../streams/sinks/registry.ts';
import { createCommand, EXIT_FAILURE } from './support/command.ts';
import { parseConfigurationOptions } from './support/configuration-options.ts';
import { request } from './support/http.ts';

/** Removes what a daemon, stopped or dead, has left in the dataplane. */
const HELP = `
Removes everything in the dataplanes of the configured drivers that is recognisable as made by bagpipe-bgp, of any
run; without any configuration file, of every driver that there is. Prints one line for each thing removed.

A daemon that answers on the API port of the configuration is still using it: nothing is removed then, unless with
--force.

Examples:
  bagpipe-bgp-cleanup
  bagpipe-bgp-cleanup --config-file ./bgp.conf

Exit status: 0 if nothing of ours is left; 1 if the configuration is wrong, a daemon runs or something cannot be
removed; 2 for wrong usage.`;

/** In seconds. */
const PATIENCE = 2;

const command = createCommand('bagpipe-bgp-cleanup', 'Clean the dataplane of what bagpipe-bgp has made.');
command.option('--force', 'do it also while a daemon runs').addHelpText('after', HELP);
const configuration = parseConfigurationOptions(command);
const logBook = new LogBook({
  write: (record) => console.error(formatLogLine(record)),
  now: () => new Date(),
  debug: configuration.logging.debug,
  levels: configuration.logging.levels,
});

/** Where a daemon answers, undefined if none does. */
async function runningDaemon(): Promise<string | undefined> {
  const { host, port } = configuration.api;
  const api = apiUrl(reachableHost(host), port);
  const answer = await request({ url: `${api}/ping`, patience: PATIENCE });
  return answer.ok && answer.value.status === 200 ? api : undefined;
}

async function clean(vpnType: VpnType, name: string): Promise<void> {
  const driver = findDriver(vpnType, name);
  if (driver === undefined) throw new Error(`no ${vpnType} driver ${name}`);
  const log = logBook.component('bagpipe-bgp-cleanup');
  const { cleanup } = createSink(
    driver,
    sinkOptions(configuration, vpnType, log),
    sinkSettings(configuration),
  );
  const removed = await cleanup();
  if (removed.ok) {
    const things = removed.value.length > 0 ? removed.value : ['nothing to remove'];
    for (const thing of things) console.log(`${vpnType} ${driver.name}: ${thing}`);
  } else {
    const { command: failed, reason } = removed.fault;
    console.error(`${vpnType} ${driver.name}: ${failed === undefined ? '' : `"${failed}": `}${reason}`);
    process.exitCode = EXIT_FAILURE;
  }
}

const { force } = command.opts<{ readonly force?: true }>();
const daemon = force === true ? undefined : await runningDaemon();
if (daemon === undefined) {
  for (const vpnType of ['ipvpn', 'evpn'] as const) {
    // Defaults say nothing of what an earlier run, with a file, has made.
    const { driver } = configuration.drivers[vpnType];
    for (const name of configuration.usesDefaults ? driverNames(vpnType) : [driver])
      await clean(vpnType, name);
  }
} else {
  console.error(`${command.name()}: a daemon answers on ${daemon}: stop it first, or use --force`);
  process.exitCode = EXIT_FAILURE;
}
