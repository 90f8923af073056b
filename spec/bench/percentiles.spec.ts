import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { percentiles } from './percentiles.ts';

test('of a hundred latencies, whatever their order, one is above the 99th percentile', () => {
  const latencies = Array.from({ length: 100 }, (_, index) => ((index * 37) % 100) + 1);
  assert.equal(percentiles(latencies), { 'p50 ms': 51, 'p90 ms': 91, 'p99 ms': 100, 'worst ms': 100 });
});

test('one latency is all of them, none is no number', () => {
  assert.equal(percentiles([3]), { 'p50 ms': 3, 'p90 ms': 3, 'p99 ms': 3, 'worst ms': 3 });
  assert.ok(Object.values(percentiles([])).every((value) => Number.isNaN(value)));
});

test.run();
