import { setTimeout as sleep } from 'node:timers/promises';
import type { SpeakerView } from '../../support/flooding-speaker.ts';
import type { Contender, RunningContender } from '../daemons/contender.ts';
import { announcements, withdrawals } from '../flood.ts';
import { costOf } from '../process-cost.ts';
import type { Row, Section } from '../section.ts';
import { withTestBed } from '../test-bed.ts';

/** In seconds; short, so that a daemon that is too busy to send its keepalives loses the session. */
const HOLD_TIME = 9;
const COLLECTIONS = 5;
const MEGABYTE = 1e6;

export const memory: Section = {
  name: 'memory',
  title: 'Memory and keepalives',
  about:
    'The daemon idle, with the routes of ingest, and when all are withdrawn, in MB; each after garbage collections. ' +
    `The hold time is ${HOLD_TIME} s, of which keepalives come every third; the longest time between two of them that ` +
    'the peer has seen tells how late they were.',
  async measure({ contenders, routes, vrfs, tell }) {
    const rows: Row[] = [];
    for (const { contender } of contenders.filter(({ contender: { isObservable } }) => isObservable)) {
      for (const vrfCount of new Set([0, Math.max(...vrfs)])) {
        tell(`${contender.name}: memory with ${Math.max(...routes)} routes, ${vrfCount} VRFs ...`);
        rows.push(await measureMemory(contender, Math.max(...routes), vrfCount));
      }
    }
    return rows;
  },
};

function measureMemory(contender: Contender, routes: number, vrfs: number): Promise<Row> {
  const options = { vrfs, observed: true, holdTime: HOLD_TIME };
  return withTestBed(contender, options, async ({ speaker: { seen }, running, send, counted, idle }) => {
    const keepalives = watchKeepalives(seen);
    const before = await collected(running);
    await send(announcements(0, routes));
    await counted(routes);
    await idle();
    const full = await collected(running);
    await send(withdrawals(0, routes));
    await counted(0);
    await idle();
    const after = await collected(running);
    const wasKept = seen.connected && seen.notifications.length === 0;
    return {
      daemon: contender.name,
      routes,
      VRFs: vrfs,
      session: wasKept ? 'kept' : `lost ${seen.notifications.join()}`,
      's between keepalives': keepalives.longestGap() / 1000,
      ...columns('RSS', before.rss, full.rss, after.rss),
      ...columns('heap', before.heap, full.heap, after.heap),
    };
  });
}

function columns(what: string, before: number, full: number, after: number): Row {
  return {
    [`${what} before`]: Math.round(before / MEGABYTE),
    [`${what} with routes`]: Math.round(full / MEGABYTE),
    [`${what} after`]: Math.round(after / MEGABYTE),
    [`${what} after/before`]: after / before,
  };
}

/** What is in use when nothing is left to collect, in bytes: what an object refers to may go one collection later. */
async function collected({ pid, observer }: RunningContender): Promise<{ rss: number; heap: number }> {
  let heap = NaN;
  for (let times = 0; times < COLLECTIONS; times++) {
    ({ heap } = await observer!.collect());
    // Pages are given back in the background.
    await sleep(1000);
  }
  return { rss: costOf(pid).rss, heap };
}

/** Looks often enough at how many keepalives have come to tell the longest time between two, in milliseconds. */
function watchKeepalives(seen: SpeakerView): { readonly longestGap: () => number } {
  let [count, time, longest] = [seen.keepalives, performance.now(), 0];
  const timer = setInterval(() => {
    longest = Math.max(longest, performance.now() - time);
    if (seen.keepalives > count) [count, time] = [seen.keepalives, performance.now()];
  }, 10);
  return {
    longestGap: () => {
      clearInterval(timer);
      return longest;
    },
  };
}
