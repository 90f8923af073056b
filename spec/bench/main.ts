import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { Argument, Command } from 'commander';
import { cleanUp } from '../support/at-exit.ts';
import { bagpipe, original } from './daemons/bagpipe.ts';
import { bird } from './daemons/bird.ts';
import type { Contender } from './daemons/contender.ts';
import { frr } from './daemons/frr.ts';
import { gobgp } from './daemons/gobgp.ts';
import type { InstalledContender, Row } from './section.ts';
import { SECTIONS } from './sections/registry.ts';
import { markdownTable } from './table.ts';
import { judge } from './targets.ts';

const CONTENDERS: readonly Contender[] = [bagpipe, original, gobgp, frr, bird];

const NAME_WIDTH = Math.max(...SECTIONS.map(({ name }) => name.length)) + 2;

const command = new Command('npm run bench --')
  .description(
    'Measures this daemon beside its peers, in one run on one machine: only ratios tell something.',
  )
  .addArgument(
    new Argument('[section...]', 'what to measure; everything unless named').choices(
      SECTIONS.map(({ name }) => name),
    ),
  )
  .option('--routes <numbers>', 'how many routes, with commas', '100000,1000000')
  .option('--vrfs <numbers>', 'how many VRFs import them, where there are VRFs', '0,100,1000')
  .option('--only <name>', 'daemons whose name begins so')
  .option('--json <file>', 'write the figures to this file, too')
  .addHelpText(
    'after',
    `\nSections:\n${SECTIONS.map(({ name, title }) => `  ${name.padEnd(NAME_WIDTH)}${title}`).join('\n')}`,
  )
  .parse();
const options = command.opts<{ routes: string; vrfs: string; only?: string; json?: string }>();

function numbers(option: string, text: string): readonly number[] {
  const values = text.split(',').map(Number);
  if (values.every((value) => Number.isInteger(value) && value >= 0)) return values;
  return command.error(`error: --${option} ${text}: whole numbers with commas are expected, like 0,100`);
}

async function installed(): Promise<readonly InstalledContender[]> {
  const found: InstalledContender[] = [];
  for (const contender of CONTENDERS) {
    if (options.only !== undefined && !contender.name.startsWith(options.only)) continue;
    const version = await contender.version();
    if (version === undefined) console.error(`${contender.name}: not installed`);
    else found.push({ contender, version });
  }
  return found;
}

/** What was measured where. */
function machine(contenders: readonly InstalledContender[]): string {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  const versions = contenders.map(({ contender, version }) => `${contender.name} ${version}`);
  return `${cpus().length} CPUs (${cpu?.model ?? 'unknown'}), ${memory} GiB, Node.js ${process.version}; ${versions.join(', ')}`;
}

const contenders = await installed();
const benchOptions = {
  contenders,
  routes: numbers('routes', options.routes),
  vrfs: numbers('vrfs', options.vrfs),
  tell: (progress: string) => console.error(progress),
};
const chosen = SECTIONS.filter(({ name }) => command.args.length === 0 || command.args.includes(name));
console.log(`${machine(contenders)}\n`);
const results = new Map<string, readonly Row[]>();
for (const { name, title, about, measure } of chosen) {
  const rows = await measure(benchOptions);
  results.set(name, rows);
  // At once: whatever happens to the next section, this one was measured.
  console.log(`### ${title}\n\n${about}\n\n${markdownTable(rows)}\n`);
}
const targets = judge(results);
if (targets.length > 0) {
  console.log(`### Targets\n\nOf several figures the worst counts.\n\n${markdownTable(targets)}\n`);
}
if (options.json !== undefined) {
  const figures = { machine: machine(contenders), ...Object.fromEntries(results), targets };
  writeFileSync(options.json, `${JSON.stringify(figures, null, 2)}\n`);
}
cleanUp();
// Speakers that were told to stop may still wait for their sockets.
process.exit(0);
