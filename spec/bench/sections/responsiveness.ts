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
    `were sent until the last look that did not find all routes; then for ${DURATION} s without any pause, each time ` +
    'with other labels. The client that attaches shares its thread with the speaker, so that it may be late itself. ' +
    'Latency is from request to answer; the event loop is blocked when timers, sockets and requests wait.',
  async measure({ contenders, vrfs, tell }) {
    const pieces = makePieces();
    const rows: Row[] = [];
    for (const { contender } of contenders.filter(({ contender: { isObservable } }) => isObservable)) {
      for (const count of vrfs) {
        tell(`${contender.name}: attaches while flooded, ${count} VRFs ...`);
        rows.push(...(await measureResponsiveness(contender, count, pieces)));
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

function measureResponsiveness(contender: Contender, vrfs: number, pieces: Pieces): Promise<readonly Row[]> {
  return withTestBed(contender, { vrfs, observed: true }, async (bed) => {
    const observer = bed.running.observer!;
    const pool = new Pool(bed.running.apiUrl!, { connections: 16 });
    const attacher = startAttacher(pool);
    const rows: Row[] = [];
    try {
      // The first requests and routes find nothing compiled, and no memory to be put into.
      await floodOnce(bed, pieces);
      for (const [name, flood] of FLOOD_KINDS) {
        attacher.taken();
        await observer.observe();
        const floods = await flood(bed, pieces);
        await sleep(PAUSE);
        const { blocked } = await observer.observe();
        const counted = attacher
          .taken()
          .filter(({ sent }) => floods.some(({ start, end }) => sent >= start && sent < end));
        const seconds = floods.reduce((sum, { start, done }) => sum + done - start, 0) / 1000;
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
      await attacher.stop().finally(() => pool.close());
    }
  });
}

/** Times are those of `performance.now()`. */
interface Flood {
  readonly start: number;
  /** Until here not all routes were there. */
  readonly end: number;
  /** Here they were. */
  readonly done: number;
  readonly routes: number;
}

const FLOOD_KINDS: readonly (readonly [
  name: string,
  flood: (bed: TestBed, pieces: Pieces) => Promise<readonly Flood[]>,
])[] = [
  ['new routes', floodOften],
  ['without pause', floodOn],
];

async function floodOften(bed: TestBed, pieces: Pieces): Promise<readonly Flood[]> {
  const floods: Flood[] = [];
  for (let number = 0; number < FLOODS; number++) {
    await sleep(PAUSE);
    floods.push(await floodOnce(bed, pieces));
  }
  return floods;
}

async function floodOnce({ send, counted }: TestBed, { newRoutes, withdrawn }: Pieces): Promise<Flood> {
  const start = performance.now();
  await send(newRoutes);
  const end = await counted(ROUTES);
  const done = performance.now();
  await send(withdrawn);
  await counted(0);
  return { start, end, done, routes: ROUTES };
}

async function floodOn({ send }: TestBed, { newRoutes, otherLabels }: Pieces): Promise<readonly Flood[]> {
  let routes = 0;
  const start = performance.now();
  function* rounds(): Generator<Buffer> {
    for (let round = 0; performance.now() < start + DURATION * 1000; round++) {
      for (const piece of [newRoutes, otherLabels][round % 2]!) {
        routes += ROUTES / PIECES;
        yield piece;
      }
    }
  }
  await send(rounds());
  const end = performance.now();
  return [{ start, end, done: end, routes }];
}

/** What is sent, all `ROUTES` each. */
interface Pieces {
  readonly newRoutes: readonly Buffer[];
  readonly otherLabels: readonly Buffer[];
  readonly withdrawn: readonly Buffer[];
}

function makePieces(): Pieces {
  return {
    newRoutes: inPieces((from, to) => announcements(from, to, 100)),
    otherLabels: inPieces((from, to) => announcements(from, to, 101)),
    withdrawn: inPieces(withdrawals),
  };
}

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
      const attached = attach(attaches.length);
      // A failure is told of at the end.
      attached.catch(() => undefined);
      attaches.push(attached);
    }
    await Promise.allSettled(attaches);
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
