import type { Result } from '../../result.ts';

/**
 * The order in which rows are put; they are removed in the reverse one. Each tool takes many lines in one run:
 *
 *     ip       lines for `ip -batch -`
 *     mpls     lines for `ip -f mpls -batch -` (a line cannot say the family)
 *     sysctl   words for `sysctl -w`
 *
 * Neighbouring stages of one tool are one run, except where the next stage must know how this one has ended: without the
 * rule of stage `guard`, that of stage `isolation` would leave the node without its own addresses.
 */
export const STAGES = [
  { stage: 'guard', tool: 'ip', isApart: true },
  { stage: 'isolation', tool: 'ip', isApart: true },
  { stage: 'device', tool: 'ip', isApart: false },
  { stage: 'port', tool: 'ip', isApart: false },
  { stage: 'setting', tool: 'sysctl', isApart: false },
  { stage: 'address', tool: 'ip', isApart: false },
  { stage: 'neighbour', tool: 'ip', isApart: false },
  { stage: 'label', tool: 'mpls', isApart: false },
  { stage: 'route', tool: 'ip', isApart: false },
  { stage: 'rule', tool: 'ip', isApart: false },
] as const satisfies readonly StageEntry[];

export interface StageEntry {
  readonly stage: string;
  readonly tool: KernelTool;
  readonly isApart: boolean;
}

export type KernelTool = 'ip' | 'mpls' | 'sysctl';

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
  /** Of an interface: the device to which it is enslaved when the row is there. */
  readonly master?: string;
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
  /** What of others is in a routing table, in words for people; undefined: nothing. */
  readonly stranger: (table: number) => string | undefined;
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
  /** Of UDP ports whose content is taken for packets, */
  listener: ['Invalid argument'],
  /** and where the kernel has none at all. */
  fou: ['Error talking to the kernel'],
  sysctl: ['No such file or directory'],
} as const;

export const EXISTS = ['File exists'] as const;
