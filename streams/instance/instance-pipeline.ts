import {
  BehaviorSubject,
  EMPTY,
  map,
  merge,
  type MonoTypeOperatorFunction,
  observeOn,
  queueScheduler,
  Subject,
  takeWhile,
  type Observable,
} from 'rxjs';
import type { BestPathChange, BestPathTable } from '../../lib/rib/best-path.ts';
import { NO_TARGETS } from '../../lib/rib/route-index.ts';
import type {
  InstanceInput,
  InstanceOutput,
  InstanceSubscriptions,
  Subscriptions,
} from '../../lib/vpn/instance-events.ts';
import type { Instance } from '../../lib/vpn/instance.ts';
import type { RouteBus } from '../bus/route-bus.ts';
import { trackBest } from './track-best.ts';

/** The pipeline of one VPN instance, and the ways into it. */
export interface InstancePipeline {
  readonly instance: Instance;
  /** What follows from all that happens to it; completes after `ended`. Subscribe it once. */
  readonly outputs$: Observable<readonly InstanceOutput[]>;
  /** An attach, a detach, confirmations of the dataplane, or the end. */
  readonly feed: (input: InstanceInput) => void;
  /** From now on other routes are wanted. */
  readonly subscribe: (subscriptions: InstanceSubscriptions) => void;
}

/**
 *     API, confirmations ─────────────────────────────────────────────────────┐
 *     imported ─────► bus.subscribeTo(each family) ─► best paths (scan) ────────┼─► Instance.step (scan) ─► outputs$
 *     readvertised ─► bus.subscribeTo(each family) ─► best paths (scan) ────────┘
 */
export function instancePipeline(instance: Instance, bus: RouteBus): InstancePipeline {
  const fed$ = new Subject<InstanceInput>();
  const subscriptions$ = new BehaviorSubject(instance.subscriptions);
  const imported$ = bestPaths(instance, bus, instance.bestPaths, pick(subscriptions$, 'imported')).pipe(
    map((changes): InstanceInput => ({ type: 'best-paths', changes })),
  );
  const { readvertisedPaths } = instance;
  const readvertised$ =
    readvertisedPaths === undefined
      ? EMPTY
      : bestPaths(instance, bus, readvertisedPaths, pick(subscriptions$, 'readvertised')).pipe(
          map((changes): InstanceInput => ({ type: 'readvertised-paths', changes })),
        );
  const outputs$ = merge(fed$.pipe(inTurn()), imported$, readvertised$).pipe(
    map((input) => instance.step(input)),
    takeWhile((outputs) => !outputs.some(({ type }) => type === 'ended'), true),
  );
  return {
    instance,
    outputs$,
    feed: (input) => fed$.next(input),
    subscribe: (subscriptions) => subscriptions$.next(subscriptions),
  };
}

function pick(
  subscriptions$: Observable<InstanceSubscriptions>,
  which: keyof InstanceSubscriptions,
): Observable<Subscriptions> {
  return subscriptions$.pipe(map((subscriptions) => subscriptions[which]));
}

/** The best paths in `table` of the routes that are subscribed to, as they change. */
function bestPaths(
  { setup: { source, kind } }: Instance,
  bus: RouteBus,
  table: BestPathTable,
  subscriptions$: Observable<Subscriptions>,
): Observable<readonly BestPathChange[]> {
  const routes = kind.families.map((family) => {
    const targets$ = subscriptions$.pipe(map((subscriptions) => subscriptions.get(family) ?? NO_TARGETS));
    return bus.subscribeTo(source, family, targets$);
  });
  // In turn before they are tracked: a table tells what the instance was told, and nothing that it is yet to be told.
  return merge(...routes).pipe(inTurn(), trackBest(table));
}

/** What an output brings about at once (a dummy dataplane confirms) waits until all outputs are obeyed. */
function inTurn<T>(): MonoTypeOperatorFunction<T> {
  return observeOn(queueScheduler);
}
