import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { VPNV4 } from '../../../lib/bgp/family.ts';
import {
  RouteIndex,
  subscriber,
  type Steps,
  type Subscriber,
  type TargetSet,
} from '../../../lib/rib/route-index.ts';
import type { Publication, Route, RouteSource } from '../../../lib/rib/route.ts';
import {
  reflector1,
  reflector2,
  rt1,
  rt2,
  rt3,
  vpnv4Route,
  vrf1,
  vrf2,
  withdrawn,
} from '../../fixtures/routes.ts';

const sources: readonly RouteSource[] = [reflector1, reflector2, vrf1, vrf2];

const targets = fc.subarray([rt1, rt2, rt3]);
const publications: fc.Arbitrary<Publication> = fc
  .record({
    source: fc.constantFrom(...sources),
    prefix: fc.constantFrom('10.1.0.0/24', '10.2.0.0/24', '10.3.0.0/24'),
    targets,
    label: fc.integer({ min: 100, max: 101 }),
    gone: fc.boolean(),
  })
  .map(({ gone, prefix, ...options }) =>
    (gone ? withdrawn : (same: Route) => same)(vpnv4Route(prefix, options)),
  );

type Event =
  | { readonly publish: Publication }
  | { readonly lose: RouteSource }
  | { readonly who: number; readonly targets: TargetSet };

const events: fc.Arbitrary<readonly Event[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: publications.map((publish) => ({ publish })) },
    { weight: 1, arbitrary: fc.constantFrom(...sources).map((lose) => ({ lose })) },
    {
      weight: 3,
      arbitrary: fc.record({
        who: fc.integer({ min: 0, max: sources.length - 1 }),
        targets: fc.oneof(
          fc.constant<TargetSet>('all'),
          targets.map((list): TargetSet => new Set(list)),
        ),
      }),
    },
  ),
  { maxLength: 60 },
);

/** What a subscriber should have, from scratch. */
function expected(present: Iterable<Route>, { source, targets: wanted }: Subscriber): readonly Route[] {
  return [...present].filter(
    (route) =>
      route.source !== source &&
      !(route.source.kind === 'peer' && source.kind === 'peer') &&
      (wanted === 'all' || route.attributes.routeTargets.some((target) => wanted.has(target))),
  );
}

test('property: the changes that a subscriber is owed add up to the routes that match', () => {
  fc.assert(
    fc.property(events, (list) => {
      const index = new RouteIndex(() => undefined);
      const members = sources.map((source) => subscriber(source, VPNV4));
      const held = members.map(() => new Map<string, Route>());
      const present = new Map<string, Route>();
      for (const event of list) {
        if ('publish' in event) {
          index.publish(event.publish);
          const id = `${event.publish.source.name} ${event.publish.key}`;
          if (event.publish.attributes === undefined) present.delete(id);
          else present.set(id, event.publish as Route);
        } else if ('lose' in event) {
          finish(index.withdrawAll(event.lose));
          for (const [id, route] of present) if (route.source === event.lose) present.delete(id);
        } else {
          finish(index.retarget(members[event.who]!, event.targets));
        }
        for (const [number, member] of members.entries()) hold(held[number]!, member);
      }
      for (const [number, member] of members.entries()) {
        const facts = (routes: Iterable<Route>): readonly string[] =>
          Array.from(routes, ({ source, key, payload, attributes }) =>
            [source.name, key, String(payload), attributes.raw].join(' '),
          ).sort();
        assert.equal(facts(held[number]!.values()), facts(expected(present.values(), member)));
      }
    }),
    { numRuns: 300 },
  );
});

function finish(steps: Steps): void {
  while (steps.next().done !== true);
}

/** Applies what a subscriber is owed, as a subscriber would: a change must fit what it has. */
function hold(held: Map<string, Route>, member: Subscriber): void {
  for (const { before, after } of member.pending) {
    const { source, key } = (after ?? before)!;
    const id = `${source.name} ${key}`;
    assert.is(
      held.get(id)?.attributes.raw,
      before?.attributes.raw,
      'takes back what it has, and nothing else',
    );
    if (after === undefined) held.delete(id);
    else held.set(id, after);
  }
  member.pending = [];
}

test('interest in a target is told with the first subscription and with the last', () => {
  const told: string[] = [];
  const index = new RouteIndex((target, wanted) => told.push(`${wanted ? '+' : '-'}${target}`));
  const [first, second] = [subscriber(vrf1, VPNV4), subscriber(vrf2, VPNV4)];
  for (const member of [first, second]) finish(index.retarget(member, new Set([rt1])));
  index.close(first);
  assert.equal(told, ['+64512:1']);
  index.close(second);
  assert.equal(told, ['+64512:1', '-64512:1']);
  assert.is(index.subscriptionCount, 0);
  assert.is(index.targetCount, 0);
});

test('targets that no route has and nobody wants are forgotten', () => {
  const index = new RouteIndex(() => undefined);
  const member = subscriber(vrf1, VPNV4);
  const route = vpnv4Route('10.1.0.0/24', { targets: [rt1, rt2] });
  finish(index.retarget(member, new Set([rt2, rt3])));
  index.publish(route);
  assert.is(index.targetCount, 3);
  finish(index.retarget(member, new Set([rt3])));
  assert.is(index.targetCount, 3);
  index.publish(withdrawn(route));
  assert.is(index.targetCount, 1);
  index.close(member);
  assert.is(index.targetCount, 0);
});

test.run();
