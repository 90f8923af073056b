import { hostHasMpls } from '../lab/mpls-kernel.ts';
import { UserModeLinux } from '../lab/user-mode-linux.ts';
import type { Scenario } from './scenario.ts';

/**
 * Where nodes forward by VRFs and MPLS of the kernel, and the kernel of this machine has none, a scenario runs inside of
 * a User-Mode Linux, in a process like this one.
 */
const MARK = 'BAGPIPE_SCENARIO_COLUMNS';

/** In seconds: a scenario that takes longer hangs. */
const PATIENCE = 1800;
/** What `timeout` answers for a command that it has ended. */
const OUT_OF_TIME = 124;

/** Whether the scenario asks for a kernel that this machine does not have. */
export async function needsMachine({ nodes }: Scenario): Promise<boolean> {
  if (process.env[MARK] !== undefined) return false;
  const isAsked = [...nodes.values()].some(({ ipvpn }) => ipvpn === 'linux');
  return isAsked && !(await hostHasMpls());
}

/** Runs this process once more, in such a machine, which ends with us; its exit status. */
export async function runInMachine(): Promise<number> {
  process.stderr.write('The kernel of this machine has no MPLS or no VRFs: starting a User-Mode Linux ...\n');
  const machine = await UserModeLinux.boot();
  const command = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const { status } = await machine.run(command, {
    directory: process.cwd(),
    environment: { [MARK]: String(terminalColumns() ?? '') },
    patience: PATIENCE,
    onOutput: (text) => process.stdout.write(text),
  });
  await machine.stop();
  if (status === null) process.stderr.write(`scenario: the machine has ended:\n${machine.kernelLog()}\n`);
  if (status === OUT_OF_TIME) process.stderr.write(`scenario: not done within ${PATIENCE} s\n`);
  return status ?? 1;
}

/** The width of the terminal that the output goes to; undefined if it goes elsewhere. */
export function terminalColumns(): number | undefined {
  const told = process.env[MARK];
  if (told !== undefined) return told === '' ? undefined : Number(told);
  return process.stdout.isTTY ? process.stdout.columns : undefined;
}
