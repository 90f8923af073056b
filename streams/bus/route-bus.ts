import { Observable, Subject, type SchedulerLike } from 'rxjs';
import type { Family } from '../../lib/bgp/family.ts';
import type { RouteTarget } from '../../lib/net/route-target.ts';
import {
  RouteIndex,
  subscriber,
  type Steps,
  type Subscriber,
  type TargetSet,
} from '../../lib/rib/route-index.ts';
import type { Publication, Route, RouteChange, RouteSource } from '../../lib/rib/route.ts';

/** Longest time, in milliseconds, that the bus works before it lets timers, sockets and API calls have their turn. */
const WORK_BUDGET = 2;

/** A route target for which the first local subscription came, or the last one went. */
export interface InterestChange {
  readonly target: RouteTarget;
  readonly wanted: boolean;
}

export interface RouteBusOptions {
  /** Runs `work` after whatever else is waiting (`setImmediate`). */
  readonly defer: (work: () => void) => void;
  /** Tells the time for the budget. */
  readonly scheduler: Pick<SchedulerLike, 'now'>;
}

/**
 * Where sources publish routes and subscribers get those with their route targets.
 *
 *     publish, withdrawAll ──► FIFO ──► RouteIndex ──► pending of each subscriber ──► one array each
 *     subscribeTo(family, targets$) ─┘                 interest$ (RT Constraint)
 *
 * All that is asked of the bus goes through one queue, in order, and runs to completion: what a subscriber publishes
 * from inside an emission waits for its turn. Work that takes longer than the budget goes on later, in order.
 */
export class RouteBus {
  readonly #options: RouteBusOptions;
  readonly #index: RouteIndex;
  readonly #tasks: Steps[] = [];
  readonly #outlets = new Map<Subscriber, Subject<readonly RouteChange[]>>();
  readonly #interest = new Subject<readonly InterestChange[]>();
  readonly #interestChanges = new Map<RouteTarget, boolean>();
  #waiting: (() => void)[] = [];
  #working = false;

  constructor(options: RouteBusOptions) {
    this.#options = options;
    this.#index = new RouteIndex((target, wanted) => {
      // First come, then gone (or the reverse) between two emissions: nothing to tell.
      if (!this.#interestChanges.delete(target)) this.#interestChanges.set(target, wanted);
    });
  }

  /** Which route targets the local subscriptions want, as they change. */
  get interest$(): Observable<readonly InterestChange[]> {
    return this.#interest.asObservable();
  }

  publish(publications: readonly Publication[]): void {
    if (publications.length > 0) this.#enqueue(this.#publishAll(publications));
  }

  /** Withdraws all routes of a source: a peer that is lost, an instance that stops. */
  withdrawAll(source: RouteSource): void {
    this.#enqueue(this.#index.withdrawAll(source));
  }

  /**
   * The routes of `family` that carry one of the latest targets, as changes: what is missing is made up for when a
   * target is added, and taken back when it is removed. `who` never gets its own routes, nor a peer those of peers.
   */
  subscribeTo(
    who: RouteSource,
    family: Family,
    targets$: Observable<TargetSet>,
  ): Observable<readonly RouteChange[]> {
    return new Observable((observer) => {
      const member = subscriber(who, family);
      const outlet = new Subject<readonly RouteChange[]>();
      this.#outlets.set(member, outlet);
      const subscription = outlet.subscribe(observer);
      subscription.add(targets$.subscribe((targets) => this.#enqueue(this.#index.retarget(member, targets))));
      subscription.add(() => {
        this.#outlets.delete(member);
        this.#index.close(member);
        this.#enqueue(nothing());
      });
      return subscription;
    });
  }

  /** Resolves when all that was asked of the bus so far is done: the back-pressure of sources. */
  idle(): Promise<void> {
    if (!this.#working && this.#tasks.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  routesIn(family: Family): Iterable<Route> {
    return this.#index.routesIn(family);
  }

  routesOf(source: RouteSource): Iterable<Route> {
    return this.#index.routesOf(source);
  }

  countRoutes(family: Family, kind: RouteSource['kind']): number {
    return this.#index.countRoutes(family, kind);
  }

  get subscriptionCount(): number {
    return this.#index.subscriptionCount;
  }

  *#publishAll(publications: readonly Publication[]): Steps {
    let count = 0;
    for (const publication of publications) {
      this.#index.publish(publication);
      if (++count % 512 === 0) yield;
    }
  }

  #enqueue(task: Steps): void {
    this.#tasks.push(task);
    if (!this.#working) this.#work();
  }

  #work(): void {
    this.#working = true;
    const { now } = this.#options.scheduler;
    const deadline = now() + WORK_BUDGET;
    let first = 0;
    while (first < this.#tasks.length) {
      if (this.#tasks[first]!.next().done === true) first++;
      if (first === this.#tasks.length) this.#emit();
      if (now() >= deadline && first < this.#tasks.length) {
        this.#tasks.splice(0, first);
        this.#emit();
        this.#options.defer(() => this.#work());
        return;
      }
    }
    this.#tasks.length = 0;
    this.#working = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  #emit(): void {
    const { touched } = this.#index;
    for (const member of touched) {
      touched.delete(member);
      const changes = member.pending;
      member.pending = [];
      this.#outlets.get(member)?.next(changes);
    }
    if (this.#interestChanges.size > 0) {
      const changes = Array.from(this.#interestChanges, ([target, wanted]) => ({ target, wanted }));
      this.#interestChanges.clear();
      this.#interest.next(changes);
    }
  }
}

/** A task that only lets what has come together be emitted. */
function* nothing(): Steps {
  // no step
}
