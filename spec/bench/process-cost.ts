import { readFileSync } from 'node:fs';

/** What a process has used so far, all its threads together. */
export interface ProcessCost {
  /** User and system time, in seconds. */
  readonly cpu: number;
  /** Resident set, in bytes. */
  readonly rss: number;
}

/** The kernel counts time in hundredths of a second, on every architecture that Linux has (USER_HZ, proc(5)). */
const TICKS_PER_SECOND = 100;

/** Reads `/proc/<pid>/stat` and `status`. */
export function costOf(pid: number): ProcessCost {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in parentheses may hold anything; state is the field after it, utime and stime the 12th and 13th from there.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const cpu = (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return { cpu, rss: Number(kilobytes ?? 0) * 1024 };
}
