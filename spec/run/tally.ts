/** What came of the tests of one group. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/**
 * Counts what a group printed: uvu's summary (`Total:`, `Passed:`, `Skipped:`), and lines `skipped: <what>: <reason>`
 * of files that cannot run on this machine.
 *
 * A group that ended without a summary, without a single test, or with a status that its summary does not explain,
 * has failed once more: a crash must not look like success.
 */
export function readTally(output: string, status: number | null): Tally {
  const total = sum(output, /^ {2}Total: +(\d+)/gm);
  const passed = sum(output, /^ {2}Passed: +(\d+)/gm) ?? 0;
  const skippedTests = sum(output, /^ {2}Skipped: +(\d+)/gm) ?? 0;
  const skippedFiles = [...output.matchAll(/^skipped: /gm)].length;
  const skipped = skippedTests + skippedFiles;
  // `Total` does not include skipped tests.
  const failed = (total ?? 0) - passed;
  const nothing = total === undefined || (total === 0 && skipped === 0);
  const unexplained = status !== 0 && failed === 0;
  return { passed, failed: failed + (nothing || unexplained ? 1 : 0), skipped };
}

function sum(text: string, pattern: RegExp): number | undefined {
  const numbers = [...text.matchAll(pattern)].map((match) => Number(match[1]));
  return numbers.length === 0 ? undefined : numbers.reduce((a, b) => a + b);
}

/** The summary in uvu's form, for programs that are no uvu specs. */
export function formatTally({ passed, failed, skipped }: Tally): string {
  return `  Total:     ${passed + failed}\n  Passed:    ${passed}\n  Skipped:   ${skipped}\n`;
}
