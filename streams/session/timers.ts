import type { SchedulerLike, Subscription } from 'rxjs';
import type { SessionTimer } from '../../lib/bgp/session.ts';

/** The timers of one session. Starting one that runs starts it anew. */
export class Timers {
  readonly #scheduler: SchedulerLike;
  readonly #expired: (timer: SessionTimer) => void;
  readonly #running = new Map<SessionTimer, Subscription>();

  constructor(scheduler: SchedulerLike, expired: (timer: SessionTimer) => void) {
    this.#scheduler = scheduler;
    this.#expired = expired;
  }

  start(timer: SessionTimer, seconds: number): void {
    this.stop(timer);
    this.#running.set(
      timer,
      this.#scheduler.schedule(() => {
        this.#running.delete(timer);
        this.#expired(timer);
      }, seconds * 1000),
    );
  }

  stop(timer: SessionTimer): void {
    this.#running.get(timer)?.unsubscribe();
    this.#running.delete(timer);
  }
}
