import type { Tally } from './tally.ts';

export interface GroupResult extends Tally {
  readonly group: string;
  readonly seconds: number;
  /** Why it was not run. */
  readonly reason?: string;
}

/** The table, and as its last line the sum: `N passed, N failed`, and `, N skipped` if there are any. */
export function formatSummary(results: readonly GroupResult[]): string {
  const rows = [
    ['group', 'passed', 'failed', 'skipped', 'seconds', ''],
    ...results.map((result) => [
      result.group,
      ...[result.passed, result.failed, result.skipped].map(String),
      result.seconds.toFixed(1),
      result.reason ?? '',
    ]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 || column === row.length - 1
          ? cell.padEnd(widths[column]!)
          : cell.padStart(widths[column]!),
      )
      .join('  ')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n\n${formatCounts(sum(results))}`;
}

export function formatCounts({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

export function sum(tallies: readonly Tally[]): Tally {
  return tallies.reduce(
    (a, b) => ({ passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped }),
    { passed: 0, failed: 0, skipped: 0 },
  );
}
