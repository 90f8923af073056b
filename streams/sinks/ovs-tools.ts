import { flowCount, groupsOf, plainMessage, refusalOf } from '../../lib/dataplane/ovs/answers.ts';
import { type BridgePort, parseBridgePorts, readPortsWords } from '../../lib/dataplane/ovs/bridge-ports.ts';
import { anyCookieOf } from '../../lib/dataplane/ovs/owner.ts';
import type { PortChange } from '../../lib/dataplane/ovs/port-table.ts';
import type { Program } from '../../lib/dataplane/ovs/program.ts';
import type { DataplaneFault } from '../../lib/dataplane/intent.ts';
import { failure, type Result, success } from '../../lib/result.ts';
import type { Run, RunResult } from './run-batch.ts';

/** Why Open vSwitch did not do what it was asked for. */
export interface Trouble {
  readonly fault: DataplaneFault;
  /** Whether it said no, and nothing has changed; else it did not answer, and anything may have. */
  readonly refused: boolean;
}

/** Seconds that the tools wait for an answer, and `ovs-vsctl` for ovs-vswitchd to have done what is in the database. */
const PATIENCE = 20;

/** The tools of Open vSwitch, for one bridge. */
export class OvsTools {
  readonly #run: Run;
  readonly #rootHelper: readonly string[];
  readonly #program: Pick<Program, 'bridge' | 'owner'>;
  #giveUp: (result: RunResult) => void = () => undefined;

  constructor(run: Run, rootHelper: readonly string[], program: Pick<Program, 'bridge' | 'owner'>) {
    this.#run = run;
    this.#rootHelper = rootHelper;
    this.#program = program;
  }

  /** ovs-vswitchd is gone: whoever waits for it to do what is in the database need not wait any longer. */
  interrupt(reason: string): void {
    this.#giveUp({ exitCode: undefined, stdout: '', stderr: reason });
  }

  /** Runs `ovs-vsctl` with these words; its output. */
  async vsctl(...words: readonly string[]): Promise<Result<string, Trouble>> {
    const command = [...this.#rootHelper, 'ovs-vsctl', `--timeout=${PATIENCE}`, ...words];
    const interrupted = new Promise<RunResult>((resolve) => (this.#giveUp = resolve));
    const result = await Promise.race([this.#run(command, ''), interrupted]);
    if (result.exitCode === 0) return success(result.stdout);
    const refused = result.exitCode === 1 && !result.stderr.includes('database connection failed');
    return failure({ fault: faultOf(command, result), refused });
  }

  /** Runs `ovs-ofctl` with these words; its output. */
  async ofctl(words: readonly string[], input = ''): Promise<Result<string, Trouble>> {
    const command = [...this.#rootHelper, 'ovs-ofctl', `--timeout=${PATIENCE}`, '-O', 'OpenFlow15', ...words];
    const result = await this.#run(command, input);
    if (result.exitCode === 0) return success(result.stdout);
    const refusal = refusalOf(result.stderr);
    if (refusal === undefined) return failure({ fault: faultOf(command, result), refused: false });
    return failure({ fault: { command: command.join(' '), reason: refusal }, refused: true });
  }

  /** Carries out all lines, or none. */
  async bundle(lines: readonly string[]): Promise<Trouble | undefined> {
    const result = await this.ofctl(['bundle', this.#program.bridge, '-'], `${lines.join('\n')}\n`);
    return result.ok ? undefined : result.fault;
  }

  async ports(): Promise<Result<readonly BridgePort[], Trouble>> {
    const { bridge } = this.#program;
    const answer = await this.vsctl('--format=json', ...readPortsWords(bridge));
    if (!answer.ok) return answer;
    const ports = parseBridgePorts(answer.value);
    if (ports.ok) return ports;
    return failure({ fault: { command: `ovs-vsctl list ${bridge}`, reason: ports.fault }, refused: false });
  }

  /**
   * Carries out all changes in one transaction; if that is refused, each in one of its own. Returns why those that are
   * wrong were refused, by port.
   */
  async changePorts(changes: readonly PortChange[]): Promise<Result<ReadonlyMap<string, string>, Trouble>> {
    const refusals = new Map<string, string>();
    const together = await this.vsctl(...changes.flatMap(({ words }) => words));
    if (together.ok) return success(refusals);
    if (!together.fault.refused) return together;
    for (const { name, words } of changes) {
      const alone = changes.length === 1 ? together : await this.vsctl(...words);
      if (alone.ok) continue;
      if (!alone.fault.refused) return alone;
      refusals.set(name, alone.fault.fault.reason);
    }
    return success(refusals);
  }

  /** The groups of ours that the bridge has. */
  async groups(): Promise<Result<readonly number[], Trouble>> {
    const answer = await this.ofctl(['dump-groups', this.#program.bridge]);
    return answer.ok ? success(groupsOf(this.#program.owner, answer.value)) : answer;
  }

  /** How many flows of ours the bridge has. */
  async flows(): Promise<Result<number, Trouble>> {
    const { bridge, owner } = this.#program;
    const answer = await this.ofctl(['dump-aggregate', bridge, `cookie=${anyCookieOf(owner)}`]);
    if (!answer.ok) return answer;
    const count = flowCount(answer.value);
    if (count !== undefined) return success(count);
    const reason = `an answer that is not understood: ${answer.value.slice(0, 200)}`;
    return failure({ fault: { command: `ovs-ofctl dump-aggregate ${bridge}`, reason }, refused: false });
  }
}

function faultOf(command: readonly string[], { exitCode, stderr }: RunResult): DataplaneFault {
  const reason = plainMessage(stderr) || `ended with code ${exitCode ?? 'none'}`;
  return { command: command.join(' '), reason };
}
