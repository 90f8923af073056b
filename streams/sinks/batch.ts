import { defer, EMPTY, exhaustMap, type ObservableInput, of, type OperatorFunction, repeat, tap } from 'rxjs';

export interface BatchLimits<T> {
  /** Items in a batch. */
  readonly most?: number;
  /** Whether it overtakes those that are not; the same for all items of a key. */
  readonly isUrgent?: (item: T) => boolean;
}

/**
 * Hands items to `work` in batches, one batch in flight. While it runs, the next one fills: of items with the same key
 * the newest one stays, so that what waits is bounded by objects and not by events.
 *
 *     items ──► waiting (by key) ──► work ──► results
 *                    ▲                 │
 *                    └── when done ◄───┘
 *
 * An urgent item is in the next batch, however many wait; of the others a batch has as many as `most` leaves room for, in
 * the order in which they came.
 *
 * Completes when the source has completed and nothing waits any more. `work` must not fail.
 */
export function batchInto<T, R>(
  keyOf: (item: T) => string,
  work: (batch: readonly T[]) => ObservableInput<R>,
  { most = Infinity, isUrgent = () => false }: BatchLimits<T> = {},
): OperatorFunction<readonly T[], R> {
  return (source) =>
    defer(() => {
      const urgent = new Map<string, T>();
      const patient = new Map<string, T>();
      const isWaiting = (): boolean => urgent.size > 0 || patient.size > 0;
      const takeWaiting = (): readonly T[] => {
        const batch = [...urgent.values()];
        urgent.clear();
        for (const [key, item] of patient) {
          if (batch.length >= most) break;
          batch.push(item);
          patient.delete(key);
        }
        return batch;
      };
      const workOff = defer(() => work(takeWaiting())).pipe(
        repeat({ delay: () => (isWaiting() ? of(true) : EMPTY) }),
      );
      return source.pipe(
        tap((items) => {
          for (const item of items) (isUrgent(item) ? urgent : patient).set(keyOf(item), item);
        }),
        // What comes while a batch is in flight has been put where the running one looks when it is done.
        exhaustMap(() => (isWaiting() ? workOff : EMPTY)),
      );
    });
}
