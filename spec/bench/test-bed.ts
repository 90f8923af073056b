import { setTimeout as sleep } from 'node:timers/promises';
import { type FloodingSpeaker, startFloodingSpeaker } from '../support/flooding-speaker.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import type { Contender, RunningContender } from './daemons/contender.ts';
import { costOf } from './process-cost.ts';

/** CPU time over a second below which a daemon counts as idle, in seconds. */
const IDLE = 0.05;
/** Milliseconds after which it is given up to wait for a session. */
const SESSION_PATIENCE = 60_000;
/** Milliseconds after which it is given up to wait for a count, or for the daemon to be idle. */
const PATIENCE = 600_000;

const SPEAKER = '127.0.0.21';
const CLIENT = '127.0.0.22';

/** A daemon with a session to the speaker that will flood it. */
export interface TestBed {
  readonly speaker: FloodingSpeaker;
  readonly running: RunningContender;
  /** Sends messages as fast as the daemon bears it. */
  readonly send: (messages: Iterable<Buffer>) => Promise<void>;
  /**
   * Resolves when the daemon has just so many routes of the speaker, to the time (`performance.now()`) of the last look
   * that did not find them; to that of the call if the first look did.
   */
  readonly counted: (routes: number) => Promise<number>;
  /** Resolves when it has used next to no CPU time for a second. */
  readonly idle: () => Promise<void>;
}

export interface TestBedOptions {
  /** VRF n imports the routes with target 64512:n. */
  readonly vrfs?: number;
  /** Whether it is to tell of itself (`RunningContender.observer`), which costs it something. */
  readonly observed?: boolean;
  /** That the speaker proposes, in seconds. */
  readonly holdTime?: number;
}

/** Sets up a test bed, idle, for as long as `use` runs. */
export async function withTestBed<T>(
  contender: Contender,
  { vrfs = 0, observed = false, holdTime = 90 }: TestBedOptions,
  use: (bed: TestBed) => Promise<T>,
): Promise<T> {
  const speaker = await startFloodingSpeaker({ address: SPEAKER, holdTime });
  try {
    const running = await contender.start({
      directory: temporaryDirectory().path,
      address: CLIENT,
      speaker: { address: SPEAKER, port: speaker.port },
      vrfs,
      observed,
    });
    try {
      await established(speaker);
      const idle = (): Promise<void> => untilIdle(running);
      await idle();
      return await use({
        speaker,
        running,
        send: (messages) => send(speaker, messages, contender.pace),
        counted: (routes) => counted(running, routes, contender.poll),
        idle,
      });
    } finally {
      await running.stop();
    }
  } finally {
    await speaker.stop();
  }
}

function established(speaker: FloodingSpeaker): Promise<void> {
  const tooLate = sleep(SESSION_PATIENCE, undefined, { ref: false }).then(() => {
    throw new Error(`no session after ${SESSION_PATIENCE / 1000} s`);
  });
  return Promise.race([speaker.established, tooLate]);
}

async function counted(running: RunningContender, routes: number, poll: number): Promise<number> {
  const start = performance.now();
  let before = start;
  for (;;) {
    const look = performance.now();
    // A daemon that has its hands full may have no answer.
    const count = await running.countRoutes().catch(() => undefined);
    if (count === routes) return before;
    if (look > start + PATIENCE) {
      throw new Error(`${count ?? 'no'} routes instead of ${routes} after ${PATIENCE / 1000} s`);
    }
    before = look;
    await sleep(poll);
  }
}

async function untilIdle({ pid }: RunningContender): Promise<void> {
  const deadline = performance.now() + PATIENCE;
  let before = costOf(pid).cpu;
  while (performance.now() < deadline) {
    await sleep(1000);
    const now = costOf(pid).cpu;
    if (now - before < IDLE) return;
    before = now;
  }
  throw new Error(`not idle after ${PATIENCE / 1000} s`);
}

/** `pace` is in messages a second. */
async function send(
  speaker: FloodingSpeaker,
  messages: Iterable<Buffer>,
  pace: number | undefined,
): Promise<void> {
  if (pace === undefined) {
    await speaker.flood(messages);
    return;
  }
  const portion: Buffer[] = [];
  for (const message of messages) {
    if (portion.push(message) < pace / 10) continue;
    await speaker.flood(portion.splice(0));
    await sleep(100);
  }
  await speaker.flood(portion);
}
