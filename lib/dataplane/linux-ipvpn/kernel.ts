import type { DataplaneFault } from '../intent.ts';
import { UnitTable, type UnitChange } from '../unit-table.ts';
import type { LinuxIpvpn } from './linux-ipvpn.ts';
import type { Amends } from './refused-routes.ts';
import { contentOf, type KernelRow, type KernelView } from './row.ts';

type KernelChange = UnitChange<KernelRow>;

const NOTHING: readonly never[] = [];

/** The kernel as it should be, and as it is as far as we know. */
export class Kernel extends UnitTable<KernelRow, KernelView> {
  constructor(program: LinuxIpvpn) {
    super(program, contentOf);
  }

  /**
   * The changes have been made, except for those with a fault. The kernel takes lines one by one, so that it may hold any of
   * the rows before and after such a change: all of them are kept in mind, to be removed, or put again.
   *
   * @param amends - what was done instead of some of those with a fault
   */
  settleWith(
    changes: readonly KernelChange[],
    faults: ReadonlyMap<KernelChange, DataplaneFault>,
    amends: readonly Amends[] = NOTHING,
  ): void {
    const made = new Map(amends.map((each) => [each.refused, each]));
    this.settle(
      changes.map((change) =>
        faults.has(change) ? (made.get(change)?.change ?? this.#doubtful(change)) : change,
      ),
    );
    for (const [change, fault] of faults) {
      const amended = made.get(change);
      this.refuse(change, amended?.fault ?? fault, amended !== undefined);
    }
  }

  /** The routes, or label routes, that the kernel holds of a VRF, or of all, in the words of `ip route`. */
  *routes(stage: 'route' | 'label', instance?: number): Generator<string, void> {
    const start = instance === undefined ? '' : `${instance}/`;
    for (const [unit, rows] of this.rows()) {
      if (!unit.startsWith(start)) continue;
      for (const row of rows) {
        if (row.stage === stage) yield* row.put.map((line) => line.replace('route replace ', ''));
      }
    }
  }

  #doubtful(change: KernelChange): KernelChange {
    const rows = new Map(this.rowsOfUnit(change.unit).map((row) => [row.key, row]));
    for (const row of change.puts) rows.set(row.key, { ...row, put: NOTHING });
    return { ...change, rows: [...rows.values()] };
  }
}
