import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { attachment } from '../attachment.ts';
import type { Contender } from '../daemons/contender.ts';
import { announcements } from '../flood.ts';
import { percentiles } from '../percentiles.ts';
import { postPort } from '../rest-client.ts';
import type { Row, Section } from '../section.ts';
import { withTestBed } from '../test-bed.ts';

const ATTACHES_PER_SECOND = 200;
/** Seconds. */
const DURATION = 10;
const ROUTES = 100_000;
/** A round is sent in so many pieces. */
const PIECES = 100;
/** Milliseconds. */
const WARM_UP = 2000;

export const responsiveness: Section = {
  name: 'responsiveness',
  title: 'Attach while a peer floods',
  about:
    `${ATTACHES_PER_SECOND} attaches a second for ${DURATION} s, whether answered or not, each a new port in one of 100 ` +
    `VRFs, while the peer announces ${ROUTES} routes again and again, each time with other labels, as fast as they are ` +
    'taken. Latency is from request to answer; the event loop is blocked when timers, sockets and requests wait.',
  async measure({ contenders, vrfs, tell }) {
    const rows: Row[] = [];
    for (const { contender } of contenders.filter(({ contender: { isObservable } }) => isObservable)) {
      for (const count of vrfs) {
        tell(`${contender.name}: attaches while flooded, ${count} VRFs ...`);
        rows.push(await measureResponsiveness(contender, count));
      }
    }
    return rows;
  },
};

function measureResponsiveness(contender: Contender, vrfs: number): Promise<Row> {
  return withTestBed(contender, { vrfs, observed: true }, async ({ running, speaker }) => {
    const flood = { routes: 0, goesOn: true };
    const flooded = speaker.flood(repeatedly(flood));
    const pool = new Pool(running.apiUrl!, { connections: 16 });
    try {
      // The first requests find nothing compiled, the first routes no memory to be put into.
      await attachAtRate(pool, 0, WARM_UP / 1000);
      const before = await running.observer!.observe();
      const routesBefore = flood.routes;
      const milliseconds = await attachAtRate(pool, ATTACHES_PER_SECOND * DURATION, DURATION);
      const { blocked } = await running.observer!.observe();
      return {
        daemon: contender.name,
        VRFs: vrfs,
        'routes per second': Math.round((flood.routes - routesBefore) / DURATION),
        'attaches per second': Math.round(milliseconds.length / DURATION),
        ...percentiles(milliseconds),
        'event loop blocked ms': blocked,
        'while starting ms': before.blocked,
      };
    } finally {
      flood.goesOn = false;
      await flooded;
      await pool.close();
    }
  });
}

/** All routes again and again, made beforehand and in large pieces: whoever makes them has no time to measure. */
function* repeatedly(flood: { routes: number; readonly goesOn: boolean }): Generator<Buffer> {
  const rounds = [100, 101].map((label) => Buffer.concat([...announcements(0, ROUTES, label)]));
  const piece = rounds[0]!.length / PIECES;
  for (let round = 0; ; round++) {
    for (let number = 0; number < PIECES; number++) {
      if (!flood.goesOn) return;
      flood.routes += ROUTES / PIECES;
      yield rounds[round % rounds.length]!.subarray(number * piece, (number + 1) * piece);
    }
  }
}

/** Sends attaches at their time for so many seconds, however long answers take; resolves to their latencies. */
async function attachAtRate(pool: Pool, first: number, seconds: number): Promise<readonly number[]> {
  const answers: Promise<number>[] = [];
  const start = performance.now();
  for (let sent = 0; sent < seconds * ATTACHES_PER_SECOND; sent++) {
    const due = start + (1000 * sent) / ATTACHES_PER_SECOND;
    await sleep(Math.max(0, due - performance.now()));
    const number = first + sent;
    // Networks that the flood does not concern: what is measured is the wait, not an import.
    answers.push(postPort(pool, 'attach', attachment(10_000 + (number % 100), 1 + Math.floor(number / 100))));
  }
  return Promise.all(answers);
}
