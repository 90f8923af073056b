import { filter, map, scan, type OperatorFunction } from 'rxjs';
import type { BestPathChange, BestPathTable } from '../../lib/rib/best-path.ts';
import type { RouteChange } from '../../lib/rib/route.ts';

/** Folds route changes into `table`, which nobody else may change; emits the best paths that are others now. */
export function trackBest(
  table: BestPathTable,
): OperatorFunction<readonly RouteChange[], readonly BestPathChange[]> {
  return (changes$) =>
    changes$.pipe(
      scan((state, changes) => ({ table: state.table, best: state.table.reduce(changes) }), {
        table,
        best: [] as readonly BestPathChange[],
      }),
      map(({ best }) => best),
      filter((best) => best.length > 0),
    );
}
