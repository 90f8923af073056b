import { setTimeout as sleep } from 'node:timers/promises';
import { instanceRoutes } from '../../support/looking-glass.ts';
import { attachment } from '../attachment.ts';
import type { Contender } from '../daemons/contender.ts';
import { announcements } from '../flood.ts';
import { costOf } from '../process-cost.ts';
import type { Row, Section } from '../section.ts';
import { type TestBed, withTestBed } from '../test-bed.ts';

const ROUTES = 10_000;
const CHANGES = 5;
/** Milliseconds from one look at the CPU time to the next. */
const POLL = 5;
/** Milliseconds without CPU time after which a change is over. */
const QUIET = 200;

export const routeTargetChange: Section = {
  name: 'route-target-change',
  title: 'Change of the import route target',
  about:
    `A VRF with ${ROUTES} routes of one route target is attached to with another one, which has ${ROUTES} others; ` +
    `median of ${CHANGES} changes. Done when the daemon uses no CPU time any more, in steps of 10 ms: to ask it would ` +
    'slow it down. The looking glass shows then all new routes and none of the old.',
  async measure({ contenders, tell }) {
    const rows: Row[] = [];
    for (const { contender } of contenders.filter(({ contender: { hasApi } }) => hasApi)) {
      tell(`${contender.name}: change of the import route target ...`);
      rows.push(await measureChanges(contender));
    }
    return rows;
  },
};

function measureChanges(contender: Contender): Promise<Row> {
  return withTestBed(contender, { vrfs: 1 }, async (bed) => {
    await bed.send(announcements(0, 2 * ROUTES, 100, { first: 0, count: 2 }));
    await bed.counted(2 * ROUTES);
    const changes: Change[] = [];
    for (let number = 1; number <= CHANGES; number++) {
      await bed.idle();
      changes.push(await changeTo(bed, number % 2));
    }
    return {
      daemon: contender.name,
      'answered in ms': median(changes.map(({ answered }) => answered)),
      'done in ms': Math.round(median(changes.map(({ done }) => done))),
      'CPU ms': Math.round(median(changes.map(({ cpu }) => cpu))),
    };
  });
}

/** Milliseconds. */
interface Change {
  readonly answered: number;
  readonly done: number;
  readonly cpu: number;
}

async function changeTo({ running }: TestBed, target: number): Promise<Change> {
  const api = running.api!;
  const body = { ...attachment(0, 1), import_rt: [`64512:${target}`] };
  const { cpu } = costOf(running.pid);
  const start = performance.now();
  await api.attach(body);
  const answered = performance.now();
  const end = await quietSince(running.pid);
  const routes = await instanceRoutes(api, body.vpn_instance_id);
  const expected = routes.filter(({ routeTargets: [shown] }) => shown === `target:64512:${target}`);
  if (routes.length !== ROUTES || expected.length !== ROUTES) {
    throw new Error(`${expected.length} routes of ${routes.length} are of target 64512:${target}`);
  }
  return {
    answered: answered - start,
    done: Math.max(answered, end.time) - start,
    cpu: (end.cpu - cpu) * 1000,
  };
}

/** When a process has used CPU time the last time, and how much until then, in seconds. */
async function quietSince(pid: number): Promise<{ readonly time: number; readonly cpu: number }> {
  let last = { time: performance.now(), cpu: costOf(pid).cpu };
  while (performance.now() - last.time < QUIET) {
    await sleep(POLL);
    const { cpu } = costOf(pid);
    if (cpu > last.cpu) last = { time: performance.now(), cpu };
  }
  return last;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}
