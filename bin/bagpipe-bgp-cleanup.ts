#!/usr/bin/env node
import { findDriver } from '../lib/dataplane/drivers/registry.ts';
import type { VpnType } from '../lib/vpn/vpn-type.ts';
import { formatLogLine, LogBook } from '../streams/log.ts';
import { sinkOptions } from '../streams/sinks/options.ts';
import { createSink } from '../streams/sinks/registry.ts';
import { createCommand, EXIT_FAILURE } from './support/command.ts';
import { parseConfigurationOptions } from './support/configuration-options.ts';

/** Removes what a daemon, stopped or dead, has left in the dataplane. */
const HELP = `
Removes everything in the dataplanes of the configured drivers that is recognisable as made by bagpipe-bgp, of any
run. Stop the daemon first: it is not asked. Prints one line for each thing removed.

Examples:
  bagpipe-bgp-cleanup
  bagpipe-bgp-cleanup --config-file ./bgp.conf

Exit status: 0 if nothing of ours is left; 1 if the configuration is wrong or something cannot be removed; 2 for
wrong usage.`;

const command = createCommand('bagpipe-bgp-cleanup', 'Clean the dataplane of what bagpipe-bgp has made.');
const configuration = parseConfigurationOptions(command.addHelpText('after', HELP));
const logBook = new LogBook({
  write: (record) => console.error(formatLogLine(record)),
  now: () => new Date(),
  debug: configuration.logging.debug,
});

async function clean(vpnType: VpnType): Promise<void> {
  const settings = configuration.drivers[vpnType];
  const driver = findDriver(vpnType, settings.driver);
  if (driver === undefined) throw new Error(`no ${vpnType} driver ${settings.driver}`);
  const log = logBook.component('bagpipe-bgp-cleanup');
  const { cleanup } = createSink(driver, sinkOptions(configuration, vpnType, log));
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

await clean('ipvpn');
await clean('evpn');
