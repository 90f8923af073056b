/** The tools that make the changes, each of which takes many lines in one run. */
export type Tool = 'ip' | 'bridge' | 'sysctl';

/**
 * The order of a flush, written here and nowhere else: removals from the reference to the referent, then additions
 * from the referent to the reference. Removals go first because a name or VNI that is moved must be free before it is
 * taken again; what only changes its value is replaced where it stands, in the phase of additions.
 */
export const FLUSH_ORDER = [
  { phase: 'remove neighbour', tool: 'ip' },
  { phase: 'remove remote MAC', tool: 'bridge' },
  { phase: 'remove flood', tool: 'bridge' },
  { phase: 'remove local MAC', tool: 'bridge' },
  { phase: 'remove port', tool: 'ip' },
  { phase: 'remove device', tool: 'ip' },
  { phase: 'bridge', tool: 'ip' },
  { phase: 'device', tool: 'ip' },
  // Before the device is up for the first time, or the node can be reached through it for a moment.
  { phase: 'shield', tool: 'sysctl' },
  { phase: 'device up', tool: 'ip' },
  { phase: 'port', tool: 'ip' },
  { phase: 'local MAC', tool: 'bridge' },
  { phase: 'flood', tool: 'bridge' },
  { phase: 'tunnel', tool: 'bridge' },
  // A run of its own: what failed is known by then.
  { phase: 'remote MAC', tool: 'bridge', isApart: true },
  { phase: 'neighbour', tool: 'ip' },
] as const satisfies readonly { readonly phase: string; readonly tool: Tool; readonly isApart?: true }[];

export type Phase = (typeof FLUSH_ORDER)[number]['phase'];

/**
 * Failures that are as good as success: what is to be removed is gone already; an interface that the orchestrator
 * enslaves is not yet a bridge port, and will have its MAC learned once it is.
 */
export type Tolerance = 'gone' | 'not a port' | 'gone or not a port';

export interface Command {
  readonly tool: Tool;
  /** A line of the tool's batch file; of sysctl, a word of its command line. */
  readonly line: string;
  /** The intent that it is for; undefined where the remains of a former run are swept. */
  readonly key: string | undefined;
  readonly tolerate: Tolerance | undefined;
  readonly phase: Phase;
}

/** A command of some change of a row, before the changes are put in order. */
export interface Step {
  readonly phase: Phase;
  readonly line: string;
  readonly tolerate?: Tolerance;
}

export function isTolerated(reason: string, tolerance: Tolerance | undefined): boolean {
  if (tolerance === undefined) return false;
  return (
    (tolerance !== 'not a port' && saysGone(reason)) ||
    (tolerance !== 'gone' && /Operation not supported/.test(reason))
  );
}

/** Whether the text of a failure says that the object of the command does not exist. */
export function saysGone(reason: string): boolean {
  return /No such (device|file or directory|process)|Cannot find (bridge )?device|does not exist|Cannot assign requested address/.test(
    reason,
  );
}

/**
 * Whether the same command may succeed a moment later (EBUSY, EAGAIN, ENOBUFS). An interface that cannot be enslaved because
 * it is busy is in the hands of somebody else, who keeps it.
 */
export function saysTransient(reason: string, phase: Phase): boolean {
  if (phase === 'port' && /Device or resource busy/.test(reason)) return false;
  return /Device or resource busy|Resource temporarily unavailable|No buffer space available|Try again/.test(
    reason,
  );
}
