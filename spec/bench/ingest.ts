import { setTimeout as sleep } from 'node:timers/promises';
import { type FloodingSpeaker, startFloodingSpeaker } from '../support/flooding-speaker.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { vpnv4Update } from '../support/vpnv4-updates.ts';
import type { Contender, RunningContender } from './daemons/contender.ts';
import { costOf } from './process-cost.ts';

const ROUTES_PER_UPDATE = 10;
const ROUTE_TARGETS = 100;
/** In milliseconds. */
const POLL = 100;
/** CPU time over a second below which a daemon counts as idle, in seconds. */
const IDLE = 0.05;
const PATIENCE = 600_000;

export interface Ingest {
  readonly contender: string;
  readonly version: string;
  readonly routes: number;
  readonly vrfs: number;
  /** From the first byte to all counted, in seconds. */
  readonly wall: number;
  /** Until it is idle again, in seconds. */
  readonly cpu: number;
  /** What its resident set has grown by, in bytes. */
  readonly rss: number;
}

/** Floods a daemon with routes, and measures what they cost it. */
export async function measureIngest(
  contender: Contender,
  version: string,
  routes: number,
  vrfs: number,
): Promise<Ingest> {
  const directory = temporaryDirectory();
  const speaker = await startFloodingSpeaker({ address: '127.0.0.21', holdTime: 90 });
  const running = await contender.start({
    directory: directory.path,
    address: '127.0.0.22',
    speaker: { address: '127.0.0.21', port: speaker.port },
  });
  try {
    await speaker.established;
    for (let number = 0; number < vrfs; number++) {
      await running.addVrf!(number, `64512:${number}`);
    }
    await idle(running);
    const before = costOf(running.pid);
    const start = performance.now();
    await send(speaker, routes, contender.pace);
    await counted(running, routes, start);
    const wall = (performance.now() - start) / 1000;
    await idle(running);
    const after = costOf(running.pid);
    return {
      contender: contender.name,
      version,
      routes,
      vrfs,
      wall,
      cpu: after.cpu - before.cpu,
      rss: after.rss - before.rss,
    };
  } finally {
    await speaker.stop();
    await running.stop();
  }
}

async function counted(running: RunningContender, routes: number, start: number): Promise<void> {
  for (;;) {
    // A daemon that has its hands full may have no answer.
    const count = await running.countRoutes().catch(() => 0);
    if (count >= routes) return;
    if (performance.now() - start > PATIENCE)
      throw new Error(`${count} of ${routes} routes after all patience`);
    await sleep(POLL);
  }
}

/** Resolves when a daemon has used next to no CPU time for a second. */
async function idle({ pid }: RunningContender): Promise<void> {
  let before = costOf(pid).cpu;
  for (;;) {
    await sleep(1000);
    const now = costOf(pid).cpu;
    if (now - before < IDLE) return;
    before = now;
  }
}

async function send(speaker: FloodingSpeaker, routes: number, pace: number | undefined): Promise<void> {
  const portion = pace === undefined ? routes : Math.max(ROUTES_PER_UPDATE, pace / 10);
  for (let first = 0; first < routes; first += portion) {
    await speaker.flood(updates(first, Math.min(first + portion, routes)));
    if (pace !== undefined) await sleep(100);
  }
}

function* updates(from: number, to: number): Generator<Buffer> {
  for (let first = from; first < to; first += ROUTES_PER_UPDATE) {
    yield vpnv4Update({
      first,
      count: ROUTES_PER_UPDATE,
      label: 100,
      routeTarget: (first / ROUTES_PER_UPDATE) % ROUTE_TARGETS,
      nextHop: [192, 0, 2, 1],
    });
  }
}
