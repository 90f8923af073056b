import { defer, EMPTY, exhaustMap, type ObservableInput, of, type OperatorFunction, repeat, tap } from 'rxjs';

/**
 * Hands items to `work` in batches, one batch in flight. While it runs, the next one fills: of items with the same key
 * the newest one stays, so that what waits is bounded by objects and not by events.
 *
 *     items ──► waiting (by key) ──► work ──► results
 *                    ▲                 │
 *                    └── when done ◄───┘
 *
 * Completes when the source has completed and nothing waits any more. `work` must not fail.
 */
export function batchInto<T, R>(
  keyOf: (item: T) => string,
  work: (batch: readonly T[]) => ObservableInput<R>,
): OperatorFunction<readonly T[], R> {
  return (source) =>
    defer(() => {
      let waiting = new Map<string, T>();
      const takeWaiting = (): readonly T[] => {
        const batch = [...waiting.values()];
        waiting = new Map();
        return batch;
      };
      const workOff = defer(() => work(takeWaiting())).pipe(
        repeat({ delay: () => (waiting.size > 0 ? of(true) : EMPTY) }),
      );
      return source.pipe(
        tap((items) => {
          for (const item of items) waiting.set(keyOf(item), item);
        }),
        // What comes while a batch is in flight has been put where the running one looks when it is done.
        exhaustMap(() => (waiting.size > 0 ? workOff : EMPTY)),
      );
    });
}
