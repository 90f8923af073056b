import { map } from 'rxjs';
import { test } from 'uvu';
import { retries, type Refusals } from '../../../streams/sinks/retries.ts';
import { marbles } from '../../support/marbles.ts';

const VALUES: Readonly<Record<string, Refusals>> = { o: 'none', s: 'same', n: 'new' };

test('pauses double up to a minute, as long as something is refused', () => {
  marbles(({ hot, expectObservable }, scheduler) => {
    const refusals$ = hot<Refusals>('o n 300s o', VALUES);
    // 1 + 2 + 4 + 8 + 16 + 32 s, and then every 60 s.
    const expected = '1001ms x 1999ms x 3999ms x 7999ms x 15999ms x 31999ms x 59999ms x 59999ms x';
    expectObservable(retries(refusals$, scheduler).pipe(map(() => 'x')), '200s !').toBe(expected);
  });
});

test('they begin anew for what is new, and there are none when nothing is refused any more', () => {
  marbles(({ hot, expectObservable }, scheduler) => {
    const refusals$ = hot<Refusals>('n 9999ms s 1999ms n 9999ms o', VALUES);
    const expected = '1s x 1999ms x 3999ms x 5999ms x 1999ms x 3999ms x';
    expectObservable(retries(refusals$, scheduler).pipe(map(() => 'x')), '60s !').toBe(expected);
  });
});

test.run();
