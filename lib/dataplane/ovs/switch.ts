import type { Confirmation, DataplaneFault, Intent } from '../intent.ts';
import { anyCookieOf, cookiesOf } from './owner.ts';
import type { Program, SwitchView } from './program.ts';
import type { Row } from './row.ts';

/** A unit whose rows are to be others. */
export interface UnitChange {
  readonly unit: string;
  readonly rows: readonly Row[];
  readonly puts: readonly string[];
  readonly removals: readonly string[];
}

interface TakenIntent {
  readonly intent: Intent;
  readonly units: readonly string[];
  readonly fault: DataplaneFault | undefined;
}

const NO_ROWS: readonly never[] = [];

/**
 * A bridge of Open vSwitch as it should be and as it is: the rows of a program, and those that were put. The difference
 * goes into the bridge in one atomic bundle, so that no packet meets half of a change.
 *
 *     intents ─► take ─► plan ─► bundle ─► settle, fail ─► finish ─► confirmations
 *
 * Where it is not known what the bridge holds, at the start and after Open vSwitch was away, everything of ours is
 * removed and put again, in one bundle too: what was there already goes on forwarding.
 */
export class Switch {
  readonly program: Program;
  readonly #rows = new Map<string, readonly Row[]>();
  readonly #dirty = new Set<string>();
  /** Why the rows of a unit cannot be made: the bridge has none of it. */
  readonly #incomplete = new Map<string, DataplaneFault>();
  /** Why the bridge did not take a change of a unit: it has the rows of before. */
  readonly #refused = new Map<string, DataplaneFault>();
  #taken: TakenIntent[] = [];
  #doubtful = true;
  #flows = 0;

  constructor(program: Program) {
    this.program = program;
  }

  /** Whether what the bridge holds is not known. */
  get isDoubtful(): boolean {
    return this.#doubtful;
  }

  /** Flows that the bridge should hold, if it holds what was put. */
  get flows(): number {
    return this.#flows;
  }

  take(intents: readonly Intent[]): void {
    for (const intent of intents) {
      const { units, fault } = this.program.take(intent);
      this.#taken.push({ intent, units, fault });
      for (const unit of units) this.#dirty.add(unit);
    }
  }

  /** What rows are made from has changed: all of them are made again. */
  renew(): void {
    for (const unit of this.program.units()) this.#dirty.add(unit);
    // A unit that nobody wants any more has no rows; one that could not be removed is tried again.
    for (const unit of this.#rows.keys()) this.#dirty.add(unit);
  }

  /** Somebody else has changed the bridge, or it is another one. */
  doubt(): void {
    this.#doubtful = true;
    this.#rows.clear();
    this.#flows = 0;
    this.renew();
  }

  /** Lines that remove all that is ours, of this run or a former one; `groups` are those of ours that there are. */
  clearing(groups: readonly number[]): readonly string[] {
    const { owner } = this.program;
    return [
      `flow delete cookie=${anyCookieOf(owner)}`,
      ...groups.map((group) => `group delete group_id=${group}`),
    ];
  }

  /** The bridge holds nothing of ours. */
  cleared(): void {
    this.#doubtful = false;
  }

  /** What has to be done. Units that cannot be compiled lose their rows. */
  plan(view: SwitchView): readonly UnitChange[] {
    const compiled: { unit: string; rows: readonly Row[] }[] = [];
    const claimed = new Set<string>();
    for (const unit of this.#dirty) {
      const result = this.program.compile(unit, view);
      this.#refused.delete(unit);
      if (result.ok) this.#incomplete.delete(unit);
      else this.#incomplete.set(unit, result.fault);
      const rows = result.ok ? result.value : NO_ROWS;
      compiled.push({ unit, rows });
      for (const { key } of rows) claimed.add(key);
    }
    this.#dirty.clear();
    return compiled
      .map(({ unit, rows }) => changeOf(unit, this.#rows.get(unit) ?? NO_ROWS, rows, claimed))
      .filter(({ puts, removals }) => puts.length + removals.length > 0);
  }

  settle(changes: readonly UnitChange[]): void {
    for (const { unit, rows } of changes) {
      this.#flows += countFlows(rows) - countFlows(this.#rows.get(unit) ?? NO_ROWS);
      if (rows.length === 0) this.#rows.delete(unit);
      else this.#rows.set(unit, rows);
    }
  }

  /** A change was refused: the bridge is as before it. */
  refuse({ unit }: UnitChange, fault: DataplaneFault): void {
    this.#refused.set(unit, fault);
  }

  /** Nothing that waits can be done now: all of it fails, and is done when the bridge answers again. */
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
    for (const unit of units) {
      // What was to go is gone also where the rest of the unit, which others want, is not complete.
      const fault = this.#refused.get(unit) ?? (state === undefined ? undefined : this.#incomplete.get(unit));
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  /** The rows of an instance that the bridge holds. */
  *rowsOf(instance: number): Generator<Row, void> {
    const cookie = cookiesOf(this.program.owner, instance);
    for (const rows of this.#rows.values()) {
      // A group, which has no cookie, is in one unit with its flow.
      if (rows.some(({ put }) => cookie.test(put))) yield* rows;
    }
  }
}

/** What makes `before` into `after`. A row that another unit claims in the same plan is replaced, not removed. */
function changeOf(
  unit: string,
  before: readonly Row[],
  after: readonly Row[],
  claimed: ReadonlySet<string>,
): UnitChange {
  // A unit may have very many rows.
  const known = new Set(before.map(({ put }) => put));
  const puts = after.filter(({ put }) => !known.has(put)).map(({ put }) => put);
  const removals = before.filter(({ key }) => !claimed.has(key)).map(({ remove }) => remove);
  // Flows before the groups to which they lead.
  return { unit, rows: after, puts, removals: removals.reverse() };
}

function countFlows(rows: readonly Row[]): number {
  let count = 0;
  for (const { key } of rows) if (key.startsWith('table=')) count += 1;
  return count;
}
