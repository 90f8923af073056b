import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { want, type DataplaneState, type Intent } from '../../../lib/dataplane/intent.ts';
import { BestPathTable } from '../../../lib/rib/best-path.ts';
import type { Route } from '../../../lib/rib/route.ts';
import { DerivedStates } from '../../../lib/vpn/derived-states.ts';
import { VRF } from '../../../lib/vpn/vrf.ts';
import { testInstance } from '../../fixtures/instances.ts';
import { pe1, pe2, vpnv4Route, withdrawn } from '../../fixtures/routes.ts';

const { setup } = testInstance('ipvpn');
const near = vpnv4Route('10.1.0.0/24', { nextHop: pe1, values: { localPref: 200 } });
const far = vpnv4Route('10.1.0.0/24', { nextHop: pe2, rd: '192.0.2.2:1' });
const other = vpnv4Route('10.2.0.0/24', { nextHop: pe1 });

/** Feeds route changes through a table, as an instance does. */
function scene(): {
  readonly states: DerivedStates;
  readonly feed: (...routes: Route[]) => readonly Intent[];
} {
  const table = new BestPathTable(VRF.policy(setup));
  const statesOf = (best: readonly Route[], entry: string): readonly DataplaneState[] =>
    VRF.remoteStates(
      { setup, endpoints: testInstance('ipvpn').instance.endpoints, warn: () => undefined },
      best,
      entry,
    );
  const states = new DerivedStates(table, statesOf);
  const known = new Map<string, Route>();
  return {
    states,
    feed: (...routes) => {
      const changes = routes.map((route) => {
        const before = known.get(route.key);
        const after = (route as { attributes?: unknown }).attributes === undefined ? undefined : route;
        if (after === undefined) known.delete(route.key);
        else known.set(route.key, after);
        return { before, after };
      });
      const intents: Intent[] = [];
      for (const change of table.reduce(changes)) {
        states.replace(change, statesOf(change.best, change.entry), intents);
      }
      return intents;
    },
  };
}

const toNear: DataplaneState = {
  kind: 'remote-prefix',
  instance: setup.number,
  prefix: '10.1.0.0/24',
  nextHops: [{ address: pe1, label: 100, encapsulations: [], hashOrder: 0 }],
};
const gone = (route: Route): Route => withdrawn(route) as Route;

test('a prefix is wanted, gets another next hop, and is wanted no more', () => {
  const { feed, states } = scene();
  assert.equal(
    feed(far).map(({ state }) => state?.kind),
    ['remote-prefix'],
  );
  assert.equal(feed(near), [want(toNear)]);
  assert.equal([...states.states()], [toNear]);
  assert.equal(feed(gone(near)).length, 1);
  assert.equal(
    feed(gone(far)).map(({ state }) => state),
    [undefined],
  );
  assert.equal([...states.states()], []);
});

test('a route that changes nothing for the dataplane asks for nothing', () => {
  const { feed } = scene();
  feed(near);
  assert.equal(feed(far), [], 'worse');
  assert.equal(feed(vpnv4Route('10.1.0.0/24', { nextHop: pe1, values: { localPref: 300 } })), []);
});

test('clear takes back all that is wanted', () => {
  const { feed, states } = scene();
  feed(near, far, other);
  assert.equal(
    states.clear().map(({ key, state }) => [key, state]),
    [
      ['1/remote-prefix/10.1.0.0/24', undefined],
      ['1/remote-prefix/10.2.0.0/24', undefined],
    ],
  );
});

test.run();
