import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { Subject } from 'rxjs';
import type { Confirmation, Intent } from '../../lib/dataplane/intent.ts';
import type { Log } from '../../streams/log.ts';
import type { Sink } from '../../streams/sinks/sink.ts';

/** What it took to carry intents out. */
export interface Effort {
  /** Seconds from the first intent to the last confirmation. */
  readonly wall: number;
  /** Seconds of CPU time, of the sink and of the tools that it ran together. */
  readonly cpu: number;
  /** The longest time that the event loop was blocked, in milliseconds. */
  readonly blocked: number;
}

/** Nothing but what is wrong. */
export const BENCH_LOG: Log = {
  debug: () => undefined,
  info: () => undefined,
  warning: console.error,
  error: console.error,
};

/** A sink at work in this process, with a stop watch. */
export class MeasuredSink {
  readonly #intents = new Subject<readonly Intent[]>();
  #confirmed: (confirmations: readonly Confirmation[]) => void = () => undefined;

  constructor(sink: Sink) {
    this.#intents.pipe(sink.apply).subscribe((confirmations) => this.#confirmed(confirmations));
  }

  /** Hands intents over as fast as the sink takes them, and resolves when all are confirmed; a fault rejects. */
  async carryOut(intents: readonly Intent[]): Promise<Effort> {
    const delay = monitorEventLoopDelay({ resolution: RESOLUTION });
    delay.enable();
    await sleep(SETTLING);
    delay.reset();
    const before = cpuTime();
    const start = performance.now();
    const done = this.#allConfirmed(intents.length);
    // A fault may come while intents are still handed over; it is told of when `done` is awaited.
    done.catch(() => undefined);
    for (let first = 0; first < intents.length; first += HANDFUL) {
      this.#intents.next(intents.slice(first, first + HANDFUL));
      await nextTurn();
    }
    await done;
    const wall = (performance.now() - start) / 1000;
    const cpu = cpuTime() - before;
    // How late the last turn was is known in the next one.
    await sleep(SETTLING);
    delay.disable();
    return { wall, cpu, blocked: delay.max / 1e6 - RESOLUTION };
  }

  stop(): void {
    this.#intents.complete();
  }

  #allConfirmed(count: number): Promise<void> {
    return new Promise((resolve, reject) => {
      let open = count;
      this.#confirmed = (confirmations) => {
        open -= confirmations.length;
        const failed = confirmations.find(({ fault }) => fault !== undefined);
        if (failed !== undefined) reject(new Error(`${failed.intent.key}: ${failed.fault!.reason}`));
        if (open === 0) resolve();
      };
    });
  }
}

/** Milliseconds; part of each delay that is measured. */
const RESOLUTION = 1;
/** Milliseconds until the measurement of delays is at work. */
const SETTLING = 20;
/** Intents that are handed over in one turn of the event loop, as the route bus brings them. */
const HANDFUL = 512;

/** User and system time of this process, and of its children that have ended, in seconds. */
function cpuTime(): number {
  // utime, stime, cutime and cstime, in hundredths of a second (proc(5)); the name before has no blank in `node`.
  const ticks = readFileSync('/proc/self/stat', 'utf8').split(' ').slice(13, 17);
  return ticks.reduce((sum, each) => sum + Number(each), 0) / 100;
}
