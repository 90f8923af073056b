import type { Kernel } from './kernel.ts';
import type { KernelRow } from './row.ts';

const NOTHING: readonly never[] = [];

/**
 * Others have changed these interfaces, so that the kernel may have dropped what lies on them: rows whose words name one are
 * put again by the next plan.
 */
export function loseRowsOn(kernel: Kernel, interfaces: ReadonlySet<string>): void {
  if (interfaces.size === 0) return;
  // Words of `ip`, and keys of sysctls.
  const isLost = ({ put }: KernelRow): boolean =>
    put.some((line) => line.split(/[ /]/).some((word) => interfaces.has(word)));
  const changes = Array.from(kernel.rows())
    .filter(([, rows]) => rows.some(isLost))
    .map(([unit, rows]) => ({
      unit,
      // What is wanted differs from it, and it can still be removed.
      rows: rows.map((row) => (isLost(row) ? { ...row, put: NOTHING } : row)),
      puts: NOTHING,
      removals: NOTHING,
    }));
  kernel.settle(changes);
  kernel.renew(changes.map(({ unit }) => unit));
}
