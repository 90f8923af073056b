#!/usr/bin/env node
import { host, port as portType } from '../conf/value-type.ts';
import { apiUrl } from '../lib/cli/api-url.ts';
import { impexGraph } from '../lib/cli/impex/graph.ts';
import type { ServerView } from '../lib/cli/impex/view.ts';
import { collect, createCommand, EXIT_FAILURE, typed } from './support/command.ts';
import { readServerView } from './support/impex-client.ts';
import { toolSettings } from './support/tool-settings.ts';

/** Draws which VPN instances of one or several daemons import and export which route targets. */
interface Options {
  readonly server: readonly string[];
  readonly port?: number;
  readonly prefix: string;
}

const HELP = `
Prints a graph in the language of Graphviz: route targets in orange, VRFs and EVIs as boxes with their ports. An arrow
from a route target is an import, one to it an export; dashed ones are those of "readvertise", red ones the flows of
"attract_traffic".

Examples:
  bagpipe-impex2dot | dot -Tsvg > impex.svg
  bagpipe-impex2dot --server 192.0.2.1 --server 192.0.2.2 | dot -Tpdf > impex.pdf

Exit status: 0; 1 if a daemon cannot be reached or answers with an error, then nothing is printed; 2 for wrong usage.`;

const command = createCommand('bagpipe-impex2dot', 'Draw who imports and exports which route targets.')
  .option(
    '--server <address>',
    'address of a daemon; may be repeated (default: [API] host of its configuration, or localhost)',
    (value, previous: readonly string[]) => collect(typed(host)(value), previous),
    [],
  )
  .option(
    '--port <number>',
    'port of their API (default: [API] port of the configuration, or 8082)',
    typed(portType),
  )
  .option('--config-file <path>', 'where that configuration is; may be repeated', collect)
  .option('--prefix <prefix>', 'first part of the path in the URL', 'looking-glass')
  .addHelpText('after', HELP)
  .parse();
const options = command.opts<Options>();
const settings = toolSettings(command);
const port = options.port ?? settings.apiPort;
// The daemon of this node needs no name in the graph, wherever it listens.
const servers =
  options.server.length > 0
    ? options.server.map((name) => ({ name, address: name }))
    : [{ name: 'localhost', address: settings.apiHost }];

const views: ServerView[] = [];
for (const { name, address } of servers) {
  const view = await readServerView(name, apiUrl(address, port), options.prefix);
  if (!view.ok) {
    console.error(view.fault);
    process.exit(EXIT_FAILURE);
  }
  views.push(view.value);
}
console.log(impexGraph(views));
