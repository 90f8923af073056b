import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readTally } from './tally.ts';

function summary(total: number, passed: number, skipped: number): string {
  return `\n  Total:     ${total}\n  Passed:    ${passed}\n  Skipped:   ${skipped}\n  Duration:  1.00ms\n\n`;
}

test('counts what uvu printed', () => {
  assert.equal(readTally(summary(12, 10, 1), 1), { passed: 10, failed: 2, skipped: 1 });
});

test('counts a file that says that it cannot run here', () => {
  const output = `skipped: linux driver: needs root\n${summary(3, 3, 0)}`;
  assert.equal(readTally(output, 0), { passed: 3, failed: 0, skipped: 1 });
});

test('takes an end without summary for a failure, whatever the status', () => {
  assert.equal(readTally('Error: cannot find module', 1), { passed: 0, failed: 1, skipped: 0 });
  assert.equal(readTally('', 0), { passed: 0, failed: 1, skipped: 0 });
});

test('takes a status that the summary does not explain for a failure', () => {
  assert.equal(readTally(summary(5, 5, 0), 1), { passed: 5, failed: 1, skipped: 0 });
});

test('takes a run of no tests for a failure', () => {
  assert.equal(readTally(summary(0, 0, 0), 0), { passed: 0, failed: 1, skipped: 0 });
});

test.run();
