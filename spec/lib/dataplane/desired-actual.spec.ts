import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DesiredActual } from '../../../lib/dataplane/desired-actual.ts';

test('what is wanted is pending until it is observed', () => {
  const state = new DesiredActual<string, number>();
  state.want('a', 1);
  assert.equal([...state.pending()], ['a']);
  state.observe('a', 1);
  assert.equal([...state.pending()], []);
});

test('a burst of changes to one object is one pending object, and none if it ends where it began', () => {
  const state = new DesiredActual<string, number>();
  state.observe('a', 1);
  for (const value of [1, 2, 3, 2, undefined, 4]) state.want('a', value);
  assert.equal([...state.pending()], ['a']);
  state.want('a', 1);
  assert.equal([...state.pending()], []);
});

test('what exists and is not wanted is pending', () => {
  const state = new DesiredActual<string, number>();
  state.observe('a', 1);
  assert.ok(state.isPending('a'));
  state.observe('a', undefined);
  assert.not(state.isPending('a'));
});

test('what is in doubt is pending, wanted or not', () => {
  const state = new DesiredActual<string, number>();
  state.want('a', 1);
  state.doubt('a', 1);
  assert.ok(state.isPending('a'));
  state.want('a', undefined);
  assert.ok(state.isPending('a'));
  assert.is(state.actual('a'), 1);
  state.observe('a', undefined);
  assert.not(state.isPending('a'));
});

test('a dump replaces what it speaks for', () => {
  const state = new DesiredActual<string, number>();
  state.observe('small', 1);
  state.observe('large', 100);
  state.replaceActual([['other', 2]], (value) => value < 10);
  assert.equal(
    [...state.actualEntries()],
    [
      ['large', 100],
      ['other', 2],
    ],
  );
});

test('property: pending is the difference, whatever happened before', () => {
  const key = fc.constantFrom('a', 'b', 'c');
  const value = fc.option(fc.integer({ min: 0, max: 2 }), { nil: undefined });
  const step = fc.oneof(
    fc.record({ type: fc.constant('want' as const), key, value }),
    fc.record({ type: fc.constant('observe' as const), key, value }),
    fc.record({ type: fc.constant('replace' as const), found: fc.array(fc.tuple(key, fc.nat(2))) }),
  );
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const state = new DesiredActual<string, number>();
      const desired = new Map<string, number | undefined>();
      let actual = new Map<string, number | undefined>();
      for (const one of steps) {
        if (one.type === 'want') {
          state.want(one.key, one.value);
          desired.set(one.key, one.value);
        } else if (one.type === 'observe') {
          state.observe(one.key, one.value);
          actual.set(one.key, one.value);
        } else {
          state.replaceActual(one.found);
          actual = new Map(one.found);
        }
      }
      const difference = ['a', 'b', 'c'].filter((name) => desired.get(name) !== actual.get(name));
      assert.equal([...state.pending()].sort(), difference);
    }),
  );
});

test.run();
