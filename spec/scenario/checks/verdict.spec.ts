import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Sighting } from './path.ts';
import { areLost, crosses, isSpread, pathsBy } from './verdict.ts';

const SERVICES = ['svm1', 'svm20', 'svm21'];
const ENDS = { from: 'vm1', to: 'vm2' };
const FIRST_TTL = 64;

interface Leg {
  readonly machine: string;
  readonly interfaces: readonly string[];
}

function at(
  way: Sighting['way'],
  machine: string,
  name: string,
  direction: 'in' | 'out',
  ttl: number,
): Sighting {
  return { machine, interface: name, direction, ttl, way, flow: 1 };
}

/** A flow that leaves `vm1`, and crosses these machines. */
function goes(...legs: readonly Leg[]): readonly Sighting[] {
  return [at('there', 'vm1', 'eth0', 'out', FIRST_TTL), ...crossing('there', legs)];
}

function crossing(way: Sighting['way'], legs: readonly Leg[]): readonly Sighting[] {
  return legs.flatMap(({ machine, interfaces }, index) =>
    interfaces.map((name, side) =>
      at(way, machine, name, side === 0 ? 'in' : 'out', FIRST_TTL - 1 - 2 * index - side),
    ),
  );
}

const SVM1 = { machine: 'svm1', interfaces: ['x1', 'h0'] };
const SVM20 = { machine: 'svm20', interfaces: ['h0', 'x2'] };
const SVM21 = { machine: 'svm21', interfaces: ['h0', 'x2'] };
const VM2 = { machine: 'vm2', interfaces: ['eth0'] };

function lost(
  sightings: readonly Sighting[],
  seenAt: readonly string[] | undefined,
  hasAsked = false,
): string {
  return areLost({ ...ENDS, seenAt }, SERVICES, sightings, hasAsked);
}

test('packets that were not sent are not lost', () => {
  assert.throws(() => lost([], undefined), /^nothing has left vm1$/);
  assert.throws(() => lost(crossing('there', [SVM1]), undefined), /^nothing has left vm1$/);
  assert.is(lost(goes(), undefined), 'seen at no service');
  // Nobody has told it where to send them.
  assert.is(lost([], [], true), 'seen at no service');
});

test('packets that arrive are not lost, though no answer comes back', () => {
  const arrived = goes(SVM1, SVM20, VM2);
  assert.throws(
    () => lost(arrived, undefined),
    /^vm2 is reached, though it is not heard; seen at svm1 .*, svm20 /,
  );
});

test('where packets may be seen that are lost', () => {
  assert.is(lost(goes(), []), 'seen at no service');
  assert.throws(() => lost(goes(SVM1), []), /^expected to be seen at no service, seen at svm1 \(x1 → h0\)$/);
  assert.is(lost(goes(SVM1), ['svm1']), 'seen at svm1 (x1 → h0)');
  assert.is(lost(goes({ machine: 'svm1', interfaces: ['x1'] }), ['svm1']), 'seen at svm1 (x1)');
  assert.throws(
    () => lost(goes(SVM1, SVM20), ['svm1']),
    /^expected to be seen at svm1, seen at svm1 .*, svm20 /,
  );
  assert.throws(() => lost(goes(), ['svm1']), /^expected to be seen at svm1, seen at no service$/);
  assert.throws(() => lost([], ['svm1'], true), /^expected to be seen at svm1, seen at no service$/);
});

test('the services that a packet crosses', () => {
  const [path] = [...pathsBy(SERVICES, 'there', goes(SVM1, SVM20, VM2)).values()];
  assert.is(crosses(path!, 'there', ['svm1', 'svm20']), 'svm1 (x1 → h0), svm20 (h0 → x2)');
  assert.throws(() => crosses(path!, 'there', ['svm1']), 'on the way there: expected svm1, seen at svm1');
  const [stuck] = [...pathsBy(SERVICES, 'there', goes({ machine: 'svm1', interfaces: ['x1'] })).values()];
  assert.throws(
    () => crosses(stuck!, 'there', ['svm1']),
    'on the way there: expected svm1, seen at svm1 (x1)',
  );
});

/** Flows of so many kinds, one after the other: each by these services. */
function spread(
  way: Sighting['way'],
  kinds: readonly (readonly Leg[])[],
  wanted?: readonly string[],
  least = 1,
): string {
  const sightings = kinds.flatMap((legs, flow) => crossing(way, legs).map((each) => ({ ...each, flow })));
  const check = { over: ['svm20', 'svm21'], through: wanted, back: wanted };
  return isSpread(check, way, [...kinds.keys()], pathsBy(SERVICES, way, sightings), least);
}

test('flows that are spread', () => {
  const flows = [
    [SVM1, SVM20],
    [SVM1, SVM21],
    [SVM1, SVM20],
  ];
  assert.is(spread('there', flows), 'svm20 2, svm21 1');
  assert.is(spread('there', flows, ['svm1', 'over']), 'svm20 2, svm21 1');
  assert.throws(
    () => spread('there', flows, ['over']),
    'on the way there: expected one of svm20, svm21, one of the flows seen at svm1 (x1 → h0), svm20 (h0 → x2)',
  );
  assert.throws(
    () => spread('there', flows, ['over', 'svm1']),
    'expected one of svm20, svm21, svm1, one of the flows',
  );
});

test('answers that only one of the instances attracts', () => {
  const answers = [
    [SVM20, SVM1],
    [SVM20, SVM1],
  ];
  assert.throws(
    () => spread('back', answers),
    'on the way back: svm20 2, svm21 0; expected 1 flows each at least',
  );
  assert.is(spread('back', [[], []], []), 'no service');
});

test('a flow at two instances does not hide one at none', () => {
  const both = [SVM1, SVM20, SVM21];
  assert.throws(() => spread('there', [both, [SVM1], [SVM20], [SVM21]]), 'one of the flows seen at svm1');
  assert.throws(() => spread('there', [[SVM1], [SVM20], [SVM21]]), 'one of the flows seen at svm1 (x1 → h0)');
  const stuck = { machine: 'svm20', interfaces: ['h0'] };
  assert.throws(() => spread('there', [[stuck], [SVM20], [SVM21]]), 'one of the flows seen at svm20 (h0)');
});

test.run();
