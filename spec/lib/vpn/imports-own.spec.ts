import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Confirmation, DataplaneState, Intent } from '../../../lib/dataplane/intent.ts';
import type { RouteTarget } from '../../../lib/net/route-target.ts';
import type { InstanceInput } from '../../../lib/vpn/instance-events.ts';
import { attachRequest, testInstance, type TestInstance } from '../../fixtures/instances.ts';
import { rt1, rt2 } from '../../fixtures/routes.ts';

/** What a VRF tells the dataplane of its route targets: whether it imports what it exports. */

function importsOwn(state: DataplaneState | undefined): boolean | undefined {
  return state?.kind === 'vrf' ? state.importsOwn : undefined;
}

/** Of the VRF, in what the instance asks for; the dataplane refuses endpoints if it is told to. */
function feed({ instance }: TestInstance, input: InstanceInput, isRefused = false): readonly unknown[] {
  const all: Intent[] = [];
  const inputs = [input];
  for (let next = inputs.shift(); next !== undefined; next = inputs.shift()) {
    for (const output of instance.step(next)) {
      if (output.type !== 'intents') continue;
      all.push(...output.intents);
      const confirmations = output.intents.map((intent): Confirmation => {
        const fault = { command: undefined, reason: 'no' };
        return { intent, fault: isRefused && intent.state?.kind === 'vrf-endpoint' ? fault : undefined };
      });
      inputs.push({ type: 'confirmations', confirmations });
    }
  }
  return all.filter(({ key }) => key === '1/vrf').map(({ state }) => importsOwn(state));
}

function attach(
  made: TestInstance,
  importTargets: readonly RouteTarget[],
  exportTargets: readonly RouteTarget[],
  isRefused = false,
): readonly unknown[] {
  const request = attachRequest('ipvpn', '10.0.0.1', { importTargets, exportTargets });
  return feed(made, { type: 'attach', request }, isRefused);
}

/** What the looking glass shows. */
function shown({ instance }: TestInstance): boolean | undefined {
  return importsOwn([...instance.states()][0]);
}

const CASES: readonly [
  imports: readonly RouteTarget[],
  exports: readonly RouteTarget[],
  expected: boolean,
][] = [
  [[rt1], [rt1], true],
  [[rt1], [rt2], false],
  [[rt1, rt2], [rt2], true],
  [[rt1], [rt1, rt2], true],
  [[rt1], [], false],
  [[], [rt1], false],
  [[], [], false],
];

for (const [imports, exports, expected] of CASES) {
  test(`a VRF imports ${imports.join(' and ') || 'nothing'}, exports ${exports.join(' and ') || 'nothing'}`, () => {
    const made = testInstance('ipvpn');
    assert.is(shown(made), false, 'nobody has said anything yet');
    assert.equal(attach(made, imports, exports), [expected]);
    assert.is(shown(made), expected);
  });
}

test('route targets change, and change back', () => {
  const made = testInstance('ipvpn');
  assert.equal(attach(made, [rt1], [rt1]), [true]);
  assert.equal(attach(made, [rt1], [rt2]), [false]);
  assert.is(shown(made), false);
  assert.equal(attach(made, [rt2], [rt2]), [true]);
  assert.is(shown(made), true);
});

test('an attachment that is refused leaves it as it was', () => {
  const made = testInstance('ipvpn');
  attach(made, [rt1], [rt1]);
  assert.equal(attach(made, [rt1], [rt2], true), [false, true]);
  assert.is(shown(made), true);
  assert.equal(attach(made, [rt2], [rt2], true), [true], 'there is nothing to take back');
  attach(made, [rt1], [rt2]);
  assert.equal(attach(made, [rt1], [rt1], true), [true, false]);
  assert.is(shown(made), false);
});

test('a first attachment that is refused leaves nothing', () => {
  assert.equal(attach(testInstance('ipvpn'), [rt1], [rt1], true), [true, undefined]);
});

test('while an attachment is in hand, the former state is shown', () => {
  const made = testInstance('ipvpn');
  const request = attachRequest('ipvpn', '10.0.0.1');
  made.instance.step({ type: 'attach', request });
  assert.is(shown(made), false);
});

test('an instance to which others redirect exports nothing', () => {
  const made = testInstance('ipvpn');
  assert.equal(feed(made, { type: 'open', importTargets: new Set([rt1]) }), [false]);
  assert.is(shown(made), false);
});

test.run();
