import type { Row } from './section.ts';

/** Columns with the percentiles of latencies in milliseconds. */
export function percentiles(milliseconds: readonly number[]): Row {
  const sorted = [...milliseconds].sort((a, b) => a - b);
  const at = (part: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? NaN;
  return { 'p50 ms': at(0.5), 'p90 ms': at(0.9), 'p99 ms': at(0.99), 'worst ms': sorted.at(-1) ?? NaN };
}
