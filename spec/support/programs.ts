import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { atExit } from './at-exit.ts';

/** Where a program runs: the words in front of its command line. */
export type Place = readonly string[];

export const HERE: Place = [];

/** In a network namespace; `ip netns exec` replaces itself by the program, so that the process id is the program's. */
export function inNamespace(name: string): Place {
  return ['ip', 'netns', 'exec', name];
}

/** A long-running program that a test started. Its output goes to a file, which a failing test can show. */
export interface Program {
  readonly pid: number;
  readonly isRunning: () => boolean;
  /** All that it has written so far. */
  readonly output: () => string;
  /** Sends `signal`, waits until the program has ended (after `patience` milliseconds: SIGKILL) and tells how. */
  readonly stop: (signal?: NodeJS.Signals, patience?: number) => Promise<ProgramEnd>;
  readonly ended: Promise<ProgramEnd>;
}

export interface ProgramEnd {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ProgramOptions {
  /** Where its files are; its output goes to `<directory>/<name>.log`. */
  readonly directory: string;
  readonly place?: Place;
  /** In a session of its own, so that it can go on when this process and its terminal have ended. */
  readonly detached?: boolean;
  /** Added to ours. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Starts `command`; killed when this process ends. */
export function startProgram(name: string, command: readonly string[], options: ProgramOptions): Program {
  const logFile = join(options.directory, `${name}.log`);
  const log = openSync(logFile, 'a');
  const [file, ...words] = [...(options.place ?? HERE), ...command];
  const child = spawn(file!, words, {
    stdio: ['ignore', log, log],
    detached: options.detached ?? false,
    env: { ...process.env, ...options.environment },
  });
  closeSync(log);
  const kill = atExit(() => child.kill('SIGKILL'));
  const ended = endOf(child);
  return {
    // A program that cannot be started has no process id; whoever waits for it to be ready finds that it has ended.
    pid: child.pid ?? 0,
    isRunning: () => child.pid !== undefined && child.exitCode === null && child.signalCode === null,
    output: () => readFileSync(logFile, 'utf8'),
    stop: async (signal = 'SIGTERM', patience = 10_000) => {
      child.kill(signal);
      await Promise.race([ended, sleep(patience, undefined, { ref: false })]);
      kill();
      return ended;
    },
    ended,
  };
}

function endOf(child: ChildProcess): Promise<ProgramEnd> {
  return new Promise((resolve) => {
    child.once('error', () => resolve({ status: null, signal: null }));
    child.once('exit', (status, signal) => resolve({ status, signal }));
  });
}

/** Runs a command to its end, and returns what it wrote to its standard output. Throws if its status is not 0. */
export async function run(command: readonly string[], place: Place = HERE): Promise<string> {
  const [file, ...words] = [...place, ...command];
  const { stdout } = await execa(file!, words, { stdin: 'ignore', timeout: 60_000 });
  return stdout;
}

/** Like `run`, but the command may fail: its exit status, and both outputs as one text. */
export async function attempt(
  command: readonly string[],
  place: Place = HERE,
): Promise<{ readonly status: number; readonly output: string }> {
  const [file, ...words] = [...place, ...command];
  const result = await execa(file!, words, { stdin: 'ignore', timeout: 60_000, reject: false, all: true });
  return { status: result.exitCode ?? -1, output: result.all };
}
