import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { markdownTable } from './table.ts';

test('a table has the columns of all rows, numbers flush right, empty cells where a row has none', () => {
  const rows = [
    { daemon: 'one', routes: 1_000_000 },
    { daemon: 'two', routes: 20, 'p99 ms': 1.234 },
  ];
  assert.equal(markdownTable(rows).split('\n'), [
    '| daemon | routes | p99 ms |',
    '| --- | --: | --: |',
    '| one | 1 000 000 |  |',
    '| two | 20 | 1.23 |',
  ]);
});

test('a fraction is shown where a figure has few digits without it', () => {
  const shown = (value: number): string => markdownTable([{ value }]).split('\n')[2]!;
  assert.equal([0.5, 1.005, 12.345, 123.45, 12_345.6, 7].map(shown), [
    '| 0.5 |',
    '| 1.01 |',
    '| 12.3 |',
    '| 123 |',
    '| 12 346 |',
    '| 7 |',
  ]);
});

test.run();
