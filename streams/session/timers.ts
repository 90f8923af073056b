import type { SchedulerLike, Subscription } from 'rxjs';
import type { SessionTimer } from '../../lib/bgp/session.ts';

export interface TimersOptions {
  readonly scheduler: SchedulerLike;
  /** From 0 to 1. */
  readonly random: () => number;
}

/** The timers of one session. Starting one that runs starts it anew. */
export class Timers {
  readonly #options: TimersOptions;
  readonly #expired: (timer: SessionTimer) => void;
  readonly #running = new Map<SessionTimer, Subscription>();

  constructor(options: TimersOptions, expired: (timer: SessionTimer) => void) {
    this.#options = options;
    this.#expired = expired;
  }

  start(timer: SessionTimer, seconds: number): void {
    this.stop(timer);
    const { scheduler, random } = this.#options;
    // RFC 4271 §10: the attempts of many speakers shall not come all at once.
    const jitter = timer === 'connect-retry' ? 0.75 + 0.25 * random() : 1;
    const expiry = scheduler.schedule(
      () => {
        this.#running.delete(timer);
        this.#expired(timer);
      },
      seconds * 1000 * jitter,
    );
    this.#running.set(timer, expiry);
  }

  stop(timer: SessionTimer): void {
    this.#running.get(timer)?.unsubscribe();
    this.#running.delete(timer);
  }

  isRunning(timer: SessionTimer): boolean {
    return this.#running.has(timer);
  }
}
