#!/usr/bin/env node
import { host, port } from '../conf/value-type.ts';
import { startFakeReflector } from '../streams/fake-reflector.ts';
import { createCommand, EXIT_FAILURE, typed } from './support/command.ts';
import { stopOnSignals } from './support/signals.ts';

/** A stand-in for a route reflector between two daemons, for tests. */
const HELP = `
Joins two BGP speakers: what one sends goes to the other, unread. Set "peers" of two daemons to the address of this
program. A third connection is refused. It knows no BGP: for more than two, or for anything but a test, use a route
reflector.

Examples:
  sudo bagpipe-fakerr                                on port 179, the port of BGP
  bagpipe-fakerr --bind 127.0.0.1 --port 1790        with "bgp_port = 1790" in the configuration of the daemons

Exit status: 0 when stopped by SIGTERM or SIGINT; 1 if it cannot listen; 2 for wrong usage.`;

const options = createCommand('bagpipe-fakerr', 'Join two BGP speakers, in place of a route reflector.')
  .option('--bind <address>', 'address to listen on', typed(host), '0.0.0.0')
  .option('--port <number>', 'TCP port to listen on', typed(port), 179)
  .addHelpText('after', HELP)
  .parse()
  .opts<{ readonly bind: string; readonly port: number }>();

const say = (line: string): void => console.log(line);
const reflector = await startFakeReflector({ host: options.bind, port: options.port, say });
if (reflector.ok) {
  say(`Listening on ${options.bind} port ${reflector.value.port}`);
  stopOnSignals(reflector.value.stop);
} else {
  console.error(`bagpipe-fakerr: ${reflector.fault}`);
  process.exitCode = EXIT_FAILURE;
}
