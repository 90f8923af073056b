import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { execa } from 'execa';
import { formatTally } from '../run/tally.ts';
import { needs } from '../support/needs.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

/**
 * Plays the acceptance scenarios, three at a time: the player has that many slots, each with ports of its own.
 *
 * They stand in a directory beside the repository, or where the environment variable `BAGPIPE_ACCEPTANCE` says. Names
 * on the command line (the beginning of a file name is enough) choose among all that are there.
 */
const REPOSITORY = resolve(import.meta.dirname, '../..');
const DIRECTORY = process.env['BAGPIPE_ACCEPTANCE'] ?? resolve(REPOSITORY, '../shared/acceptance');
const SLOTS = 3;

interface Outcome {
  readonly passed: boolean;
  readonly report: string;
}

async function main(names: readonly string[]): Promise<void> {
  const player = join(DIRECTORY, 'scenario.py');
  if (!needs('acceptance', existsSync(player), `the scenarios in ${DIRECTORY}`)) {
    console.log(formatTally({ passed: 0, failed: 0, skipped: 0 }));
    return;
  }
  const chosen = chooseScenarios(names);
  const outcomes: Outcome[] = [];
  const queue = slowFirst(chosen.paths);
  const work = async (slot: number): Promise<void> => {
    for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
      const outcome = await play(player, path, slot);
      console.log(outcome.report);
      outcomes.push(outcome);
    }
  };
  await Promise.all(Array.from({ length: SLOTS }, (_, slot) => work(slot)));
  for (const name of chosen.missing) console.log(`FAIL ${name}: no such scenario in ${DIRECTORY}`);
  const passed = outcomes.filter((outcome) => outcome.passed).length;
  const failed = outcomes.length - passed + chosen.missing.length;
  console.log(`\n${formatTally({ passed, failed, skipped: 0 })}`);
  process.exitCode = failed > 0 ? 1 : 0;
}

/** All scenarios that there are, or those that are named; `missing`: names of none. */
function chooseScenarios(names: readonly string[]): { readonly paths: string[]; readonly missing: string[] } {
  const folder = join(DIRECTORY, 'scenarios');
  const known = readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => basename(file, '.json'));
  const chosen =
    names.length === 0 ? known : known.filter((name) => names.some((start) => name.startsWith(start)));
  const missing = names.filter((start) => !known.some((name) => name.startsWith(start)));
  return {
    paths: chosen.map((name) => join(folder, `${name}.json`)),
    missing: known.length === 0 ? ['(any)'] : missing,
  };
}

/** A slow scenario that starts last would make all slots wait for it. */
function slowFirst(paths: readonly string[]): string[] {
  const isSlow = (path: string): boolean =>
    (JSON.parse(readFileSync(path, 'utf8')) as { slow?: boolean }).slow === true;
  return [...paths.filter(isSlow), ...paths.filter((path) => !isSlow(path))];
}

async function play(player: string, path: string, slot: number): Promise<Outcome> {
  const directory = temporaryDirectory();
  const binaries = join(REPOSITORY, 'dist/bin');
  const result = await execa(
    'python3',
    [
      ...[player, '--slot', String(slot), '--workdir', directory.path],
      ...['--daemon', `node ${binaries}/bagpipe-bgp.js --config-file {conf}`],
      ...['--tools', `node ${binaries}/{tool}.js`, path],
    ],
    { reject: false, all: true, stdin: 'ignore', timeout: 180_000 },
  );
  const name = basename(path, '.json');
  const passed = result.exitCode === 0;
  // The last line is the count of this one scenario.
  const said = result.all.split('\n').filter((line) => !/^\d+ passed, \d+ failed$/.test(line));
  const why = result.timedOut ? [`FAIL ${name}: took more than 180 s`] : [];
  const logs = passed ? [] : daemonLogs(join(directory.path, `slot${slot}`, name));
  directory.remove();
  return { passed, report: [...why, ...said, ...logs].join('\n') };
}

/** The end of what each daemon wrote, since the files are removed. */
function daemonLogs(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((file) => /^[abc]\.log$/.test(file))
    .flatMap((file) => {
      const lines = readFileSync(join(directory, file), 'utf8').trimEnd().split('\n').slice(-15);
      return [`    ${file}:`, ...lines.map((line) => `      ${line}`)];
    });
}

await main(process.argv.slice(2));
