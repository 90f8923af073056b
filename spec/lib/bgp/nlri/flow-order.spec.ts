import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { encodeFlowComponents, type FlowComponent } from '../../../../lib/bgp/nlri/flow-component.ts';
import { compareFlowRules } from '../../../../lib/bgp/nlri/flow-order.ts';
import { flowComponents } from '../arbitraries.ts';

const to = (prefix: string): FlowComponent => ({ type: 'destination', prefix });
const from = (prefix: string): FlowComponent => ({ type: 'source', prefix });
const is = (type: 'protocol' | 'port' | 'destination-port', ...values: number[]): FlowComponent => ({
  type,
  matches: values.map((value) => ({ and: false, operator: 1, value })),
});

type Rules = readonly FlowComponent[];

/** The first goes before the second. */
const TABLE: readonly (readonly [name: string, first: Rules, second: Rules])[] = [
  [
    'a component that the other does not have',
    [is('port', 25), is('destination-port', 25)],
    [is('port', 25)],
  ],
  ['something before nothing', [is('destination-port', 25)], []],
  ['the lower type', [to('10.0.0.0/8')], [from('10.0.0.0/32'), is('protocol', 6)]],
  [
    'the lower type after what is the same',
    [to('10.0.0.0/8'), is('protocol', 6)],
    [to('10.0.0.0/8'), is('port', 25)],
  ],
  ['of overlapping prefixes the longer', [to('10.1.0.0/16')], [to('10.0.0.0/8')]],
  ['the longer source', [from('10.1.0.0/16')], [from('10.0.0.0/8')]],
  ['of other prefixes the lower', [to('10.0.0.0/8')], [to('11.1.0.0/16')]],
  ['the lower, although the other looks smaller', [to('9.0.0.0/8')], [to('10.0.0.0/7')]],
  ['from the highest bit on', [to('127.0.0.0/8')], [to('192.0.2.0/24')]],
  ['a host before everything', [to('192.0.2.1/32')], [to('0.0.0.0/0')]],
  ['the prefix before what follows it', [to('10.1.0.0/16')], [to('10.0.0.0/8'), is('protocol', 6)]],
  ['the lower value', [is('port', 25)], [is('port', 26)]],
  ['by bytes: the end of the list is the highest bit of the operator', [is('port', 26, 1)], [is('port', 25)]],
  ['by bytes: a short value before a long one', [is('port', 255)], [is('port', 256)]],
];

for (const [name, first, second] of TABLE) {
  test(name, () => {
    assert.ok(compareFlowRules(first, second) < 0);
    assert.ok(compareFlowRules(second, first) > 0);
  });
}

test('the bits beyond the length of a prefix count for nothing', () => {
  assert.is(compareFlowRules([to('10.1.2.3/16')], [to('10.1.0.0/16')]), 0);
});

test('the order in which components are written counts for nothing', () => {
  const rules = [to('10.0.0.0/8'), is('protocol', 6), is('port', 25)];
  assert.is(compareFlowRules(rules, [...rules].reverse()), 0);
});

/** Few values, so that rules agree for some way. */
const alike: fc.Arbitrary<Rules> = fc
  .subarray([
    fc.constantFrom('0.0.0.0/0', '10.0.0.0/8', '10.1.0.0/16', '10.1.2.0/24', '11.0.0.0/8').map(to),
    fc.constantFrom('10.0.0.0/8', '10.0.0.0/9', '10.128.0.0/9').map(from),
    fc
      .array(fc.constantFrom(6, 17), { minLength: 1, maxLength: 2 })
      .map((values) => is('protocol', ...values)),
    fc.array(fc.constantFrom(1, 256), { minLength: 1, maxLength: 3 }).map((values) => is('port', ...values)),
  ])
  .chain((parts) => fc.tuple(...parts));
const rules = fc.oneof(alike, flowComponents);

test('it is a total order: antisymmetric, transitive, and 0 only for the same rules', () => {
  fc.assert(
    fc.property(rules, rules, rules, (a, b, c) => {
      const sign = (x: Rules, y: Rules): number => Math.sign(compareFlowRules(x, y));
      assert.is(sign(a, b) + sign(b, a), 0);
      assert.is(sign(a, b) === 0, encodeFlowComponents(a).equals(encodeFlowComponents(b)));
      if (sign(a, b) <= 0 && sign(b, c) <= 0) assert.ok(sign(a, c) <= 0);
    }),
    { numRuns: 3000 },
  );
});

test('whoever means less of the same prefixes goes first', () => {
  const sorted = [[], [to('10.0.0.0/8')], [to('10.1.0.0/16')], [to('10.1.0.0/16'), is('port', 25)]].sort(
    compareFlowRules,
  );
  assert.equal(sorted, [[to('10.1.0.0/16'), is('port', 25)], [to('10.1.0.0/16')], [to('10.0.0.0/8')], []]);
});

test.run();
