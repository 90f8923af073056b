import type { Result } from '../../result.ts';

/**
 * The order in which rows are put; they are removed in the reverse one. Each stage is one run of one tool:
 *
 *     ip       lines for `ip -batch -`
 *     mpls     lines for `ip -f mpls -batch -` (a line cannot say the family)
 *     sysctl   words for `sysctl -w`
 *
 * What is wrong with a unit in one stage must end its way through the stages: without the rule of stage `guard`, that of
 * stage `isolation` would leave the node without its own addresses.
 */
export const STAGES = [
  { stage: 'guard', tool: 'ip' },
  { stage: 'isolation', tool: 'ip' },
  { stage: 'device', tool: 'ip' },
  { stage: 'port', tool: 'ip' },
  { stage: 'setting', tool: 'sysctl' },
  { stage: 'address', tool: 'ip' },
  { stage: 'neighbour', tool: 'ip' },
  { stage: 'label', tool: 'mpls' },
  { stage: 'route', tool: 'ip' },
  { stage: 'rule', tool: 'ip' },
] as const satisfies readonly { readonly stage: string; readonly tool: 'ip' | 'mpls' | 'sysctl' }[];

export type Stage = (typeof STAGES)[number]['stage'];

/** Something in the kernel. A row is put whole: what was there under its key is replaced, and a repeat is harmless. */
export interface KernelRow {
  /** Tells it apart: the kernel has one row of a key. */
  readonly key: string;
  readonly stage: Stage;
  readonly put: readonly string[];
  readonly remove: readonly string[];
  /**
   * What it lies on, and loses its hold on when that changes: the same row on another ground has to be put again, since
   * the kernel has dropped it with the former one.
   */
  readonly ground?: string;
  /** Words of answers to `put` that mean that it is so already, */
  readonly present?: readonly string[];
  /** and to `remove`, that it has gone already. */
  readonly tolerate?: readonly string[];
}

/** Equal for rows of one key between which there is nothing to do. */
export function contentOf({ put, ground = '' }: KernelRow): string {
  return [ground, ...put].join('\n');
}

/** An interface, as rows need to know it. */
export interface KernelLink {
  readonly index: number;
  readonly up: boolean;
  /** Name of the device to which it is enslaved. */
  readonly master: string | undefined;
}

/** What rows are made from and only the node knows. A failure says why it is not known, as words for people. */
export interface KernelView {
  readonly link: (name: string) => Result<KernelLink, string>;
  /** The value that a sysctl (`net/ipv4/conf/tap1/rp_filter`) had before a row of ours changed it. */
  readonly sysctl: (key: string) => Result<string, string>;
}

/** A failure says, as words for people, what the node lacks. */
export type KernelRows = Result<readonly KernelRow[], string>;

/** Answers of `ip` and the kernel to the removal of what is not there. */
export const GONE = {
  link: ['Cannot find device'],
  address: ['Cannot find device', 'Cannot assign requested address'],
  neighbour: ['Cannot find device', 'No such file or directory', 'Network is down'],
  route: ['No such process', 'FIB table does not exist', 'Cannot find device'],
  rule: ['No such file or directory'],
  sysctl: ['No such file or directory'],
} as const;

export const EXISTS = ['File exists'] as const;
