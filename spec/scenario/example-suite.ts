import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type DebianPackage, missingPackages } from '../run/debian-packages.ts';
import { cleanUp } from '../support/at-exit.ts';
import { needs, needsRoot } from '../support/needs.ts';
import { startProgram } from '../support/programs.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { PATIENCE_VARIABLE } from './checks/check.ts';
import type { Example } from './examples.ts';
import { readPicture } from './picture.ts';

/** In milliseconds. */
const PATIENCE = 240_000;

const PACKAGES: readonly DebianPackage[] = [
  ...(['openvswitch-switch', 'gobgpd', 'graphviz', 'iproute2', 'iputils-ping'] as const),
  ...(['procps', 'ethtool', 'tcpdump'] as const),
];

export interface ScenarioEnd {
  readonly status: number | null;
  readonly output: string;
}

/** Runs the command to its end. */
export async function runScenario(...words: readonly string[]): Promise<ScenarioEnd> {
  return await runImpatiently(undefined, ...words);
}

/** The same with checks that wait for so many milliseconds only. */
export async function runImpatiently(
  patience: number | undefined,
  ...words: readonly string[]
): Promise<ScenarioEnd> {
  const command = ['node', '--import', 'tsx', join(import.meta.dirname, 'main.ts'), ...words];
  const program = startProgram('scenario', command, {
    directory: temporaryDirectory().path,
    environment: patience === undefined ? {} : { [PATIENCE_VARIABLE]: String(patience) },
  });
  const timer = setTimeout(() => void program.stop(), PATIENCE);
  const { status } = await program.ended;
  clearTimeout(timer);
  return { status, output: program.output() };
}

/** Fails unless there were checks, and all of them hold. */
export function assertHolds({ status, output }: ScenarioEnd): void {
  assert.is(status, 0, output);
  assert.not.match(output, '✘');
  assert.match(output, /^(\d+) of \1 checks hold$/m);
}

/** Runs each of the examples with real packets, and compares its picture with the one that the document shows. */
export function exampleSuite(title: string, examples: readonly Example[]): ReturnType<typeof suite> {
  const scenarios = suite(title);
  scenarios.after(cleanUp);
  for (const { name, path } of examples) {
    scenarios(name, async () => {
      const drawn = join(temporaryDirectory().path, `${name}.svg`);
      assertHolds(await runScenario(name, '--picture', drawn));
      const shown = join(dirname(path), basename(drawn));
      const remedy = `npm run scenario -- ${name} --picture docs/examples/${name}.svg`;
      assert.equal(
        readPicture(readFileSync(drawn, 'utf8')),
        readPicture(readFileSync(shown, 'utf8')),
        remedy,
      );
    });
  }
  return scenarios;
}

/** Runs the suite where this machine can. */
export function runWherePossible(title: string, scenarios: ReturnType<typeof suite>): void {
  const missing = missingPackages(PACKAGES);
  if (needsRoot(title) && needs(title, missing.length === 0, missing.join(', '))) scenarios.run();
}
