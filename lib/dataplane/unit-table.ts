import type { Result } from '../result.ts';
import type { Confirmation, DataplaneFault, Intent } from './intent.ts';

/**
 * What one driver wants the node to hold: a pure table of the state that intents ask for, compiled into rows by parts. A
 * *unit* is such a part: rows that come, change and go together (the flow and the group of a prefix). A row belongs to one
 * unit; its key tells it apart from all others.
 *
 * It does not know what the node holds: that is the business of `UnitTable`.
 */
export interface Units<Row, View> {
  /** Takes an intent into the table, also one that repeats what is known. */
  take(intent: Intent): Taken;
  /** Every unit that is wanted now, in the order in which they should be put. */
  units(): Iterable<string>;
  /** The rows of a unit, referents first; none if it is not wanted (any more). `view`: what only the node knows. */
  compile(unit: string, view: View): Result<readonly Row[], DataplaneFault>;
}

export interface Taken {
  /** What has to be compiled again. If one of them cannot be put, the intent has failed. */
  readonly units: readonly string[];
  /** What has to be compiled again too, and is asked for by other intents: if it cannot be put, this one has not failed. */
  readonly others?: readonly string[];
  /** Why the intent cannot be obeyed whatever the node says; then the table is as if it had said "not wanted". */
  readonly fault?: DataplaneFault;
}

/** All that has to be compiled again. */
export function unitsOf({ units, others = [] }: Taken): readonly string[] {
  return others.length === 0 ? units : [...units, ...others];
}

/** A unit whose rows are to be others. */
export interface UnitChange<Row> {
  readonly unit: string;
  /** What it should consist of: */
  readonly rows: readonly Row[];
  /** rows that are not there yet, or not so, referents first, */
  readonly puts: readonly Row[];
  /** and then those that go, referents last. */
  readonly removals: readonly Row[];
}

export interface KeyedRow {
  readonly key: string;
}

interface TakenIntent {
  readonly intent: Intent;
  readonly units: readonly string[];
  readonly fault: DataplaneFault | undefined;
}

interface Refusal {
  readonly fault: DataplaneFault;
  /** Whether what the unit was before is gone all the same. */
  readonly isGone: boolean;
}

const NO_ROWS: readonly never[] = [];
/** What is refused may be very much. */
const MOST_SHOWN = 100;

/**
 * A node as it should be and as it is: the rows of a program, and those that were put.
 *
 *     intents ─► take ─► plan ─► (commands) ─► settle, refuse, fail ─► finish ─► confirmations
 */
export class UnitTable<Row extends KeyedRow, View> {
  readonly #units: Units<Row, View>;
  /** Equal for rows of one key between which there is nothing to do. */
  readonly #contentOf: (row: Row) => string;
  readonly #rows = new Map<string, readonly Row[]>();
  readonly #dirty = new Set<string>();
  /** Why the rows of a unit cannot be made: the node has none of it. */
  readonly #incomplete = new Map<string, DataplaneFault>();
  /** Why the node did not take a change of a unit. */
  readonly #refused = new Map<string, Refusal>();
  #taken: TakenIntent[] = [];

  constructor(units: Units<Row, View>, contentOf: (row: Row) => string) {
    this.#units = units;
    this.#contentOf = contentOf;
  }

  take(intents: readonly Intent[]): void {
    for (const intent of intents) {
      const taken = this.#units.take(intent);
      this.#taken.push({ intent, units: taken.units, fault: taken.fault });
      this.renew(unitsOf(taken));
    }
  }

  /** What rows are made from has changed: those of these units are made again, */
  renew(units: Iterable<string>): void {
    for (const unit of units) this.#dirty.add(unit);
  }

  /** or all of them. */
  renewAll(): void {
    this.renew(this.#units.units());
    // A unit that nobody wants any more has no rows; one that could not be removed is tried again.
    this.renew(this.#rows.keys());
  }

  /** Whether the node has refused something that it may take another time. */
  get hasRefused(): boolean {
    return this.#refused.size > 0;
  }

  /** Units of which the node has refused something, and why. */
  *refusedUnits(): Generator<readonly [unit: string, fault: DataplaneFault], void> {
    for (const [unit, { fault }] of this.#refused) yield [unit, fault];
  }

  /** What the node refused of an instance, or of what belongs to none, and why; the first 100, for people. */
  refused(instance?: number): readonly { readonly unit: string; readonly reason: string }[] {
    const refused: { readonly unit: string; readonly reason: string }[] = [];
    for (const [unit, { reason }] of this.refusedUnits()) {
      if (instance === undefined ? /^\d/.test(unit) : !unit.startsWith(`${instance}/`)) continue;
      refused.push({ unit, reason });
      if (refused.length === MOST_SHOWN) break;
    }
    return refused;
  }

  /** What could not be made or put is tried again. */
  retry(): void {
    this.renew(this.#incomplete.keys());
    this.renew(this.#refused.keys());
  }

  /** The node holds nothing of ours: all that is wanted has to be put again. */
  clear(): void {
    this.#rows.clear();
    this.renewAll();
  }

  /** What has to be done. Units that cannot be compiled lose their rows. */
  plan(view: View): readonly UnitChange<Row>[] {
    const compiled: { unit: string; rows: readonly Row[] }[] = [];
    const claimed = new Set<string>();
    for (const unit of this.#dirty) {
      const result = this.#units.compile(unit, view);
      this.#refused.delete(unit);
      if (result.ok) this.#incomplete.delete(unit);
      else this.#incomplete.set(unit, result.fault);
      const rows = result.ok ? result.value : NO_ROWS;
      compiled.push({ unit, rows });
      for (const { key } of rows) claimed.add(key);
    }
    this.#dirty.clear();
    return compiled
      .map(({ unit, rows }) => this.#changeOf(unit, rows, claimed))
      .filter(({ puts, removals }) => puts.length + removals.length > 0);
  }

  /** The rows that the node holds of a unit. */
  rowsOfUnit(unit: string): readonly Row[] {
    return this.#rows.get(unit) ?? NO_ROWS;
  }

  /** The rows that the node holds, by unit. */
  rows(): Iterable<readonly [unit: string, rows: readonly Row[]]> {
    return this.#rows;
  }

  settle(changes: readonly UnitChange<Row>[]): void {
    for (const { unit, rows } of changes) {
      if (rows.length === 0) this.#rows.delete(unit);
      else this.#rows.set(unit, rows);
    }
  }

  /**
   * A change was refused: the node holds what it held before, or (`isGone`) nothing that is not wanted any more, and those
   * who want nothing of the unit have what they want.
   */
  refuse({ unit }: UnitChange<Row>, fault: DataplaneFault, isGone = false): void {
    this.#refused.set(unit, { fault, isGone });
  }

  /** Nothing that waits can be done now: all of it fails. */
  fail(fault: DataplaneFault): void {
    this.#taken = this.#taken.map((taken) => ({ ...taken, fault: taken.fault ?? fault }));
  }

  /** The intents taken since the last time, with what became of them. */
  finish(): readonly Confirmation[] {
    const confirmations = this.#taken.map(({ intent, units, fault }): Confirmation => ({
      intent,
      fault: fault ?? this.#faultOf(intent, units),
    }));
    this.#taken = [];
    return confirmations;
  }

  #faultOf({ state }: Intent, units: readonly string[]): DataplaneFault | undefined {
    const isRemoval = state === undefined;
    for (const unit of units) {
      const refusal = this.#refused.get(unit);
      // What was to go is gone also where the rest of the unit, which others want, is not complete.
      if (refusal !== undefined && !(isRemoval && refusal.isGone)) return refusal.fault;
      const fault = isRemoval ? undefined : this.#incomplete.get(unit);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  /** What makes `before` into `after`. A row that another unit claims in the same plan is replaced, not removed. */
  #changeOf(unit: string, after: readonly Row[], claimed: ReadonlySet<string>): UnitChange<Row> {
    const before = this.rowsOfUnit(unit);
    if (before.length === 0) return { unit, rows: after, puts: after, removals: NO_ROWS };
    // A unit may have very many rows.
    const known = new Map(before.map((row) => [row.key, this.#contentOf(row)]));
    return {
      unit,
      rows: after,
      puts: after.filter((row) => known.get(row.key) !== this.#contentOf(row)),
      removals: before.filter(({ key }) => !claimed.has(key)).reverse(),
    };
  }
}
