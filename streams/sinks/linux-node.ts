import {
  parseGateways,
  parseLinks,
  parseOwnRules,
  parseSettings,
} from '../../lib/dataplane/linux-ipvpn/node-state.ts';
import type { PortAddress } from '../../lib/dataplane/linux-ipvpn/clearing.ts';
import { PROTOCOL } from '../../lib/dataplane/linux-ipvpn/names.ts';
import type { KernelLink, KernelTool } from '../../lib/dataplane/linux-ipvpn/row.ts';
import type { DataplaneFault } from '../../lib/dataplane/intent.ts';
import { failure, type Result, success } from '../../lib/result.ts';
import { type Run, runBatch, TOOL_WORDS } from './run-batch.ts';

type Answer<T> = Promise<Result<T, DataplaneFault>>;

/** A command that may fail with some words and be as good as done. */
export interface TolerantLine {
  readonly line: string;
  readonly tolerate: readonly string[];
}

/** The tools `ip` and `sysctl`, with what they say parsed. */
export class LinuxNode {
  readonly #run: Run;
  readonly #rootHelper: readonly string[];

  constructor(run: Run, rootHelper: readonly string[]) {
    this.#run = run;
    this.#rootHelper = rootHelper;
  }

  /** All interfaces, by name. */
  async links(): Answer<ReadonlyMap<string, KernelLink>> {
    return await this.#ask(['ip', '-json', 'link'], parseLinks);
  }

  /** Values by key; a sysctl that the kernel does not have, or does not show, has none. */
  async settings(keys: readonly string[]): Promise<ReadonlyMap<string, string>> {
    if (keys.length === 0) return new Map();
    const { stdout } = await this.#run([...this.#rootHelper, 'sysctl', '-e', ...keys], '');
    return parseSettings(stdout);
  }

  /** The policy rules that are ours, of this run or a former one. */
  async ownRules(): Answer<readonly { readonly preference: number }[]> {
    return await this.#ask(['ip', '-json', 'rule'], parseOwnRules);
  }

  /** The addresses of gateways on ports of our VRF devices, of this run or a former one. */
  async gateways(): Answer<readonly PortAddress[]> {
    return await this.#ask(['ip', '-json', '-4', 'address'], parseGateways);
  }

  /** How many routes are ours, of this run or a former one; of `mpls`, label routes. */
  async countOwnRoutes(tool: 'ip' | 'mpls'): Answer<number> {
    const tables = tool === 'ip' ? ['table', 'all'] : [];
    const words = [...TOOL_WORDS[tool], '-oneline', 'route', 'show', ...tables, 'proto', String(PROTOCOL)];
    return await this.#ask(words, (text) => success(text.split('\n').filter((line) => line !== '').length));
  }

  /** Loads kernel modules. What is built in, or cannot be loaded, is found out by trying. */
  async loadModules(names: readonly string[]): Promise<void> {
    await this.#run([...this.#rootHelper, 'modprobe', '-a', '-q', ...names], '');
  }

  /** Carries out lines, in their order; what became of those that failed, by index. */
  async carryOut(
    tool: KernelTool,
    lines: readonly TolerantLine[],
  ): Promise<ReadonlyMap<number, DataplaneFault>> {
    const words = lines.map(({ line }) => line);
    const failures = await runBatch(this.#run, this.#rootHelper, tool, words);
    const faults = new Map<number, DataplaneFault>();
    for (const [index, reason] of failures) {
      if (lines[index]!.tolerate.some((text) => reason.includes(text))) continue;
      faults.set(index, {
        command: [...this.#rootHelper, ...TOOL_WORDS[tool], words[index]!].join(' '),
        reason,
      });
    }
    return faults;
  }

  async #ask<T>(words: readonly string[], parse: (text: string) => Result<T, string>): Answer<T> {
    const command = [...this.#rootHelper, ...words];
    const { exitCode, stdout, stderr } = await this.#run(command, '');
    const answer = exitCode === 0 ? parse(stdout) : failure(stderr.trim() || 'failed');
    return answer.ok ? answer : failure({ command: command.join(' '), reason: answer.fault });
  }
}
