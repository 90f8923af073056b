import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { attachment } from '../attachment.ts';
import type { Contender } from '../daemons/contender.ts';
import { announcements, withdrawals } from '../flood.ts';
import { percentiles } from '../percentiles.ts';
import { postPort } from '../rest-client.ts';
import type { Row, Section } from '../section.ts';
import { type TestBed, withTestBed } from '../test-bed.ts';

const ATTACHES_PER_SECOND = 200;
const ROUTES = 100_000;
/** A flood is sent in so many pieces, made beforehand: whoever makes them has no time to measure. */
const PIECES = 100;
/** Floods of new routes, each followed by their withdrawal. */
const FLOODS = 30;
/** Seconds that the flood without a pause goes on. */
const DURATION = 10;
/** Milliseconds of quiet between floods. */
const PAUSE = 200;
/** The VRFs to which ports are attached, which the flood does not concern: what is measured is the wait, not an import. */
const FIRST_VRF = 10_000;
const VRFS = 100;

export const responsiveness: Section = {
  name: 'responsiveness',
  title: 'Attach while a peer floods',
  about:
    `${ATTACHES_PER_SECOND} attaches a second, whether answered or not, each a new port in one of ${VRFS} VRFs, while a ` +
    `peer sends ${ROUTES} routes as fast as they are taken: ${FLOODS} times as new ones, where the attaches count that ` +
    `were sent before all routes were counted; then for ${DURATION} s without any pause, each time with other labels. ` +
    'Latency is from request to answer; the event loop is blocked when timers, sockets and requests wait.',
  async measure({ contenders, vrfs, tell }) {
    const rows: Row[] = [];
    for (const { contender } of contenders.filter(({ contender: { isObservable } }) => isObservable)) {
      for (const count of vrfs) {
        tell(`${contender.name}: attaches while flooded, ${count} VRFs ...`);
        rows.push(...(await measureResponsiveness(contender, count)));
      }
    }
    return rows;
  },
};

/** An attach, in milliseconds. */
interface Attach {
  readonly sent: number;
  readonly latency: number;
}

function measureResponsiveness(contender: Contender, vrfs: number): Promise<readonly Row[]> {
  return withTestBed(contender, { vrfs, observed: true }, async (bed) => {
    const observer = bed.running.observer!;
    const pool = new Pool(bed.running.apiUrl!, { connections: 16 });
    const attacher = startAttacher(pool);
    const rows: Row[] = [];
    try {
      // The first requests and routes find nothing compiled, and no memory to be put into.
      await floodOnce(bed);
      for (const [name, flood] of FLOOD_KINDS) {
        attacher.taken();
        await observer.observe();
        const floods = await flood(bed);
        await sleep(PAUSE);
        const { blocked } = await observer.observe();
        const counted = attacher
          .taken()
          .filter(({ sent }) => floods.some(({ start, end }) => sent >= start && sent < end));
        const seconds = floods.reduce((sum, { start, end }) => sum + end - start, 0) / 1000;
        const routes = floods.reduce((sum, each) => sum + each.routes, 0);
        rows.push({
          daemon: contender.name,
          VRFs: vrfs,
          flood: name,
          'routes per second': Math.round(routes / seconds),
          attaches: counted.length,
          ...percentiles(counted.map(({ latency }) => latency)),
          'event loop blocked ms': blocked,
        });
      }
      return rows;
    } finally {
      await attacher.stop();
      await pool.close();
    }
  });
}

interface Flood {
  readonly start: number;
  readonly end: number;
  readonly routes: number;
}

const FLOOD_KINDS: readonly (readonly [name: string, flood: (bed: TestBed) => Promise<readonly Flood[]>])[] =
  [
    ['new routes', floodOften],
    ['without pause', floodOn],
  ];

async function floodOften(bed: TestBed): Promise<readonly Flood[]> {
  const floods: Flood[] = [];
  for (let number = 0; number < FLOODS; number++) {
    await sleep(PAUSE);
    floods.push(await floodOnce(bed));
  }
  return floods;
}

async function floodOnce({ send, counted }: TestBed): Promise<Flood> {
  const start = performance.now();
  await send(NEW_ROUTES);
  await counted(ROUTES);
  const end = performance.now();
  await send(WITHDRAWALS);
  await counted(0);
  return { start, end, routes: ROUTES };
}

async function floodOn({ send }: TestBed): Promise<readonly Flood[]> {
  let routes = 0;
  const start = performance.now();
  function* pieces(): Generator<Buffer> {
    for (let round = 0; performance.now() < start + DURATION * 1000; round++) {
      for (const piece of [NEW_ROUTES, OTHER_LABELS][round % 2]!) {
        routes += ROUTES / PIECES;
        yield piece;
      }
    }
  }
  await send(pieces());
  return [{ start, end: performance.now(), routes }];
}

const NEW_ROUTES = inPieces((from, to) => announcements(from, to, 100));
const OTHER_LABELS = inPieces((from, to) => announcements(from, to, 101));
const WITHDRAWALS = inPieces(withdrawals);

function inPieces(messages: (from: number, to: number) => Iterable<Buffer>): readonly Buffer[] {
  const portion = ROUTES / PIECES;
  return Array.from({ length: PIECES }, (_, piece) =>
    Buffer.concat([...messages(piece * portion, (piece + 1) * portion)]),
  );
}

/** Attaches new ports at their time, until it is stopped. */
function startAttacher(pool: Pool): {
  /** The attaches answered since it was asked last. */
  readonly taken: () => readonly Attach[];
  readonly stop: () => Promise<void>;
} {
  const answered: Attach[] = [];
  let goesOn = true;
  const attach = async (number: number): Promise<void> => {
    const sent = performance.now();
    const port = attachment(FIRST_VRF + (number % VRFS), 1 + Math.floor(number / VRFS));
    answered.push({ sent, latency: await postPort(pool, 'attach', port) });
  };
  const run = async (): Promise<void> => {
    const attaches: Promise<void>[] = [];
    const start = performance.now();
    while (goesOn) {
      const due = start + (1000 * attaches.length) / ATTACHES_PER_SECOND;
      await sleep(Math.max(0, due - performance.now()));
      attaches.push(attach(attaches.length));
    }
    await Promise.all(attaches);
  };
  const running = run();
  return {
    taken: () => answered.splice(0),
    stop: () => {
      goesOn = false;
      return running;
    },
  };
}
