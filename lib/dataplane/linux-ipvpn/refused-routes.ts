import type { DataplaneFault } from '../intent.ts';
import type { UnitChange } from '../unit-table.ts';
import { isMultipath, type MultipathRow, routeOf, trialRow } from './prefix-rows.ts';
import type { KernelRow, Stage } from './row.ts';
import type { Way } from './way.ts';

type KernelChange = UnitChange<KernelRow>;
type Faults = ReadonlyMap<KernelChange, DataplaneFault>;

/** A way of a route that was refused, as a change of its own, which leaves nothing behind. */
export interface Trial {
  readonly refused: KernelChange;
  readonly way: Way;
  readonly change: KernelChange;
}

/** What is done instead of a change that was refused: the kernel keeps nothing that is not wanted any more. */
export interface Amends {
  readonly refused: KernelChange;
  readonly change: KernelChange;
  /** Names the ways that were refused, where there are several. */
  readonly fault: DataplaneFault;
}

const NOTHING: readonly never[] = [];
/** The kernel takes such a row, which is one line, or leaves it. */
const WHOLE: readonly Stage[] = ['label', 'route'];

/** What tells which ways of the routes that were refused the kernel does not take. */
export function trialsOf(faults: Faults): readonly Trial[] {
  return [...faults.keys()].flatMap((refused) => {
    const row = routeIn(refused);
    if (row === undefined || !isMultipath(row)) return [];
    return row.ways.map((way) => {
      const rows = [trialRow(row, way)];
      return { refused, way, change: { unit: refused.unit, rows: NOTHING, puts: rows, removals: rows } };
    });
  });
}

/**
 * For routes, and label routes, that were refused: a route of the ways that the kernel takes; if it takes none, that which
 * was there before goes.
 *
 * @param unfit - the trials that failed, by their changes
 */
export function amendsOf(faults: Faults, trials: readonly Trial[], unfit: Faults): readonly Amends[] {
  const refusedWays = new Map<KernelChange, Map<Way, DataplaneFault>>();
  for (const { refused, way, change } of trials) {
    const fault = unfit.get(change);
    if (fault === undefined) continue;
    const ways = refusedWays.get(refused) ?? new Map<Way, DataplaneFault>();
    refusedWays.set(refused, ways.set(way, fault));
  }
  return [...faults].flatMap(([refused, fault]) => {
    const row = routeIn(refused);
    if (row === undefined) return [];
    const ways = refusedWays.get(refused);
    const rest = isMultipath(row) ? restOf(row, ways) : undefined;
    const rows = rest === undefined ? NOTHING : [rest];
    const removals = rest === undefined ? [row] : NOTHING;
    return [
      {
        refused,
        change: { unit: refused.unit, rows, puts: rows, removals },
        fault: ways === undefined ? fault : { ...fault, reason: reasonOf(ways) },
      },
    ];
  });
}

function routeIn({ puts: [row, ...others] }: KernelChange): KernelRow | undefined {
  return row !== undefined && others.length === 0 && WHOLE.includes(row.stage) ? row : undefined;
}

/** Undefined if all of them were refused. */
function restOf(
  { table, prefix, ways }: MultipathRow,
  refused: ReadonlyMap<Way, DataplaneFault> | undefined,
): KernelRow | undefined {
  // Where each alone is taken, it is together that they are not.
  const rest = refused === undefined ? ways.slice(0, 1) : ways.filter((way) => !refused.has(way));
  return rest.length === 0 ? undefined : routeOf(table, prefix, rest);
}

function reasonOf(ways: ReadonlyMap<Way, DataplaneFault>): string {
  return Array.from(ways, ([{ words }, { reason }]) => `${words}: ${reason}`).join('; ');
}
