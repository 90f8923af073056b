import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { NextHop, RemotePrefixState } from '../../../lib/dataplane/intent.ts';
import { sameState } from '../../../lib/dataplane/same-state.ts';

const way: NextHop = { address: '192.0.2.1', label: 100, encapsulations: [2, 8], hashOrder: 0 };
const state = (...nextHops: readonly NextHop[]): RemotePrefixState => ({
  kind: 'remote-prefix',
  instance: 1,
  prefix: '10.1.0.0/24',
  nextHops,
});

const OTHERS: readonly (readonly [what: string, other: RemotePrefixState])[] = [
  ['another prefix', { ...state(way), prefix: '10.2.0.0/24' }],
  ['no way', state()],
  ['a second way', state(way, { ...way, label: 101 })],
  ['another label', state({ ...way, label: 101 })],
  ['another encapsulation', state({ ...way, encapsulations: [2, 7] })],
  ['one encapsulation less', state({ ...way, encapsulations: [2] })],
];

test('states are the same if all that they hold is, in depth', () => {
  assert.ok(sameState(state(way), state({ ...way, encapsulations: [...way.encapsulations] })));
  assert.ok(sameState(state(), state()));
});

for (const [what, other] of OTHERS) {
  test(`${what} makes another state of it, whichever comes first`, () => {
    assert.not(sameState(state(way), other));
    assert.not(sameState(other, state(way)));
  });
}

test.run();
