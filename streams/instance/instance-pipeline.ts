import {
  BehaviorSubject,
  map,
  merge,
  observeOn,
  queueScheduler,
  Subject,
  takeWhile,
  type Observable,
} from 'rxjs';
import type { Family } from '../../lib/bgp/family.ts';
import type { Instance, InstanceInput, InstanceOutput } from '../../lib/vpn/instance.ts';
import { NO_TARGETS, type TargetSet } from '../../lib/rib/route-index.ts';
import type { RouteBus } from '../bus/route-bus.ts';
import { trackBest } from './track-best.ts';

type Subscriptions = ReadonlyMap<Family, TargetSet>;

/** The pipeline of one VPN instance, and the ways into it. */
export interface InstancePipeline {
  readonly instance: Instance;
  /** What follows from all that happens to it; completes after `ended`. Subscribe it once. */
  readonly outputs$: Observable<readonly InstanceOutput[]>;
  /** An attach, a detach, confirmations of the dataplane, or the end. */
  readonly feed: (input: InstanceInput) => void;
  /** From now on routes with these targets are wanted, by family. */
  readonly subscribe: (subscriptions: Subscriptions) => void;
}

/**
 *     API, confirmations ──────────────────────────────────────────┐
 *     subscriptions$ ─► bus.subscribeTo(each family) ─► best paths (scan) ─┴─► Instance.step (scan) ─► outputs$
 */
export function instancePipeline(instance: Instance, bus: RouteBus): InstancePipeline {
  const fed$ = new Subject<InstanceInput>();
  const subscriptions$ = new BehaviorSubject<Subscriptions>(new Map());
  const { source, kind } = instance.setup;
  const routes$ = merge(
    ...kind.families.map((family) => {
      const targets$ = subscriptions$.pipe(map((subscriptions) => subscriptions.get(family) ?? NO_TARGETS));
      return bus.subscribeTo(source, family, targets$);
    }),
  );
  const bestPaths$ = routes$.pipe(
    trackBest(instance.bestPaths),
    map((changes): InstanceInput => ({ type: 'best-paths', changes })),
  );
  const outputs$ = merge(fed$, bestPaths$).pipe(
    // What an output brings about at once (a dummy dataplane confirms) waits until all outputs are obeyed.
    observeOn(queueScheduler),
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
