import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { Command } from 'commander';
import { cleanUp } from '../support/at-exit.ts';
import { bagpipe, original } from './daemons/bagpipe.ts';
import { bird } from './daemons/bird.ts';
import type { Contender } from './daemons/contender.ts';
import { frr } from './daemons/frr.ts';
import { gobgp } from './daemons/gobgp.ts';
import { measureIngest, type Ingest } from './ingest.ts';
import { markdownTable } from './table.ts';

/** Measures this daemon beside its peers, in one run on one machine: only ratios tell something. */
const CONTENDERS: readonly Contender[] = [bagpipe, original, gobgp, frr, bird];

const command = new Command('npm run bench --')
  .description(
    'Routes that a peer sends as fast as it can, and what they cost each daemon that is installed.',
  )
  .option('--routes <numbers>', 'how many routes, with commas', '100000,1000000')
  .option('--vrfs <numbers>', 'how many VRFs import them, where there are VRFs', '0,100,1000')
  .option('--only <name>', 'daemons whose name begins so')
  .option('--json <file>', 'write the figures to this file, too')
  .parse();
const options = command.opts<{ routes: string; vrfs: string; only?: string; json?: string }>();
const numbers = (text: string): readonly number[] => text.split(',').map(Number);

async function measureAll(): Promise<readonly Ingest[]> {
  const results: Ingest[] = [];
  for (const contender of CONTENDERS) {
    if (options.only !== undefined && !contender.name.startsWith(options.only)) continue;
    const version = await contender.version();
    if (version === undefined) {
      console.error(`${contender.name}: not installed`);
      continue;
    }
    for (const routes of numbers(options.routes)) {
      if (routes > contender.mostRoutes) continue;
      for (const vrfs of numbers(options.vrfs)) {
        if (vrfs > 0 && !contender.hasVrfs) continue;
        console.error(`${contender.name} ${version}: ${routes} routes, ${vrfs} VRFs ...`);
        results.push(await measureIngest(contender, version, routes, vrfs));
      }
    }
  }
  return results;
}

const results = await measureAll();
const [cpu] = cpus();
console.log(`${cpus().length} CPUs, ${cpu?.model ?? 'unknown'}\n`);
console.log(
  markdownTable(
    ['daemon', 'version', 'routes', 'VRFs', 'routes per CPU second', 'routes per second', 'bytes per route'],
    results.map(({ contender, version, routes, vrfs, cpu: seconds, wall, rss }) => [
      contender,
      version,
      routes,
      vrfs,
      Math.round(routes / seconds),
      Math.round(routes / wall),
      Math.round(rss / routes),
    ]),
  ),
);
if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(results, null, 2)}\n`);
cleanUp();
// Speakers that were told to stop may still wait for their sockets.
process.exit(0);
