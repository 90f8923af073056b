import {
  delay,
  distinctUntilChanged,
  EMPTY,
  expand,
  filter,
  map,
  merge,
  type Observable,
  of,
  type SchedulerLike,
  skip,
  switchMap,
  take,
  timer,
} from 'rxjs';

/** What a dataplane has refused, after each batch; `new`: something of it was not refused before. */
export type Refusals = 'none' | 'same' | 'new';

/** In milliseconds. */
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 60_000;

/**
 * Emits when what was refused is to be tried again: after a second, and then after pauses that double, up to a minute. For
 * what is new they begin anew. `refusals$` is hot.
 */
export function retries(refusals$: Observable<Refusals>, scheduler: SchedulerLike): Observable<unknown> {
  const isNew$ = refusals$.pipe(
    filter((refusals) => refusals === 'new'),
    take(1),
    delay(FIRST_PAUSE, scheduler),
    map(() => FIRST_PAUSE),
  );
  return refusals$.pipe(
    map((refusals) => refusals !== 'none'),
    distinctUntilChanged(),
    switchMap((isRefused) =>
      isRefused
        ? of(FIRST_PAUSE).pipe(
            expand((pause) =>
              merge(timer(pause, scheduler).pipe(map(() => pause)), isNew$).pipe(
                take(1),
                map((paused) => Math.min(2 * paused, LONGEST_PAUSE)),
              ),
            ),
            skip(1),
          )
        : EMPTY,
    ),
  );
}
