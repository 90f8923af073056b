import { type BestPathPolicy, BestPathTable } from '../../../lib/rib/best-path.ts';
import { HIGHER_LOCAL_PREF, LOWER_BYTES } from '../../../lib/rib/preference.ts';
import type { Route, RouteChange } from '../../../lib/rib/route.ts';
import { entryOfRoute } from '../../../lib/vpn/vrf-entry.ts';
import type { Operation } from './operation.ts';
import { hostRoutes } from './routes.ts';

const POLICY: BestPathPolicy = {
  entriesOf: (route) => [entryOfRoute(route)],
  rules: [HIGHER_LOCAL_PREF],
  tieBreak: [LOWER_BYTES],
};

/** From changes of routes to changes of the best ones, in one VRF. */
export function bestPathOperations(): readonly Operation[] {
  // Routes towards the same prefixes from three PEs, the last of which are the best.
  const candidates = [1, 2, 3].map((pe) =>
    hostRoutes({ nextHop: `192.0.2.${pe}`, values: { localPref: 100 * pe } }),
  );
  return [...deciding('1 candidate', candidates.slice(2)), ...deciding('3 candidates', candidates)];
}

/** All operations are about the best of the candidates. */
function deciding(count: string, candidates: readonly (readonly Route[])[]): readonly Operation[] {
  const others = candidates.slice(0, -1);
  const best = candidates.at(-1)!;
  const changed = hostRoutes({ nextHop: '192.0.2.3', label: 200, values: { localPref: 300 } });
  return [
    reducing(`best path: add, then ${count}`, others, zip(undefined, best)),
    reducing(`best path: replace 1 of ${count}`, candidates, zip(best, changed)),
    reducing(`best path: withdraw 1 of ${count}`, candidates, zip(best, undefined)),
  ];
}

function reducing(
  name: string,
  present: readonly (readonly Route[])[],
  changes: readonly RouteChange[],
): Operation {
  let table = new BestPathTable(POLICY);
  return {
    name,
    prepare: () => {
      table = new BestPathTable(POLICY);
      for (const routes of present) table.reduce(zip(undefined, routes));
    },
    run: () => {
      const { length } = table.reduce(changes);
      if (length !== changes.length) throw new Error(`${name}: ${length} changes`);
    },
  };
}

function zip(
  before: readonly Route[] | undefined,
  after: readonly Route[] | undefined,
): readonly RouteChange[] {
  return (before ?? after ?? []).map((_, index) => ({ before: before?.[index], after: after?.[index] }));
}
