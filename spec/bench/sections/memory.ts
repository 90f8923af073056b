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
/** Milliseconds from one look at the keepalives to the next. */
const POLL = 10;
const MEGABYTE = 1e6;

export const memory: Section = {
  name: 'memory',
  title: 'Memory and keepalives',
  about:
    'The daemon idle, with the routes of ingest, and when all are withdrawn, in MB; each after garbage collections. ' +
    'The event loop is watched, and the keepalives that the peer sees, while routes come and while they go, each until ' +
    `the daemon is idle, not while garbage is collected. The hold time is ${HOLD_TIME} s, of which keepalives come every ` +
    'third: fewer routes than a million may come and go between two of them.',
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

/** The longest times of a flood, in milliseconds. */
interface Flood {
  /** Between two keepalives. */
  readonly gap: number;
  /** That the event loop was blocked. */
  readonly blocked: number;
}

function measureMemory(contender: Contender, routes: number, vrfs: number): Promise<Row> {
  const options = { vrfs, observed: true, holdTime: HOLD_TIME };
  return withTestBed(contender, options, async ({ speaker: { seen }, running, send, counted, idle }) => {
    const flood = async (messages: Iterable<Buffer>, left: number): Promise<Flood> => {
      // What collections took does not count.
      await running.observer!.observe();
      const gap = await longestGap(seen, async () => {
        await send(messages);
        await counted(left);
        await idle();
      });
      const { blocked } = await running.observer!.observe();
      return { gap, blocked };
    };
    const before = await collected(running);
    const coming = await flood(announcements(0, routes), routes);
    const full = await collected(running);
    const going = await flood(withdrawals(0, routes), 0);
    const after = await collected(running);
    const wasKept = seen.connected && seen.notifications.length === 0;
    return {
      daemon: contender.name,
      routes,
      VRFs: vrfs,
      session: wasKept ? 'kept' : `lost ${seen.notifications.join()}`,
      ...(wasKept && { 's between keepalives': Math.max(coming.gap, going.gap) / 1000 }),
      'event loop blocked ms': Math.max(coming.blocked, going.blocked),
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

/** The longest time between two keepalives, from the last one before `happen` to the first one after it, in milliseconds. */
async function longestGap(seen: SpeakerView, happen: () => Promise<void>): Promise<number> {
  const times: number[] = [];
  let count = seen.keepalives;
  const timer = setInterval(() => {
    if (seen.keepalives > count) times.push(performance.now());
    count = seen.keepalives;
  }, POLL);
  const next = async (): Promise<void> => {
    const { length } = times;
    while (seen.connected && times.length === length) await sleep(POLL);
  };
  try {
    await next();
    await happen();
    await next();
  } finally {
    clearInterval(timer);
  }
  return Math.max(...times.slice(1).map((time, index) => time - times[index]!));
}
