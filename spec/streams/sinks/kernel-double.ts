import type { Run, RunResult } from '../../../streams/sinks/run-batch.ts';

const MARKER = 'link show dev lo';

/** The tools of a node whose kernel has devices and routes, takes everything else, and refuses what it is told to. */
export class KernelDouble {
  /** Names of devices. */
  readonly links = new Set(['lo', 'underlay', 'tap1', 'tap2']);
  /** Routes by table, prefix and metric: their ways. */
  readonly routes = new Map<string, string>();
  /** Next hops that are not on the link. */
  readonly unreachable = new Set<string>();
  /** Other lines that are refused: how they begin, and why. */
  readonly refusals = new Map<string, string>();
  /** What `ip -json` says, by its last word. */
  readonly answers = new Map<string, unknown>([['rule', [{ priority: 0, src: 'all', table: 'local' }]]]);
  readonly sysctls = new Map<string, string>();
  /** Every line that has been tried, whatever became of it. */
  readonly lines: string[] = [];
  /** Processes that have been run for lines. */
  batches = 0;

  /** Ways of the route to a prefix, without words that are always the same; undefined if there is none. */
  waysTo(prefix: string): readonly string[] | undefined {
    const found = [...this.routes].filter(([key]) => key.includes(` ${prefix} `));
    if (found.length > 1) throw new Error(`more than one route to ${prefix}`);
    return found[0]?.[1]
      .replace(/^nexthop /, '')
      .split(' nexthop ')
      .map((way) => way.replace(/encap mpls (\d+) via inet (\S+) .*/, '$2/$1'));
  }

  readonly run: Run = (words, input) => Promise.resolve(this.#answer(words, input));

  #answer(words: readonly string[], input: string): RunResult {
    if (words.includes('-json')) return said(JSON.stringify(this.#table(words.at(-1)!)));
    if (words[0] === 'sysctl') return said(this.#sysctl(words.slice(1)));
    if (!words.includes('-batch')) return said('');
    this.batches += 1;
    const lines = input.trimEnd().split('\n');
    const errors = lines.flatMap((line, index) => {
      const error = this.#take(line);
      return error === undefined ? [] : [`${error}\nCommand failed -:${index + 1}\n`];
    });
    const stdout = '1: lo\n'.repeat(lines.filter((line) => line === MARKER).length);
    return { exitCode: errors.length === 0 ? 0 : 1, stdout, stderr: errors.join('') };
  }

  #table(name: string): unknown {
    const known = this.answers.get(name);
    if (known !== undefined) return known;
    if (name !== 'link') return [];
    return [...this.links].map((ifname, ifindex) => ({ ifname, ifindex, flags: ['UP'] }));
  }

  #sysctl(words: readonly string[]): string {
    if (!words.includes('-w')) {
      return words
        .filter((word) => !word.startsWith('-'))
        .map((key) => `${key.replaceAll('/', '.')} = ${this.sysctls.get(key) ?? '0'}\n`)
        .join('');
    }
    for (const word of words.slice(3)) {
      this.lines.push(word);
      const [key, value] = word.split('=');
      this.sysctls.set(key!, value!);
    }
    return '';
  }

  /** Returns what is wrong with the line. */
  #take(line: string): string | undefined {
    if (line === MARKER) return undefined;
    this.lines.push(line);
    const refusal = [...this.refusals].find(([start]) => line.startsWith(start))?.[1];
    if (refusal !== undefined) return refusal;
    const device = /^link (add name|del dev) (\S+)/.exec(line);
    if (device !== null) {
      const [, what, name] = device;
      if (what === 'add name') this.links.add(name!);
      else if (!this.links.delete(name!)) return `Cannot find device "${name}"`;
    }
    const route = /^route (replace|del) (table \d+ \S+ metric \d+) proto 19 ?(.*)$/.exec(line);
    if (route === null) return undefined;
    const [, what, key, ways] = route;
    if (what === 'del') {
      return this.routes.delete(key!) ? undefined : 'RTNETLINK answers: No such process';
    }
    if ([...this.unreachable].some((address) => ways!.includes(` ${address} `))) {
      return 'Error: Nexthop has invalid gateway.';
    }
    this.routes.set(key!, ways!);
    return undefined;
  }
}

function said(stdout: string): RunResult {
  return { exitCode: 0, stdout, stderr: '' };
}
