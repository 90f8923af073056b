import type { Contender } from '../daemons/contender.ts';
import { announcements, ROUTE_TARGETS, type TargetRange } from '../flood.ts';
import { costOf } from '../process-cost.ts';
import type { Row, Section } from '../section.ts';
import { withTestBed } from '../test-bed.ts';

interface Case {
  readonly routes: number;
  readonly vrfs: number;
  readonly targets: TargetRange;
}

/** How many routes change to measure CPU time, which is counted in steps of 10 ms. */
const CHANGES = 1_000_000;

const IMPORTED = { first: 0, count: ROUTE_TARGETS };
const OTHERS = { first: 10_000, count: ROUTE_TARGETS };

const CASES: readonly Case[] = [
  ...[10_000, 100_000, 1_000_000].map((routes) => ({ routes, vrfs: 0, targets: IMPORTED })),
  ...[10, 100, 1000].map((vrfs) => ({ routes: 100_000, vrfs, targets: IMPORTED })),
  { routes: 100_000, vrfs: 1000, targets: OTHERS },
];

export const scaling: Section = {
  name: 'scaling',
  title: 'Cost of a route',
  about:
    'Bytes of the heap that each route takes, and CPU time that each change of a route takes: the peer announces all ' +
    `its routes again and again with other labels, ${CHANGES} changes in all. VRF n imports target n of ` +
    `${ROUTE_TARGETS}; in the last row the VRFs import other targets than those of the routes.`,
  async measure({ contenders, tell }) {
    const rows: Row[] = [];
    for (const { contender } of contenders.filter(({ contender: { isObservable } }) => isObservable)) {
      for (const one of CASES) {
        tell(`${contender.name}: cost of each of ${one.routes} routes, ${one.vrfs} VRFs ...`);
        rows.push(await measureCost(contender, one));
      }
    }
    return rows;
  },
};

function measureCost(contender: Contender, { routes, vrfs, targets }: Case): Promise<Row> {
  return withTestBed(contender, { vrfs, observed: true }, async ({ running, send, counted, idle }) => {
    const { collect } = running.observer!;
    const empty = await collect();
    await send(announcements(0, routes, 100, targets));
    await counted(routes);
    await idle();
    const full = await collect();
    await idle();
    const before = costOf(running.pid);
    await send(changes(routes, targets));
    await idle();
    const after = costOf(running.pid);
    const importers = targets === IMPORTED ? Math.min(vrfs, ROUTE_TARGETS) : 0;
    return {
      daemon: contender.name,
      routes,
      VRFs: vrfs,
      'routes imported': (routes * importers) / ROUTE_TARGETS,
      'bytes per route': Math.round((full.heap - empty.heap) / routes),
      'CPU µs per change': ((after.cpu - before.cpu) * 1e6) / CHANGES,
    };
  });
}

function* changes(routes: number, targets: TargetRange): Generator<Buffer> {
  for (let round = 1; round <= CHANGES / routes; round++) {
    yield* announcements(0, routes, 100 + round, targets);
  }
}
