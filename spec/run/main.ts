import { installPackages, missingPackages } from './debian-packages.ts';
import { endAllGroups, runInGroup } from './group-process.ts';
import { type Group, GROUPS } from './groups.ts';
import { formatCounts, formatSummary, type GroupResult, sum } from './summary.ts';
import { readTally, type Tally } from './tally.ts';

/**
 * `npm test [-- GROUP…]`: installs what the groups need, builds, runs them, and says what came of it. Only what
 * failed is shown in full.
 *
 * On a machine that cannot run a group (no root, no package) the group is skipped by name; with CI=true everything
 * must run, and what is skipped has failed.
 */
const MAY_SKIP = process.env['CI'] !== 'true';
const IS_ROOT = process.getuid?.() === 0;
let interrupted = false;

async function main(names: readonly string[]): Promise<number> {
  const unknown = names.filter((name) => !GROUPS.some((group) => group.name === name));
  if (unknown.length > 0) {
    const known = GROUPS.map((group) => `  ${group.name.padEnd(12)}${group.about}`).join('\n');
    console.error(`no group named ${unknown.join(', ')}; there are\n${known}`);
    return 2;
  }
  const groups = GROUPS.filter((group) => names.length === 0 || names.includes(group.name));
  providePackages(groups);
  const results: GroupResult[] = [];
  if (groups.some((group) => group.usesBuild)) {
    const build = await runBuild();
    if (build !== undefined) results.push(build);
  }
  for (const stage of new Set(groups.map((group) => group.stage))) {
    const members = groups.filter((group) => group.stage === stage);
    if (interrupted) return 130;
    console.log(`Running ${members.map((group) => group.name).join(', ')} ...`);
    results.push(...(await Promise.all(members.map((group) => runGroup(group)))));
  }
  if (interrupted) return 130;
  console.log(`\n${formatSummary(results)}`);
  return sum(results).failed > 0 ? 1 : 0;
}

function providePackages(groups: readonly Group[]): void {
  const missing = missingPackages(groups.flatMap((group) => group.packages));
  if (missing.length === 0 || !IS_ROOT) return;
  console.log(`Installing Debian packages: ${missing.join(', ')} ...`);
  installPackages(missing);
}

/** Nothing when all is well: that the program compiles is not a test of its own. */
async function runBuild(): Promise<GroupResult | undefined> {
  console.log('Building ...');
  const { status, output, seconds } = await runInGroup(['npm', 'run', '--silent', 'build'], 240);
  if (status === 0) return undefined;
  console.log(`The build failed:\n${output}`);
  return { group: 'build', passed: 0, failed: 1, skipped: 0, seconds };
}

async function runGroup(group: Group): Promise<GroupResult> {
  const obstacle = findObstacle(group);
  if (obstacle !== undefined) {
    console.log(`${group.name}: skipped: ${obstacle}`);
    return {
      group: group.name,
      ...judge({ passed: 0, failed: 0, skipped: 1 }),
      seconds: 0,
      reason: obstacle,
    };
  }
  const ending = await runInGroup(group.command, group.timeout);
  const { status, output, seconds } = ending;
  const tally = judge(
    ending.timedOut ? withFailure(readTally(output, 0)) : readResult(group, output, status),
  );
  const reason = ending.timedOut ? `ended after ${group.timeout} s` : undefined;
  if (tally.failed > 0) console.log(`\n${group.name} failed:\n${output.trimEnd()}\n`);
  console.log(`${group.name}: ${formatCounts(tally)} in ${seconds.toFixed(1)} s`);
  for (const [line] of output.matchAll(/^skipped: .*/gm)) console.log(`  ${line}`);
  return { group: group.name, ...tally, seconds, ...(reason !== undefined && { reason }) };
}

function findObstacle(group: Group): string | undefined {
  if (group.needsRoot && !IS_ROOT) return 'needs root';
  const missing = missingPackages(group.packages);
  return missing.length > 0 ? `needs ${missing.join(', ')}` : undefined;
}

function readResult(group: Group, output: string, status: number | null): Tally {
  if (group.counts === 'summary') return readTally(output, status);
  return { passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1, skipped: 0 };
}

function withFailure(tally: Tally): Tally {
  return { ...tally, failed: Math.max(tally.failed, 1) };
}

function judge(tally: Tally): Tally {
  return MAY_SKIP ? tally : { passed: tally.passed, failed: tally.failed + tally.skipped, skipped: 0 };
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    interrupted = true;
    // They clean up and end; so then do we.
    endAllGroups();
  });
}

process.exitCode = await main(process.argv.slice(2));
