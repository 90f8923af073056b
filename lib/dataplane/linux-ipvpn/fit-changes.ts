import type { UnitChange } from '../unit-table.ts';
import { FIRST_RULE, PLATFORM_LABELS } from './node-rows.ts';
import type { KernelRow } from './row.ts';

type KernelChange = UnitChange<KernelRow>;

/** Whether the rule is taken away by which the node looks at its addresses first. */
export function takesFirstRule(changes: readonly KernelChange[]): boolean {
  return changes.some(({ puts }) => puts.some(({ key }) => key === FIRST_RULE));
}

/** What the number of labels was before, where it is to be that again. */
export function formerLabels(changes: readonly KernelChange[]): number | undefined {
  for (const { removals } of changes) {
    const value = removals.find(({ key }) => key === PLATFORM_LABELS)?.remove[0]?.split('=')[1];
    if (value !== undefined) return Number(value);
  }
  return undefined;
}

/** The changes, but for what they do to a row. */
export function without(
  changes: readonly KernelChange[],
  key: typeof FIRST_RULE | typeof PLATFORM_LABELS,
): readonly KernelChange[] {
  const rest = (rows: readonly KernelRow[]): readonly KernelRow[] => rows.filter((row) => row.key !== key);
  return changes.map(({ unit, rows, puts, removals }) =>
    [...puts, ...removals].some((row) => row.key === key)
      ? { unit, rows: rest(rows), puts: rest(puts), removals: rest(removals) }
      : { unit, rows, puts, removals },
  );
}
