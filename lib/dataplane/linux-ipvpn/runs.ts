import type { DataplaneFault } from '../intent.ts';
import type { UnitChange } from '../unit-table.ts';
import { type KernelRow, type KernelTool, type Stage, type StageEntry, STAGES } from './row.ts';

type KernelChange = UnitChange<KernelRow>;
type Faults = ReadonlyMap<KernelChange, DataplaneFault>;

/** A line that puts a row or removes it. */
export interface KernelLine {
  readonly change: KernelChange;
  readonly line: string;
  /** Words of answers that are as good as success. */
  readonly tolerate: readonly string[];
}

/** Lines for one run of one tool. */
export interface KernelRun {
  readonly tool: KernelTool;
  readonly lines: readonly KernelLine[];
}

const NOTHING: readonly never[] = [];

const RUNS = ((): readonly (readonly (StageEntry & { readonly stage: Stage })[])[] => {
  const runs: (typeof STAGES)[number][][] = [];
  for (const entry of STAGES) {
    const last = runs.at(-1)?.at(-1);
    if (last === undefined || last.isApart || last.tool !== entry.tool) runs.push([entry]);
    else runs.at(-1)!.push(entry);
  }
  return runs;
})();
const RUNS_BACK = RUNS.map((run) => run.toReversed()).toReversed();

/**
 * The runs that make all changes, in their order: what is new is put before what is old is removed. A change that comes to be
 * among the `faults` on the way is left out of the runs that follow.
 */
export function* runsOf(changes: readonly KernelChange[], faults: Faults): Generator<KernelRun, void> {
  const puts = byStage(changes, ({ puts: rows }) => rows, linesToPut);
  yield* runs(RUNS, puts, faults);
  const removals = byStage(changes, ({ removals: rows }) => rows, linesToRemove);
  yield* runs(RUNS_BACK, removals, faults);
}

type LinesOf = (row: KernelRow) => {
  readonly lines: readonly string[];
  readonly tolerate: readonly string[];
};

const linesToPut: LinesOf = ({ put, present = NOTHING }) => ({ lines: put, tolerate: present });
const linesToRemove: LinesOf = ({ remove, tolerate = NOTHING }) => ({ lines: remove, tolerate });

function byStage(
  changes: readonly KernelChange[],
  rowsOf: (change: KernelChange) => readonly KernelRow[],
  linesOf: LinesOf,
): ReadonlyMap<Stage, readonly KernelLine[]> {
  const stages = new Map<Stage, KernelLine[]>();
  for (const change of changes) {
    for (const row of rowsOf(change)) {
      let stage = stages.get(row.stage);
      if (stage === undefined) stages.set(row.stage, (stage = []));
      const { lines, tolerate } = linesOf(row);
      for (const line of lines) stage.push({ change, line, tolerate });
    }
  }
  return stages;
}

function* runs(
  order: typeof RUNS,
  stages: ReadonlyMap<Stage, readonly KernelLine[]>,
  faults: Faults,
): Generator<KernelRun, void> {
  for (const run of order) {
    const lines = run.flatMap(({ stage }) => stages.get(stage) ?? NOTHING);
    const open = faults.size === 0 ? lines : lines.filter(({ change }) => !faults.has(change));
    if (open.length > 0) yield { tool: run[0]!.tool, lines: open };
  }
}
