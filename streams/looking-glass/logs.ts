import type { LookingGlassNode } from '../../lib/api/looking-glass.ts';
import type { LogRecord } from '../log.ts';

/** Records as objects, in the order given; `named` where they are of several components. */
export function showLog(records: readonly LogRecord[], named: boolean): LookingGlassNode {
  return records.map(({ level, time, name, message }) => ({
    level,
    time: time.replace('.', ','),
    ...(named ? { name } : {}),
    message,
  }));
}
