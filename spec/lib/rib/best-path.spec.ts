import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BestPathTable, selectBest, type BestPathPolicy } from '../../../lib/rib/best-path.ts';
import { HIGHER_LOCAL_PREF, LOWER_BYTES } from '../../../lib/rib/preference.ts';
import type { Route, RouteChange } from '../../../lib/rib/route.ts';
import { reflector1, reflector2, vpnv4Route } from '../../fixtures/routes.ts';

/** Routes compete by prefix: the key without the RD, which stands after the length. */
const entryOf = ({ key }: Route): string => key[0]! + key.slice(9);
const single: BestPathPolicy = {
  entriesOf: (route) => [entryOf(route)],
  rules: [HIGHER_LOCAL_PREF],
  tieBreak: [LOWER_BYTES],
};
const multipath: BestPathPolicy = { ...single, tieBreak: undefined };

function route(rd: number, localPref = 100, source = reflector1): Route {
  return vpnv4Route('10.1.0.0/24', { source, rd: `192.0.2.1:${rd}`, values: { localPref } });
}
const add = (after: Route): RouteChange => ({ before: undefined, after });
const remove = (before: Route): RouteChange => ({ before, after: undefined });

const a = route(1);
const sameFromOther = route(1, 100, reflector2);
const better = route(2, 200);
const worse = route(3, 50);
const equal = route(4);
const aBetter = route(1, 300);
const aWorse = route(1, 10);

type Step = [
  name: string,
  changes: readonly RouteChange[],
  added: readonly Route[],
  removed: readonly Route[],
];

/** Each scenario is a list of events on one entry, with what is new among the best and what is not any more. */
const scenarios: Record<string, { policy: BestPathPolicy; steps: readonly Step[] }> = {
  'one route': {
    policy: multipath,
    steps: [
      ['first', [add(a)], [a], []],
      ['last', [remove(a)], [], [a]],
    ],
  },
  'a better and a worse one': {
    policy: multipath,
    steps: [
      ['first', [add(a)], [a], []],
      ['better', [add(better)], [better], [a]],
      ['worse', [add(worse)], [], []],
      ['worse goes', [remove(worse)], [], []],
      ['best goes', [remove(better)], [a], [better]],
    ],
  },
  'equal ones with ECMP': {
    policy: multipath,
    steps: [
      ['first', [add(a)], [a], []],
      ['equal', [add(equal)], [equal], []],
      ['the same from another source', [add(sameFromOther)], [sameFromOther], []],
      ['one goes', [remove(a)], [], [a]],
      ['the others go', [remove(equal), remove(sameFromOther)], [], [equal, sameFromOther]],
    ],
  },
  'equal ones without ECMP': {
    policy: single,
    steps: [
      ['first', [add(a)], [a], []],
      ['equal, higher RD', [add(equal)], [], []],
      ['best goes', [remove(a)], [equal], [a]],
    ],
  },
  replacement: {
    policy: multipath,
    steps: [
      ['first', [add(a), add(equal)], [a, equal], []],
      ['replaced by a better one', [{ before: a, after: aBetter }], [aBetter], [a, equal]],
      ['replaced by a worse one', [{ before: aBetter, after: aWorse }], [equal], [aBetter]],
    ],
  },
};

for (const [name, { policy, steps }] of Object.entries(scenarios)) {
  test(name, () => {
    const table = new BestPathTable(policy);
    let before: readonly Route[] = [];
    for (const [step, changes, added, removed] of steps) {
      const result = table.reduce(changes);
      assert.is(result.length, added.length + removed.length > 0 ? 1 : 0, `${step}: only changes are told`);
      const best = result[0]?.best ?? before;
      assert.equal(without(best, before), [...added].sort(byKey), `${step}: added`);
      assert.equal(without(before, best), [...removed].sort(byKey), `${step}: removed`);
      before = best;
    }
  });
}

test('the loser can be asked why', () => {
  const table = new BestPathTable(single);
  table.reduce([add(a), add(better), add(equal)]);
  assert.is(table.whyNotBest(entryOf(a), a), 'local-pref-lower');
  assert.is(table.whyNotBest(entryOf(a), better), undefined);
  table.reduce([remove(better)]);
  assert.is(table.whyNotBest(entryOf(a), equal), 'tie-break');
});

/** A random history of announcements and withdrawals of a few routes in two entries. */
const history = fc.array(
  fc.record({
    prefix: fc.constantFrom('10.1.0.0/24', '10.2.0.0/24'),
    rd: fc.integer({ min: 1, max: 4 }),
    source: fc.constantFrom(reflector1, reflector2),
    localPref: fc.option(fc.constantFrom(50, 100, 200), { nil: undefined }),
  }),
  { maxLength: 40 },
);

for (const [name, policy] of [
  ['single', single],
  ['multipath', multipath],
] as const) {
  test(`property: what is folded is what a look at all routes gives (${name})`, () => {
    fc.assert(
      fc.property(history, (events) => {
        const table = new BestPathTable(policy);
        const present = new Map<string, Route>();
        const best = new Map<string, readonly Route[]>();
        for (const { prefix, rd, source, localPref } of events) {
          const values = localPref === undefined ? {} : { localPref };
          const announced = vpnv4Route(prefix, { source, rd: `192.0.2.1:${rd}`, values });
          const id = `${source.name} ${announced.key}`;
          const before = present.get(id);
          const after = localPref === undefined ? undefined : announced;
          if (after === undefined) present.delete(id);
          else present.set(id, after);
          if (before === undefined && after === undefined) continue;
          for (const change of table.reduce([{ before, after }])) best.set(change.entry, change.best);
        }
        for (const prefix of ['10.1.0.0/24', '10.2.0.0/24']) {
          const entry = entryOf(vpnv4Route(prefix));
          const candidates = [...present.values()].filter((each) => entryOf(each) === entry);
          const expected = [...selectBest(policy, candidates)].sort(byKey);
          assert.equal([...table.bestOf(entry)].sort(byKey), expected, 'table');
          assert.equal([...(best.get(entry) ?? [])].sort(byKey), expected, 'the changes added up');
        }
      }),
    );
  });
}

function without(routes: readonly Route[], others: readonly Route[]): readonly Route[] {
  return routes.filter((route) => !others.includes(route)).sort(byKey);
}

function byKey(x: Route, y: Route): number {
  const [p, q] = [x, y].map(({ source, key }) => `${source.name} ${key}`) as [string, string];
  return p < q ? -1 : p > q ? 1 : 0;
}

test.run();
