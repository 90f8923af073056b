import { map, type Observable, of, timer } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { batchInto } from '../../../streams/sinks/batch.ts';

interface Item {
  readonly key: string;
  readonly value: number;
}

const a1 = { key: 'a', value: 1 };
const a2 = { key: 'a', value: 2 };
const b1 = { key: 'b', value: 1 };
const c1 = { key: 'c', value: 1 };

const text = (batch: readonly Item[]): string => batch.map(({ key, value }) => `${key}${value}`).join(' ');

function scheduler(): TestScheduler {
  return new TestScheduler((actual, expected) => assert.equal(actual, expected));
}

/** Each batch takes five frames and answers with its own text. */
const fiveFrames = (batch: readonly Item[]): Observable<string> => timer(5).pipe(map(() => text(batch)));

test('one batch in flight; the next one fills meanwhile, of each key the newest', () => {
  scheduler().run(({ hot, expectObservable, expectSubscriptions }) => {
    const source = hot<readonly Item[]>('  a-bcd-----e--|', {
      a: [a1],
      b: [a1, b1],
      c: [a2],
      d: [c1],
      e: [b1],
    });
    const expected = '                    -----x----y----(z|)';
    expectObservable(source.pipe(batchInto((item) => item.key, fiveFrames))).toBe(expected, {
      x: 'a1',
      y: 'a2 b1 c1',
      z: 'b1',
    });
    expectSubscriptions(source.subscriptions).toBe('^------------!');
  });
});

test('what waits when the source completes is still carried out', () => {
  scheduler().run(({ hot, expectObservable }) => {
    const source = hot<readonly Item[]>('a-(b|)', { a: [a1], b: [b1] });
    expectObservable(source.pipe(batchInto((item) => item.key, fiveFrames))).toBe('-----x----(y|)', {
      x: 'a1',
      y: 'b1',
    });
  });
});

test('what is urgent is in the next batch; of the rest as many as there is room for, the oldest first', () => {
  scheduler().run(({ hot, expectObservable }) => {
    const source = hot<readonly Item[]>('a-b|', { a: [a1], b: [b1, c1, a2, { key: 'urgent', value: 1 }] });
    const expected = '                   -----x----y----(z|)';
    const limits = { most: 2, isUrgent: ({ key }: Item) => key === 'urgent' };
    expectObservable(source.pipe(batchInto((item) => item.key, fiveFrames, limits))).toBe(expected, {
      x: 'a1',
      y: 'urgent1 b1',
      z: 'c1 a2',
    });
  });
});

test('nothing to do is no batch', () => {
  scheduler().run(({ hot, expectObservable }) => {
    const source = hot<readonly Item[]>('a--b--|', { a: [], b: [a1] });
    expectObservable(source.pipe(batchInto((item) => item.key, fiveFrames))).toBe('--------(x|)', {
      x: 'a1',
    });
  });
});

test('the end of the subscriber ends the batch in flight', () => {
  scheduler().run(({ hot, cold, expectObservable, expectSubscriptions }) => {
    const work = cold('-----x|', { x: 'done' });
    const source = hot<readonly Item[]>('a------', { a: [a1] });
    expectObservable(
      source.pipe(
        batchInto(
          (item) => item.key,
          () => work,
        ),
      ),
      '^--!',
    ).toBe('----');
    expectSubscriptions(work.subscriptions).toBe('^--!');
    expectSubscriptions(source.subscriptions).toBe('^--!');
  });
});

test('work that answers at once keeps the order, also when an answer brings more work', () => {
  const seen: string[] = [];
  scheduler().run(({ hot, flush }) => {
    const source = hot<readonly Item[]>('ab|', { a: [a1], b: [a2, b1] });
    source
      .pipe(
        batchInto(
          (item) => item.key,
          (batch) => of(text(batch)),
        ),
      )
      .subscribe((answer) => seen.push(answer));
    flush();
  });
  assert.equal(seen, ['a1', 'a2 b1']);
});

test.run();
