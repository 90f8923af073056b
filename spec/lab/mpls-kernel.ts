import { join } from 'node:path';
import { execa } from 'execa';
import { attempt } from '../support/programs.ts';
import { type CommandEnd, type CommandOptions, UserModeLinux } from './user-mode-linux.ts';

/** A kernel with MPLS and VRF devices, on which commands can be run as root. */
export interface MplsKernel {
  readonly isHost: boolean;
  /** Runs a command in the repository, unless another directory is given. */
  readonly run: (command: readonly string[], options?: CommandOptions) => Promise<CommandEnd>;
}

const MODULES = ['mpls_router', 'mpls_iptunnel', 'mpls_gso', 'vrf', 'ip_gre'];
const REPOSITORY = join(import.meta.dirname, '../..');

/** The kernel of this machine if it can do it and we may use it, else that of a User-Mode Linux, which ends with `cleanUp`. */
export async function mplsKernel(): Promise<MplsKernel> {
  if (await hostHasMpls()) return { isHost: true, run: runHere };
  const machine = await UserModeLinux.boot();
  return { isHost: false, run: (command, options) => machine.run(command, options) };
}

/** Whether the kernel of this machine can do it, and we may use it. */
export async function hostHasMpls(): Promise<boolean> {
  return process.getuid?.() === 0 && (await attempt(['modprobe', '-a', '-q', ...MODULES])).status === 0;
}

async function runHere(command: readonly string[], options: CommandOptions = {}): Promise<CommandEnd> {
  const { directory = REPOSITORY, environment = {}, patience = 60, onOutput } = options;
  const [file, ...words] = command;
  const subprocess = execa(file!, words, {
    cwd: directory,
    env: { NO_COLOR: '1', ...environment },
    stdin: 'ignore',
    all: true,
    reject: false,
    timeout: patience * 1000,
    killSignal: 'SIGKILL',
  });
  subprocess.all.on('data', (chunk: Buffer) => onOutput?.(chunk.toString()));
  const { exitCode = null, timedOut, all } = await subprocess;
  return { status: timedOut ? 124 : exitCode, output: all };
}
