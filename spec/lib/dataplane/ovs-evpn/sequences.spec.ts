import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type EvpnState, intentKey, unwant, want } from '../../../../lib/dataplane/intent.ts';
import type { OvsEvpn } from '../../../../lib/dataplane/ovs-evpn/ovs-evpn.ts';
import {
  A,
  allLines,
  B,
  evi,
  flood,
  gateway,
  linesOf,
  LOCAL,
  localMac,
  neighbour,
  newProgram,
  pair,
  port,
  programWith,
  remote,
} from './scene.ts';

const instance = fc.integer({ min: 1, max: 3 });
const vni = fc.integer({ min: 101, max: 104 });
const vtep = fc.constantFrom(LOCAL, '10.77.0.2', '10.77.0.3');
const mac = fc.constantFrom(A, B);

const state: fc.Arbitrary<EvpnState> = fc.oneof(
  instance.map((number) => evi(100 + number, number)),
  fc
    .tuple(fc.constantFrom('tap1', 'tap2'), fc.constantFrom(10, 11, 12, undefined), instance)
    .map((words) => port(...words)),
  fc.tuple(mac, vtep, vni, instance).map((words) => remote(...words)),
  fc.tuple(fc.constantFrom('13.0.0.2', '2001:db8::2'), mac, instance).map((words) => neighbour(...words)),
  fc.tuple(vtep, vni, instance).map((words) => flood(...words)),
  instance.map((number) => localMac(A, number)),
  instance.map((number) => gateway('patch-x', number)),
  instance.map((number) => pair(number)),
);

const step = fc.record({ state, wanted: fc.boolean() });

/** Buckets have numbers by their history: what matters is which there are. */
function withoutNumbers(lines: readonly string[]): readonly string[] {
  return lines
    .map((line) => {
      const [group, ...buckets] = line.replaceAll(/bucket_id=\d+,/g, '').split(/,(?=bucket=)/);
      return [group, ...buckets.sort()].join(',');
    })
    .sort();
}

test('whatever was asked for in between, there is what is asked for in the end', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 80, size: 'max' }), fc.gen(), (steps, random) => {
      const program = newProgram();
      const accepted = new Map<string, EvpnState>();
      const bridge = new Map<string, readonly string[]>();
      for (const { state: each, wanted } of steps) {
        const { units, fault } = program.take(wanted ? want(each) : unwant(each));
        if (wanted && fault === undefined) accepted.set(intentKey(each), each);
        else accepted.delete(intentKey(each));
        for (const unit of units) bridge.set(unit, linesOf(program, unit));
      }
      const lines = allLines(program);
      assert.equal(
        [...bridge.values()].flat().sort(),
        [...lines].sort(),
        'units that were not named are as before',
      );
      const shuffled = [...accepted.values()]
        .map((each) => [random(fc.nat), each] as const)
        .sort(([a], [b]) => a - b)
        .map(([, each]) => each);
      assert.equal(withoutNumbers(lines), withoutNumbers(allLines(programWith(shuffled))));
      expectEmptied(program, shuffled, bridge);
    }),
    { numRuns: 500 },
  );
});

function expectEmptied(
  program: OvsEvpn,
  states: readonly EvpnState[],
  bridge: Map<string, readonly string[]>,
): void {
  for (const each of states) {
    for (const unit of program.take(unwant(each)).units) bridge.set(unit, linesOf(program, unit));
  }
  assert.equal([...bridge.values()].flat(), []);
  assert.equal([...program.units()], []);
  assert.is(program.ports().size, 0);
  for (const vlan of [10, 11, 12]) {
    assert.is(program.take(want(port('tap9', vlan, 9))).fault, undefined, 'no VLAN is kept');
    program.take(unwant(port('tap9', vlan, 9)));
  }
}

test.run();
