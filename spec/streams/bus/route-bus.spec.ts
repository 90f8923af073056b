import { concat, map, NEVER, of, type Observable } from 'rxjs';
import type { RunHelpers, TestScheduler } from 'rxjs/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { EVPN, VPNV4 } from '../../../lib/bgp/family.ts';
import type { TargetSet } from '../../../lib/rib/route-index.ts';
import type { Publication, Route, RouteChange } from '../../../lib/rib/route.ts';
import { RouteBus } from '../../../streams/bus/route-bus.ts';
import { marbles } from '../../support/marbles.ts';
import {
  macRoute,
  pe2,
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

const a = vpnv4Route('10.1.0.0/24');
const aWithOtherLabel = vpnv4Route('10.1.0.0/24', { label: 200 });
const aMoved = vpnv4Route('10.1.0.0/24', { targets: [rt2] });
const aWithBoth = vpnv4Route('10.1.0.0/24', { targets: [rt1, rt2] });
const aFromOther = vpnv4Route('10.1.0.0/24', { source: reflector2 });
const b = vpnv4Route('10.2.0.0/24', { targets: [rt2], nextHop: pe2 });

const gains = (after: Route): RouteChange => ({ before: undefined, after });
const loses = (before: Route): RouteChange => ({ before, after: undefined });
const replaces = (before: Route, after: Route): RouteChange => ({ before, after });

interface Scene {
  readonly bus: RouteBus;
  /** Publishes the arrays of the marbles as they come. */
  readonly publish: (diagram: string, values: Record<string, readonly Publication[]>) => void;
  readonly targets: (diagram: string, values: Record<string, TargetSet>) => Observable<TargetSet>;
  readonly helpers: RunHelpers;
}

function scene(play: (scene: Scene) => void): void {
  marbles((helpers, scheduler) => {
    const bus = busOn(scheduler);
    play({
      bus,
      helpers,
      publish: (diagram, values) =>
        void helpers.hot(diagram, values).subscribe((publications) => bus.publish(publications)),
      targets: (diagram, values) => helpers.hot(diagram, values),
    });
  });
}

function busOn(scheduler: TestScheduler): RouteBus {
  return new RouteBus({ defer: (work) => void scheduler.schedule(work), scheduler });
}

const one: TargetSet = new Set([rt1]);
const two: TargetSet = new Set([rt2]);
const both: TargetSet = new Set([rt1, rt2]);
const none: TargetSet = new Set();

test('a route that arrives before the subscription is given to it', () => {
  scene(({ bus, publish, targets, helpers: { expectObservable } }) => {
    publish('           a-----', { a: [a, b] });
    const wanted = targets('---t--', { t: one });
    expectObservable(bus.subscribeTo(vrf1, VPNV4, wanted)).toBe('---x--', { x: [gains(a)] });
  });
});

test('a route that arrives after the subscription is given to it', () => {
  scene(({ bus, publish, targets, helpers: { expectObservable } }) => {
    const wanted = targets('t-----', { t: one });
    publish('           --a-b-', { a: [a], b: [b] });
    expectObservable(bus.subscribeTo(vrf1, VPNV4, wanted)).toBe('--x---', { x: [gains(a)] });
  });
});

test('a target that is added brings its routes, one that is removed takes them back', () => {
  scene(({ bus, publish, targets, helpers: { expectObservable } }) => {
    publish('           a--------', { a: [a, b] });
    const wanted = targets('-t--u--v-', { t: one, u: both, v: two });
    expectObservable(bus.subscribeTo(vrf1, VPNV4, wanted)).toBe('-x--y--z-', {
      x: [gains(a)],
      y: [gains(b)],
      z: [loses(a)],
    });
  });
});

test('a target that is removed leaves the routes that another one brings', () => {
  scene(({ bus, publish, targets, helpers: { expectObservable } }) => {
    publish('           a--------', { a: [aWithBoth] });
    const wanted = targets('-t--u--v-', { t: both, u: two, v: none });
    expectObservable(bus.subscribeTo(vrf1, VPNV4, wanted)).toBe('-x-----z-', {
      x: [gains(aWithBoth)],
      z: [loses(aWithBoth)],
    });
  });
});

test('other targets altogether: first what goes, then what comes', () => {
  scene(({ bus, publish, targets, helpers: { expectObservable } }) => {
    publish('           a----', { a: [a, b] });
    const wanted = targets('-t-u-', { t: one, u: two });
    expectObservable(bus.subscribeTo(vrf1, VPNV4, wanted)).toBe('-x-y-', {
      x: [gains(a)],
      y: [loses(a), gains(b)],
    });
  });
});

test('from all routes to some, and back', () => {
  scene(({ bus, publish, targets, helpers: { expectObservable } }) => {
    publish('           a------', { a: [a, b] });
    const wanted = targets('-t-u-v-', { t: 'all', u: two, v: 'all' });
    expectObservable(bus.subscribeTo(vrf1, VPNV4, wanted)).toBe('-x-y-z-', {
      x: [gains(a), gains(b)],
      y: [loses(a)],
      z: [gains(a)],
    });
  });
});

test('a route announced again with another label takes the place of the former', () => {
  scene(({ bus, publish, targets, helpers: { expectObservable } }) => {
    const wanted = targets('t-----', { t: one });
    publish('           -a-b--', { a: [a], b: [aWithOtherLabel] });
    expectObservable(bus.subscribeTo(vrf1, VPNV4, wanted)).toBe('-x-y--', {
      x: [gains(a)],
      y: [replaces(a, aWithOtherLabel)],
    });
  });
});

test('a route announced again as it was is not told', () => {
  scene(({ bus, publish, targets, helpers: { expectObservable } }) => {
    const wanted = targets('t-----', { t: one });
    publish('           -a-b--', { a: [a], b: [vpnv4Route('10.1.0.0/24')] });
    expectObservable(bus.subscribeTo(vrf1, VPNV4, wanted)).toBe('-x----', { x: [gains(a)] });
  });
});

test('a route whose targets change goes from one subscriber to the other, and is replaced for who has both', () => {
  scene(({ bus, publish, targets, helpers: { expectObservable } }) => {
    publish('             -a-b-', { a: [a], b: [aMoved] });
    const wantedOne = targets('t----', { t: one });
    const wantedTwo = targets('t----', { t: two });
    const wantedBoth = targets('t----', { t: both });
    expectObservable(bus.subscribeTo(vrf1, VPNV4, wantedOne)).toBe('-x-y-', { x: [gains(a)], y: [loses(a)] });
    expectObservable(bus.subscribeTo(vrf2, VPNV4, wantedTwo)).toBe('---y-', { y: [gains(aMoved)] });
    expectObservable(bus.subscribeTo({ kind: 'local', name: 'VRF-3' }, VPNV4, wantedBoth)).toBe('-x-y-', {
      x: [gains(a)],
      y: [replaces(a, aMoved)],
    });
  });
});

test('a route with two targets that a subscriber wants reaches it once', () => {
  scene(({ bus, publish, targets, helpers: { expectObservable } }) => {
    const wanted = targets('t---', { t: both });
    publish('           -a-b', { a: [aWithBoth], b: [withdrawn(aWithBoth)] });
    expectObservable(bus.subscribeTo(vrf1, VPNV4, wanted)).toBe('-x-y', {
      x: [gains(aWithBoth)],
      y: [loses(aWithBoth)],
    });
  });
});

test('a withdrawal reaches those who had the route; one of an unknown route nobody', () => {
  scene(({ bus, publish, targets, helpers: { expectObservable } }) => {
    const wanted = targets('t-----', { t: one });
    publish('           -a-b-c', { a: [a], b: [withdrawn(a)], c: [withdrawn(a)] });
    expectObservable(bus.subscribeTo(vrf1, VPNV4, wanted)).toBe('-x-y--', { x: [gains(a)], y: [loses(a)] });
  });
});

test('a peer that is lost takes its routes along, and no others', () => {
  scene(({ bus, publish, targets, helpers: { expectObservable, hot } }) => {
    const wanted = targets('t----', { t: both });
    publish('           -a---', { a: [a, aFromOther, b] });
    hot('               ---l-').subscribe(() => bus.withdrawAll(reflector1));
    expectObservable(bus.subscribeTo(vrf1, VPNV4, wanted)).toBe('-x-y-', {
      x: [gains(a), gains(aFromOther), gains(b)],
      y: [loses(a), loses(b)],
    });
  });
});

test('two sources of one prefix are two routes', () => {
  scene(({ bus, publish, targets, helpers: { expectObservable } }) => {
    const wanted = targets('t------', { t: one });
    publish('           -a-b-c-', { a: [a], b: [aFromOther], c: [withdrawn(a)] });
    expectObservable(bus.subscribeTo(vrf1, VPNV4, wanted)).toBe('-x-y-z-', {
      x: [gains(a)],
      y: [gains(aFromOther)],
      z: [loses(a)],
    });
  });
});

test('a route goes neither back to its source nor from peer to peer', () => {
  const own = vpnv4Route('10.3.0.0/24', { source: vrf1 });
  scene(({ bus, publish, helpers: { expectObservable } }) => {
    const all = (): Observable<TargetSet> => concat(of('all' as const), NEVER);
    publish('-a-', { a: [a, own] });
    expectObservable(bus.subscribeTo(vrf1, VPNV4, all())).toBe('-x-', { x: [gains(a)] });
    expectObservable(bus.subscribeTo(vrf2, VPNV4, all())).toBe('-x-', { x: [gains(a), gains(own)] });
    expectObservable(bus.subscribeTo(reflector2, VPNV4, all())).toBe('-x-', { x: [gains(own)] });
  });
});

test('a subscriber of one family gets none of another', () => {
  const mac = macRoute('52:54:00:00:00:01', undefined);
  scene(({ bus, publish, targets, helpers: { expectObservable } }) => {
    publish('-a-', { a: [a, mac] });
    expectObservable(bus.subscribeTo(vrf1, EVPN, targets('t--', { t: one }))).toBe('-x-', {
      x: [gains(mac)],
    });
  });
});

test('what a subscriber publishes from inside an emission reaches all in one order', () => {
  const seen: string[] = [];
  scene(({ bus, helpers: { hot, flush } }) => {
    const reply = vpnv4Route('10.9.0.0/24', { source: vrf1 });
    const targets = (): Observable<TargetSet> => concat(of(one), NEVER);
    bus.subscribeTo(vrf1, VPNV4, targets()).subscribe(() => bus.publish([reply]));
    bus
      .subscribeTo(vrf2, VPNV4, targets())
      .subscribe((changes) => seen.push(...changes.map(({ after }) => after!.source.name)));
    hot('a').subscribe(() => bus.publish([a]));
    flush();
  });
  assert.equal(seen, [reflector1.name, vrf1.name]);
});

test('the end of a subscription leaves nothing behind', () => {
  scene(({ bus, publish, targets, helpers: { expectObservable, flush } }) => {
    publish('-a-b-', { a: [a], b: [b] });
    const wanted = targets('t----', { t: both });
    expectObservable(bus.subscribeTo(vrf1, VPNV4, wanted), '^--!').toBe('-x---', { x: [gains(a)] });
    flush();
    assert.is(bus.subscriptionCount, 0);
  });
});

test('local interest is told once for all instances and families, and goes with the last', () => {
  scene(({ bus, targets, helpers: { expectObservable } }) => {
    const interest = bus.interest$.pipe(
      map((changes) => changes.map(({ target, wanted }) => `${wanted ? '+' : '-'}${target}`).sort()),
    );
    expectObservable(interest).toBe('x-y-z-w', {
      x: ['+64512:1'],
      y: ['+64512:2', '+64512:3'],
      z: ['-64512:1', '-64512:3'],
      w: ['-64512:2'],
    });
    const wantedByVrf = targets('t---u-v', { t: one, u: two, v: none });
    const wantedByEvi = targets('--t-u--', { t: new Set([rt1, rt2, rt3]), u: none });
    const wantedByPeer = targets('t------', { t: both });
    expectObservable(bus.subscribeTo(vrf1, VPNV4, wantedByVrf)).toBe('');
    expectObservable(bus.subscribeTo(vrf2, EVPN, wantedByEvi)).toBe('');
    expectObservable(bus.subscribeTo(reflector1, VPNV4, wantedByPeer)).toBe('');
  });
});

test('a target that is kept when others change is not told again', () => {
  scene(({ bus, targets, helpers: { expectObservable } }) => {
    const told = bus.interest$.pipe(
      map((changes) => changes.map(({ target, wanted }) => `${wanted ? '+' : '-'}${target}`)),
    );
    expectObservable(told).toBe('x-y-', { x: ['+64512:1'], y: ['+64512:2'] });
    expectObservable(bus.subscribeTo(vrf1, VPNV4, targets('t-u-', { t: one, u: both }))).toBe('');
  });
});

test('long work lets others have their turn, and loses nothing', async () => {
  let now = 0;
  const deferred: (() => void)[] = [];
  // Each look at the clock takes a millisecond: the budget is soon spent.
  const bus = new RouteBus({ defer: (work) => deferred.push(work), scheduler: { now: () => now++ } });
  const seen: string[] = [];
  bus.subscribeTo(vrf1, VPNV4, concat(of(one), NEVER)).subscribe((changes) => {
    seen.push(...changes.map(({ after }) => after!.key));
  });
  const routes = Array.from({ length: 5000 }, (_, index) =>
    vpnv4Route(`10.${index >> 8}.${index & 255}.0/24`),
  );
  bus.publish(routes);
  assert.ok(seen.length < routes.length, 'the bus should have yielded');
  const idle = bus.idle();
  while (deferred.length > 0) deferred.shift()!();
  await idle;
  assert.equal(
    seen,
    routes.map(({ key }) => key),
  );
});

test.run();
