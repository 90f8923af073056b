import type { Contender } from '../daemons/contender.ts';
import { announcements } from '../flood.ts';
import { costOf } from '../process-cost.ts';
import type { Row, Section } from '../section.ts';
import { withTestBed } from '../test-bed.ts';

export const ingest: Section = {
  name: 'ingest',
  title: 'Ingest',
  about:
    'VPNv4 routes of one peer with 100 route targets, 10 in an UPDATE, from the first byte to all counted and idle. ' +
    'VRF n imports target n: each route is imported once. The Python daemon is sent 5000 routes a second: it loses ' +
    'the session when more come.',
  async measure({ contenders, routes, vrfs, tell }) {
    const rows: Row[] = [];
    for (const { contender } of contenders) {
      for (const routeCount of routes.filter((count) => count <= contender.mostRoutes)) {
        for (const vrfCount of vrfs.filter((count) => count === 0 || contender.hasVrfs)) {
          tell(`${contender.name}: ${routeCount} routes, ${vrfCount} VRFs ...`);
          rows.push(await measureIngest(contender, routeCount, vrfCount));
        }
      }
    }
    return rows;
  },
};

/** Floods a daemon with routes, and measures what they cost it. */
export function measureIngest(contender: Contender, routes: number, vrfs: number): Promise<Row> {
  return withTestBed(contender, { vrfs }, async ({ running, send, counted, idle }) => {
    const before = costOf(running.pid);
    const start = performance.now();
    await send(announcements(0, routes));
    await counted(routes);
    const wall = (performance.now() - start) / 1000;
    await idle();
    const after = costOf(running.pid);
    return {
      daemon: contender.name,
      routes,
      VRFs: vrfs,
      'routes per CPU second': Math.round(routes / (after.cpu - before.cpu)),
      'routes per second': Math.round(routes / wall),
      'bytes per route': Math.round((after.rss - before.rss) / routes),
    };
  });
}
