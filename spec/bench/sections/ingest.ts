import { bears, type Contender } from '../daemons/contender.ts';
import { announcements } from '../flood.ts';
import { costOf } from '../process-cost.ts';
import type { Row, Section } from '../section.ts';
import { withTestBed } from '../test-bed.ts';

/** Seconds. */
const SHORT = 5;

export const ingest: Section = {
  name: 'ingest',
  title: 'Ingest',
  about:
    'VPNv4 routes of one peer with 100 route targets, 10 in an UPDATE. CPU time is from the first byte until idle; wall ' +
    'time is until the look at their count that finds all: there is one every 20 ms, for GoBGP and FRR every 50 ms, ' +
    'for BIRD every 200 ms, for the Python daemon every 500 ms. VRF n imports target n: each route is imported once. ' +
    'The Python daemon is sent 5000 routes a second: it loses the session when more come. Runs of less than 5 s are ' +
    'the median of three.',
  async measure({ contenders, routes, vrfs, tell }) {
    const rows: Row[] = [];
    for (const { contender } of contenders) {
      for (const routeCount of routes) {
        for (const vrfCount of vrfs.filter((count) => bears(contender, routeCount, count))) {
          tell(`${contender.name}: ${routeCount} routes, ${vrfCount} VRFs ...`);
          rows.push(await measureIngest(contender, routeCount, vrfCount));
        }
      }
    }
    return rows;
  },
};

/** What the kernel counts in, in seconds. */
const LEAST_CPU = 0.01;

interface Run {
  /** Seconds. */
  readonly wall: number;
  readonly cpu: number;
  /** Bytes by which the resident set has grown. */
  readonly rss: number;
}

/** CPU time is told in hundredths of a second, and compilers work beside: of short runs the median of three counts. */
async function measureIngest(contender: Contender, routes: number, vrfs: number): Promise<Row> {
  const runs = [await flood(contender, routes, vrfs)];
  while (runs[0]!.wall < SHORT && runs.length < 3) runs.push(await flood(contender, routes, vrfs));
  const { wall, cpu, rss } = runs.sort((a, b) => a.cpu - b.cpu)[runs.length >> 1]!;
  return {
    daemon: contender.name,
    routes,
    VRFs: vrfs,
    'routes per CPU second': Math.round(routes / cpu),
    'routes per second': Math.round(routes / wall),
    'bytes per route': Math.round(rss / routes),
  };
}

/** Floods a daemon with routes, and measures what they cost it. */
function flood(contender: Contender, routes: number, vrfs: number): Promise<Run> {
  return withTestBed(contender, { vrfs }, async ({ running, send, counted, idle }) => {
    const before = costOf(running.pid);
    const start = performance.now();
    await send(announcements(0, routes));
    await counted(routes);
    const wall = (performance.now() - start) / 1000;
    await idle();
    const after = costOf(running.pid);
    return { wall, cpu: Math.max(LEAST_CPU, after.cpu - before.cpu), rss: after.rss - before.rss };
  });
}
