import { readFileSync } from 'node:fs';
import { hasWideRegisters } from '../lab/user-mode-linux.ts';
import { type DebianPackage, installPackages, missingPackages } from '../run/debian-packages.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { type Arguments, readArguments } from './arguments.ts';
import { findFile } from './examples.ts';
import { loadScenario } from './file/load.ts';
import { help } from './help.ts';
import { entrance, furnish, isolatedDirectory, runIsolated } from './isolation.ts';
import { needsMachine, runInMachine, terminalColumns } from './kernel-machine.ts';
import { play } from './play.ts';
import type { Scenario } from './scenario.ts';
import { usesOpenVswitch } from './stage.ts';
import { teller } from './teller.ts';

const EXIT_FAILURE = 1;
const EXIT_USAGE = 2;
const NOT_KEPT =
  '--keep: the kernel of this machine has no MPLS or no VRFs; the User-Mode Linux that has them cannot be entered';

async function main(words: readonly string[]): Promise<number> {
  const given = readArguments(words);
  if (!given.ok) return refuse(EXIT_USAGE, `${given.fault} ("npm run scenario -- --help" explains it)`);
  if (given.value === 'help') {
    console.log(help());
    return 0;
  }
  const scenario = read(given.value);
  if (scenario === undefined) return EXIT_USAGE;
  const directory = isolatedDirectory();
  if (directory !== undefined) return await run(scenario, given.value, directory);
  const inMachine = await needsMachine(scenario);
  if (inMachine && given.value.keep) return refuse(EXIT_FAILURE, NOT_KEPT);
  if (!inMachine && process.getuid?.() !== 0) return refuse(EXIT_FAILURE, 'network namespaces need root');
  const missing = missingPackages([
    ...packagesOf(scenario),
    ...(inMachine ? machinePackages() : []),
    ...(given.value.picture === undefined ? [] : (['graphviz'] as const)),
  ]);
  if (missing.length > 0) {
    console.log(`Installing Debian packages: ${missing.join(', ')} ...`);
    installPackages(missing);
  }
  if (inMachine) return await runInMachine();
  const files = temporaryDirectory();
  const status = await runIsolated(files.path);
  files.remove();
  return status;
}

/** Says what is wrong with the file if it is. */
function read({ file, drivers }: Arguments): Scenario | undefined {
  const path = findFile(file);
  if (path === undefined) {
    refuse(EXIT_USAGE, `${file}: there is neither such a file nor such an example`);
    return undefined;
  }
  const loaded = loadScenario(readFileSync(path, 'utf8'));
  if (!loaded.ok) {
    for (const fault of loaded.fault) console.error(`${path}:${fault}`);
    return undefined;
  }
  const nodes = [...loaded.value.nodes].map(([name, own]) => [name, { ...own, ...drivers }] as const);
  return { ...loaded.value, nodes: new Map(nodes) };
}

async function run(
  scenario: Scenario,
  { keep, verbose, picture }: Arguments,
  directory: string,
): Promise<number> {
  const pid = await furnish(directory);
  const columns = terminalColumns();
  const terminal = columns !== undefined;
  const write = (text: string): void => void process.stdout.write(text);
  const tell = teller({
    write,
    terminal,
    verbose,
    ...(terminal && columns > 0 && { columns: Math.min(columns, 120) }),
  });
  tell.title(scenario.title);
  if (scenario.about !== undefined) tell.say(scenario.about);
  write('\n');
  const { held, failed, broken } = await play(scenario, { directory, picture }, tell);
  const good = failed === 0 && !broken;
  const checks = `${held} of ${held + failed} checks hold`;
  tell.end(broken ? `${checks}; the rest could not be tried` : checks, good);
  if (keep) {
    tell.say(kept(scenario, pid, directory));
    await new Promise(() => setInterval(() => undefined, 60_000));
  }
  return good ? 0 : EXIT_FAILURE;
}

function kept({ machines, nodes }: Scenario, pid: number, directory: string): string {
  const enter = [...entrance(pid), 'ip', 'netns', 'exec'].join(' ');
  const node = [...nodes.keys()][0]!;
  return `It goes on running until you press Ctrl-C. From another terminal, in a machine and on a node:
  ${enter} ${[...machines.keys()][0] ?? `node-${node}`} bash
  ${enter} node-${node} env OVS_RUNDIR=${directory}/ovs-${node} bash
and there, for example:
  node ${process.cwd()}/dist/bin/bagpipe-looking-glass.js vpns instances
  ovs-ofctl -O OpenFlow15 dump-flows br-mpls
Configuration files and logs: ${directory}`;
}

function packagesOf({ nodes, reflector }: Scenario): readonly DebianPackage[] {
  const usesSwitch = [...nodes.values()].some(usesOpenVswitch);
  const common = ['iproute2', 'iputils-ping', 'procps', 'tcpdump'] as const;
  return [
    ...common,
    reflector === 'gobgp' ? 'gobgpd' : 'frr',
    ...(usesSwitch ? (['openvswitch-switch', 'ethtool'] as const) : []),
  ];
}

/** For the machine in which a scenario runs where the kernel lacks something. */
function machinePackages(): readonly DebianPackage[] {
  return ['user-mode-linux', 'kmod', ...(hasWideRegisters() ? (['gcc'] as const) : [])];
}

function refuse(status: number, reason: string): number {
  console.error(`scenario: ${reason}`);
  return status;
}

// Whatever still runs must not keep us.
process.exit(await main(process.argv.slice(2)));
