import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { atExit } from '../support/at-exit.ts';
import { run } from '../support/programs.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

export interface MachineOptions {
  /** As the kernel takes it. The host gives what is used. */
  readonly memory?: string;
}

export interface CommandOptions {
  /** The repository unless given. */
  readonly directory?: string;
  /** Besides PATH, HOME, CI, NO_COLOR and a TMPDIR inside of the machine. */
  readonly environment?: Readonly<Record<string, string>>;
  /** In seconds. */
  readonly patience?: number;
  /** Gets what the command writes as it comes. */
  readonly onOutput?: (text: string) => void;
}

export interface CommandEnd {
  /** 124, or 137, of a command that ran out of time; null when the machine ended before it. */
  readonly status: number | null;
  readonly output: string;
}

/**
 * A Linux kernel as a process of this machine, with modules that the kernel of this machine may not have. Its root is the
 * root of this machine, except for /run, and it runs one command at a time, as root. It has one processor, and
 * takes several times as long as its host to start a program. It needs no privilege.
 */
export class UserModeLinux {
  private readonly process: ChildProcess;
  private readonly console: Duplex;
  private readonly directory: string;
  private commands = 0;
  private pending = '';
  private kernelOutput = '';
  private ended = false;
  private onData: () => void = () => undefined;

  private constructor(process: ChildProcess, directory: string) {
    this.process = process;
    this.console = process.stdio[CONSOLE] as Duplex;
    this.directory = directory;
    for (const stream of [process.stdout!, process.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => (this.kernelOutput += text));
    }
    this.console.setEncoding('utf8').on('data', (text: string) => this.receive(text));
    // A kernel that has ended does not read.
    this.console.on('error', () => undefined);
    const end = (): void => {
      this.ended = true;
      this.onData();
    };
    process.once('exit', end).once('error', end);
  }

  /** Resolves when the machine is ready for commands; rejects with the words of the kernel if it does not come so far. */
  static async boot({ memory = '2048M' }: MachineOptions = {}): Promise<UserModeLinux> {
    const { path } = temporaryDirectory();
    const environment = hasWideRegisters() ? { LD_PRELOAD: await compileWideRegisters(path) } : {};
    // The words of its command line cannot contain spaces, and the path of the repository may.
    const script = join(path, 'init.sh');
    copyFileSync(join(import.meta.dirname, 'user-mode-linux-init.sh'), script);
    const words = [
      ...[`mem=${memory}`, 'rootfstype=hostfs', 'rootflags=/', 'rw', `uml_dir=${path}/`],
      ...['con=null', 'con0=null,fd:1', `con1=fd:${CONSOLE}`],
      ...['init=/bin/sh', '--', script],
    ];
    // Its processes are processes of the host: they are ended as a group.
    const process = spawn('taskset', ['--cpu-list', String(oneProcessor()), 'linux.uml', ...words], {
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      detached: true,
      env: { ...globalThis.process.env, ...environment },
    });
    atExit(() => killGroup(process));
    const machine = new UserModeLinux(process, path);
    const { status, output } = await machine.untilStatus(BOOT_PATIENCE);
    if (status === 0) return machine;
    await machine.stop();
    throw new Error(`user-mode-linux has not started: ${output}\n${machine.kernelLog()}`);
  }

  async run(command: readonly string[], options: CommandOptions = {}): Promise<CommandEnd> {
    const { environment = {}, directory = REPOSITORY, patience = 60, onOutput } = options;
    const { PATH = '', HOME = '/root', CI } = globalThis.process.env;
    const variables = {
      // With a `modprobe` that knows where its modules are.
      PATH: `/run/bin:${PATH}`,
      HOME,
      TMPDIR: '/run/tmp',
      NO_COLOR: '1',
      ...(CI !== undefined && { CI }),
      ...environment,
    };
    const words = ['env', ...Object.entries(variables).map((pair) => pair.join('=')), ...command];
    const script = join(this.directory, `command-${(this.commands += 1)}.sh`);
    writeFileSync(script, `cd ${quote(directory)} && exec ${words.map(quote).join(' ')}\n`);
    this.console.write(`${patience} ${script}\n`);
    // The machine itself ends a command that takes too long.
    return await this.untilStatus(patience + 20, onOutput);
  }

  /** What the kernel said. */
  kernelLog(): string {
    return this.kernelOutput;
  }

  async stop(): Promise<void> {
    if (!this.ended) killGroup(this.process);
    while (!this.ended) await sleep(20);
  }

  private receive(text: string): void {
    this.pending += text;
    this.onData();
  }

  /** Resolves when the first process has said how a command ended, or will not say it any more. */
  private async untilStatus(patience: number, onOutput?: (text: string) => void): Promise<CommandEnd> {
    const deadline = performance.now() + patience * 1000;
    let told = 0;
    for (;;) {
      const separator = this.pending.indexOf(RECORD_SEPARATOR);
      const end = separator < 0 ? this.pending.length : separator;
      if (end > told) onOutput?.(this.pending.slice(told, end));
      told = end;
      const lineFeed = separator < 0 ? -1 : this.pending.indexOf('\n', separator);
      if (lineFeed >= 0) {
        const output = this.pending.slice(0, separator);
        const status = Number(this.pending.slice(separator + 1, lineFeed));
        this.pending = this.pending.slice(lineFeed + 1);
        return { status, output };
      }
      if (this.ended || performance.now() > deadline) {
        // Whatever it may say later would be taken for the answer to the next command.
        await this.stop();
        const output = this.pending;
        this.pending = '';
        return { status: null, output };
      }
      await this.dataOr(deadline - performance.now());
    }
  }

  private async dataOr(milliseconds: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.max(1, milliseconds));
      this.onData = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** Whether this process runs in such a machine, which is slow. */
export function isInUserModeLinux(): boolean {
  return (
    existsSync('/proc/cpuinfo') &&
    /^vendor_id\b.*: User Mode Linux$/m.test(readFileSync('/proc/cpuinfo', 'utf8'))
  );
}

/**
 * Whether the registers of this processor are more than User-Mode Linux knows of: then a C compiler is needed to run it
 * (see `wide-registers.c`).
 */
export function hasWideRegisters(): boolean {
  return existsSync('/proc/cpuinfo') && /^flags\b.* amx_tile\b/m.test(readFileSync('/proc/cpuinfo', 'utf8'));
}

async function compileWideRegisters(directory: string): Promise<string> {
  const library = join(directory, 'wide-registers.so');
  const source = join(import.meta.dirname, 'wide-registers.c');
  await run(['cc', '-O1', '-shared', '-fPIC', '-nostdlib', '-o', library, source]);
  return library;
}

const REPOSITORY = join(import.meta.dirname, '../..');
/** File descriptor in the process of the kernel. */
const CONSOLE = 3;
/** Stands before the status of a command; nothing else writes it. */
const RECORD_SEPARATOR = '\u001e';
/** In seconds. */
const BOOT_PATIENCE = 60;

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/**
 * One of the processors that we may use. Kernel and programs of the machine are processes of the host that wait for each
 * other all the time: on a processor of their own they are several times faster than if they wake one another up on two.
 */
function oneProcessor(): number {
  const [, list = '0'] = /^Cpus_allowed_list:\s*(.*)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  const allowed = list.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
  return allowed[globalThis.process.pid % allowed.length]!;
}

/** One word of a shell. */
function quote(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
