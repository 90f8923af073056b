import { type UnitChange, UnitTable } from '../unit-table.ts';
import { anyCookieOf, cookiesOf } from './owner.ts';
import type { Program, SwitchView } from './program.ts';
import type { Row } from './row.ts';

/**
 * A bridge of Open vSwitch as it should be and as it is. The difference goes into the bridge in one atomic bundle, so that
 * no packet meets half of a change.
 *
 * Where it is not known what the bridge holds, at the start and after Open vSwitch was away, everything of ours is
 * removed and put again, in one bundle too: what was there already goes on forwarding.
 */
export class Switch extends UnitTable<Row, SwitchView> {
  readonly program: Program;
  #doubtful = true;
  #flows = 0;

  constructor(program: Program) {
    super(program, ({ put }) => put);
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

  /** Somebody else has changed the bridge, or it is another one. */
  doubt(): void {
    this.#doubtful = true;
    this.#flows = 0;
    this.clear();
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

  override settle(changes: readonly UnitChange<Row>[]): void {
    for (const { unit, rows } of changes) this.#flows += countFlows(rows) - countFlows(this.rowsOfUnit(unit));
    super.settle(changes);
  }

  /** The rows of an instance that the bridge holds. */
  *rowsOf(instance: number): Generator<Row, void> {
    const cookie = cookiesOf(this.program.owner, instance);
    for (const [, rows] of this.rows()) {
      // A group, which has no cookie, is in one unit with its flow.
      if (rows.some(({ put }) => cookie.test(put))) yield* rows;
    }
  }
}

/** The lines of one bundle. Flows go before the groups to which they lead. */
export function bundleLines(changes: readonly UnitChange<Row>[]): readonly string[] {
  return [
    ...changes.flatMap(({ puts }) => puts.map(({ put }) => put)),
    ...changes.flatMap(({ removals }) => removals.map(({ remove }) => remove)),
  ];
}

function countFlows(rows: readonly Row[]): number {
  let count = 0;
  for (const { key } of rows) if (key.startsWith('table=')) count += 1;
  return count;
}
