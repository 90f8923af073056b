import { spawn } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { atExit } from '../support/at-exit.ts';

/**
 * A scenario has the names of its file, and these may be in use on this machine. It therefore runs in a mount namespace
 * with a directory of network namespaces of its own, and in a process namespace: when its first process ends, however
 * it does, the kernel ends all of the others, and with them go the network namespaces and all that is in these.
 */
const MARK = 'BAGPIPE_SCENARIO_DIRECTORY';

/** Where the files of this run are; undefined outside of such namespaces. */
export function isolatedDirectory(): string | undefined {
  return process.env[MARK];
}

/** Runs this process once more, in such namespaces; its exit status. All that it has started ends with us. */
export async function runIsolated(directory: string): Promise<number> {
  const words = [
    ...DIES_WITH_US,
    ...UNSHARE,
    process.execPath,
    ...process.execArgv,
    ...process.argv.slice(1),
  ];
  const child = spawn(words[0]!, words.slice(1), {
    stdio: 'inherit',
    env: { ...process.env, [MARK]: directory },
  });
  atExit(() => child.kill('SIGKILL'));
  return await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (status) => resolve(status ?? INTERRUPTED));
  });
}

/** Even if we are killed, and can do nothing about it. */
const DIES_WITH_US = ['setpriv', '--pdeathsig', 'KILL'];
const UNSHARE = ['unshare', '--mount', '--pid', '--fork', '--kill-child', '--propagation', 'private'];
const INTERRUPTED = 130;

/**
 * To be done first in the namespaces. Resolves to our process id as it is outside. The compiled program is the one of now
 * until the end, whatever others compile meanwhile: a copy in the directory takes its place.
 */
export async function furnish(directory: string): Promise<number> {
  // This is still the view of those outside.
  const pid = Number(readlinkSync('/proc/self'));
  await execa('mount', ['-t', 'proc', 'proc', '/proc']);
  await execa('mkdir', ['-p', '/run/netns']);
  await execa('mount', ['-t', 'tmpfs', 'tmpfs', '/run/netns']);
  // Others wait with compiling; see `spec/run/build.sh`.
  const copy = join(directory, 'program');
  await execa('flock', ['--shared', join(REPOSITORY, 'tsconfig.json'), 'cp', '-r', BUILD, copy]);
  await execa('mount', ['--bind', copy, BUILD]);
  return pid;
}

const REPOSITORY = join(import.meta.dirname, '../..');
const BUILD = join(REPOSITORY, 'dist');

/** Words that lead into the namespaces of a run, given the process id of `furnish`. */
export function entrance(pid: number): readonly string[] {
  return ['nsenter', '--target', String(pid), '--mount', '--pid'];
}
