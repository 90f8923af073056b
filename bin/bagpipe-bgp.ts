#!/usr/bin/env node
import { configurationHelp } from '../conf/help.ts';
import { DEFAULT_FILE } from '../conf/sources.ts';
import { welcome } from '../lib/cli/welcome.ts';
import { startDaemon } from '../streams/daemon.ts';
import { createCommand, EXIT_FAILURE } from './support/command.ts';
import { parseConfigurationOptions } from './support/configuration-options.ts';
import { stopOnSignals } from './support/signals.ts';

/** The daemon, in the foreground. */
const HELP = `${configurationHelp()}

Examples:
  bagpipe-bgp                                     with ${DEFAULT_FILE}, or defaults to try it
  bagpipe-bgp --config-file ./bgp.conf --debug
  bagpipe-bgp --log-level bgp=DEBUG --log-level vpn.evi=WARNING

Log: one line for each event, on standard output unless there is a log_file:
  2026-11-22 23:10:23.917 INFO bgp.peer.192.0.2.1 192.0.2.1: session established, ...
With --use-json one object with time, level, name, message, and instance or peer if it is about one. In a systemd unit
lines have their priority. The last warnings and errors: "bagpipe-looking-glass logs".

Exit status: 0 when stopped by SIGTERM or SIGINT; 1 if the configuration is wrong or the program cannot start; 2 for
wrong usage. A second signal ends it at once, with status 1. SIGHUP is ignored: restart to read a changed
configuration.`;

const command = createCommand(
  'bagpipe-bgp',
  'BGP VPN agent of a compute node: E-VPNs and IP VPNs for virtual machines.',
);
const configuration = parseConfigurationOptions(command.addHelpText('after', HELP));

const starting = startDaemon(configuration);
stopOnSignals(async () => {
  const daemon = await starting;
  if (daemon.ok) await daemon.value.stop();
});
// The default of this signal would end the process, and units send it to reload.
process.on('SIGHUP', () => {
  void starting.then((daemon) => {
    if (daemon.ok) daemon.value.log.info('SIGHUP ignored: restart to read a changed configuration');
  });
});

const daemon = await starting;
if (!daemon.ok) {
  console.error(`bagpipe-bgp: ${daemon.fault}`);
  process.exit(EXIT_FAILURE);
}
// In a checkout, where "npm start" is how one begins, npx finds the commands.
const prefix = process.env['npm_lifecycle_event'] === 'start' ? 'npx ' : '';
if (configuration.usesDefaults) {
  // After the lines of the log that lead to it.
  setImmediate(() => console.log(welcome(daemon.value.apiUrl, prefix)));
}
