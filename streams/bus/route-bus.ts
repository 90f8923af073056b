import { Observable, Subject, type SchedulerLike } from 'rxjs';
import type { Family } from '../../lib/bgp/family.ts';
import type { RouteTarget } from '../../lib/net/route-target.ts';
import {
  RouteIndex,
  ROUTES_A_STEP,
  subscriber,
  type Steps,
  type Subscriber,
  type TargetSet,
} from '../../lib/rib/route-index.ts';
import type { Publication, Route, RouteChange, RouteSource } from '../../lib/rib/route.ts';

/** Longest time, in milliseconds, that the bus works before it lets timers, sockets and API calls have their turn. */
const WORK_BUDGET = 1;

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
  #nextTask = 0;
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

  /** Gives a subscriber all routes of a family again (RFC 2918), after what it is owed already. */
  refresh(who: RouteSource, family: Family): void {
    for (const member of this.#outlets.keys()) {
      if (member.source === who && member.family === family) this.#enqueue(this.#index.replay(member));
    }
  }

  /** Resolves when all that was asked of the bus so far is done: the back-pressure of sources. */
  idle(): Promise<void> {
    if (!this.#working) return Promise.resolve();
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
      if (++count % ROUTES_A_STEP === 0) yield;
    }
  }

  #enqueue(task: Steps): void {
    this.#tasks.push(task);
    if (!this.#working) this.#work();
  }

  /** Takes a step, tells those whom it concerns, and so on, until nothing is left or the time is up. */
  #work(): void {
    this.#working = true;
    const { now } = this.#options.scheduler;
    const deadline = now() + WORK_BUDGET;
    while (this.#emitOne() || this.#stepTask() || this.#emitInterest()) {
      if (now() < deadline) continue;
      this.#options.defer(() => this.#work());
      return;
    }
    this.#working = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  /** One step of the first task; false if there is none. */
  #stepTask(): boolean {
    const task = this.#tasks[this.#nextTask];
    if (task === undefined) return false;
    if (task.next().done === true) this.#nextTask++;
    if (this.#nextTask === this.#tasks.length) {
      this.#tasks.length = 0;
      this.#nextTask = 0;
    }
    return true;
  }

  /** Emits to one of the subscribers that are owed something by the step before; false if there is none. */
  #emitOne(): boolean {
    const [member] = this.#index.touched;
    if (member === undefined) return false;
    this.#index.touched.delete(member);
    const changes = member.pending;
    member.pending = [];
    this.#outlets.get(member)?.next(changes);
    return true;
  }

  #emitInterest(): boolean {
    if (this.#interestChanges.size === 0) return false;
    const changes = Array.from(this.#interestChanges, ([target, wanted]) => ({ target, wanted }));
    this.#interestChanges.clear();
    this.#interest.next(changes);
    return true;
  }
}

/** A task that only lets what has come together be emitted. */
function* nothing(): Steps {
  // no step
}
