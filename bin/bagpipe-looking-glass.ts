#!/usr/bin/env node
import { host, port as portType } from '../conf/value-type.ts';
import { apiUrl, lookingGlassPath } from '../lib/cli/api-url.ts';
import { render, resolve, type Json } from '../lib/cli/render.ts';
import { success, type Result } from '../lib/result.ts';
import { collect, createCommand, EXIT_FAILURE, typed } from './support/command.ts';
import { readBelow, readNode, type LookingGlassFault } from './support/looking-glass-client.ts';
import { toolSettings } from './support/tool-settings.ts';

/** Shows a part of the state of a daemon, as text or as JSON. */
interface Options {
  readonly server?: string;
  readonly port?: number;
  readonly prefix: string;
  readonly recurse?: true;
  readonly json?: true;
}

const HELP = `
Examples:
  bagpipe-looking-glass                              the whole, at a glance
  bagpipe-looking-glass vpns instances               the VPN instances
  bagpipe-looking-glass vpns instances v1 best_routes
  bagpipe-looking-glass -r bgp                       everything about BGP
  bagpipe-looking-glass summary BGP_established_peers

" (...)" stands for more: add the name to the path, or use -r. A path may be written with slashes too; a slash
inside a name is written %2F.

Exit status: 0, also if there is nothing at the path, unless with --json; 1 if the daemon cannot be reached or answers
with an error; 2 for wrong usage.`;

const command = createCommand('bagpipe-looking-glass', 'Look into a running bagpipe-bgp.')
  .argument('[path...]', 'names on the way to what is to be shown')
  .option(
    '--server <address>',
    'address of the daemon (default: [API] host of its configuration, or 127.0.0.1)',
    typed(host),
  )
  .option(
    '--port <number>',
    'port of its API (default: [API] port of its configuration, or 8082)',
    typed(portType),
  )
  .option('--config-file <path>', 'where that configuration is; may be repeated', collect)
  .option('--prefix <prefix>', 'first part of the path in the URL', 'looking-glass')
  .option('-r, --recurse', 'fetch and show everything below the path')
  .option('--json', 'print JSON')
  .addHelpText('after', HELP)
  .parse();
const words = command.args;
const options = command.opts<Options>();
const settings = toolSettings(command);
const server = apiUrl(options.server ?? settings.apiHost, options.port ?? settings.apiPort);
// Without words the path ends with a slash, as scripts know it.
const url = server + lookingGlassPath(options.prefix, words.length > 0 ? words : ['']);

async function show(): Promise<Result<string, LookingGlassFault>> {
  const node = await readNode(url);
  if (!node.ok) return node;
  const below = options.recurse === true ? await readBelow(node.value) : success(new Map<string, Json>());
  if (!below.ok) return below;
  const { value, url: place } = node.value;
  if (options.json === true) return success(JSON.stringify(resolve(value, below.value, place), null, 2));
  return success(render(value, below.value, place).join('\n'));
}

const shown = await show();
const nothingThere = `No such looking glass path: ${words.join(' ')}\n(${url})`;
if (shown.ok) console.log(shown.value);
else if (shown.fault.code === 'not-found' && options.json !== true) {
  // Scripts know it from the original: on standard output, and no failure.
  console.log(nothingThere);
} else {
  console.error(shown.fault.code === 'not-found' ? nothingThere : shown.fault.message);
  process.exitCode = EXIT_FAILURE;
}
