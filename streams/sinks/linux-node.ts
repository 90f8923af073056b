import {
  parseGateways,
  parseLinks,
  parseOwnRules,
  parseRoutesOfOthers,
  parseSettings,
  parseVrfsOfOthers,
} from '../../lib/dataplane/linux-ipvpn/node-state.ts';
import {
  parseFirstRule,
  parseHighestLabel,
  parseInterfaceWith,
  parseTunnels,
} from '../../lib/dataplane/linux-ipvpn/things-of-others.ts';
import type { PortAddress } from '../../lib/dataplane/linux-ipvpn/clearing.ts';
import { PROTOCOL } from '../../lib/dataplane/linux-ipvpn/names.ts';
import { GONE, type KernelLink, type KernelTool } from '../../lib/dataplane/linux-ipvpn/row.ts';
import type { TunnelEnds } from '../../lib/dataplane/linux-ipvpn/tunnel.ts';
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

  /** What of others is in a routing table, in words for people. */
  async strangerIn(table: number): Answer<string | undefined> {
    const words = ['ip', '-json', '-details', 'link', 'show', 'type', 'vrf'];
    const vrfs = await this.#ask(words, parseVrfsOfOthers);
    if (!vrfs.ok) return vrfs;
    const vrf = vrfs.value.get(table);
    if (vrf !== undefined) return success(`it is that of the VRF device ${vrf}`);
    const routes = await this.#ask(
      ['ip', '-json', 'route', 'show', 'table', String(table)],
      parseRoutesOfOthers,
    );
    if (!routes.ok) {
      // Nobody has used it so far.
      const isAbsent = GONE.route.some((text) => routes.fault.reason.includes(text));
      return isAbsent ? success(undefined) : routes;
    }
    const [route] = routes.value;
    return success(route === undefined ? undefined : `it has a route to ${route}`);
  }

  /** How many routes are ours, of this run or a former one; of `mpls`, label routes. */
  async countOwnRoutes(tool: 'ip' | 'mpls'): Answer<number> {
    const tables = tool === 'ip' ? ['table', 'all'] : [];
    const words = [...TOOL_WORDS[tool], '-oneline', 'route', 'show', ...tables, 'proto', String(PROTOCOL)];
    return await this.#ask(words, (text) => success(text.split('\n').filter((line) => line !== '').length));
  }

  /** Whether the node has the rule by which its addresses come before everything else. */
  async hasFirstRule(): Answer<boolean> {
    return await this.#ask(['ip', '-json', 'rule'], parseFirstRule);
  }

  /** Of routes that are not ours; -1 if there is none. */
  async highestLabel(): Answer<number> {
    return await this.#ask(['ip', '-json', '-f', 'mpls', 'route'], parseHighestLabel);
  }

  async interfaceWith(address: string): Answer<string | undefined> {
    return await this.#ask(['ip', '-json', '-4', 'address'], (text) => parseInterfaceWith(text, address));
  }

  /** Devices of a type in the words of `ip link`. */
  async tunnels(type: string): Answer<readonly TunnelEnds[]> {
    return await this.#ask(['ip', '-json', '-details', 'link', 'show', 'type', type], parseTunnels);
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
