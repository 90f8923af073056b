import { setTimeout as sleep } from 'node:timers/promises';
import { instanceRoutes } from '../../support/looking-glass.ts';
import { attachment } from '../attachment.ts';
import { bears, type Contender, type RunningContender } from '../daemons/contender.ts';
import { announcements, ROUTE_TARGETS, withdrawals } from '../flood.ts';
import { costOf } from '../process-cost.ts';
import type { Row, Section } from '../section.ts';
import { withTestBed } from '../test-bed.ts';

/** How often all routes come or go. */
const ROUNDS = 4;
/** Milliseconds from one look into a VRF to the next. */
const POLL = 20;

export const convergence: Section = {
  name: 'convergence',
  title: 'Withdraw storm and peer loss',
  about:
    'The peer withdraws its routes, 10 in an UPDATE; then it announces them again and closes the connection. ' +
    'Converged when none is counted, from the first byte or the close; where VRFs can be looked into, when a VRF that ' +
    'had the last routes is empty, too. CPU time is until idle. The Python daemon is sent 5000 withdrawals a second.',
  async measure({ contenders, routes, vrfs, tell }) {
    const rows: Row[] = [];
    for (const { contender } of contenders) {
      for (const routeCount of routes.filter((count) => bears(contender, count, 0))) {
        // Each round is several floods.
        const borne = vrfs.filter((count) => bears(contender, ROUNDS * routeCount, count));
        const most = Math.max(0, ...borne);
        for (const vrfCount of new Set([0, most])) {
          tell(`${contender.name}: withdrawal and loss of ${routeCount} routes, ${vrfCount} VRFs ...`);
          rows.push(...(await measureConvergence(contender, routeCount, vrfCount)));
        }
      }
    }
    return rows;
  },
};

function measureConvergence(contender: Contender, routes: number, vrfs: number): Promise<readonly Row[]> {
  return withTestBed(contender, { vrfs }, async ({ speaker, running, send, counted, idle }) => {
    const events = [
      ['withdraw storm', () => send(withdrawals(0, routes))],
      ['peer loss', () => speaker.stop()],
    ] as const;
    const rows: Row[] = [];
    for (const [event, happen] of events) {
      await send(announcements(0, routes));
      await counted(routes);
      await idle();
      const before = costOf(running.pid);
      const start = performance.now();
      await happen();
      await counted(0);
      if (vrfs > 0) await emptied(running, Math.min(vrfs, ROUTE_TARGETS) - 1);
      const wall = performance.now() - start;
      await idle();
      const after = costOf(running.pid);
      rows.push({
        daemon: contender.name,
        routes,
        VRFs: vrfs,
        event,
        'converged in ms': Math.round(wall),
        'routes per CPU second': Math.round(routes / (after.cpu - before.cpu)),
        'routes per second': Math.round((routes / wall) * 1000),
      });
    }
    return rows;
  });
}

/** Resolves when a VRF has no routes any more, as far as it can be looked into. */
async function emptied({ api }: RunningContender, vrf: number): Promise<void> {
  while (api !== undefined && (await instanceRoutes(api, attachment(vrf, 1).vpn_instance_id)).length > 0)
    await sleep(POLL);
}
