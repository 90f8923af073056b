import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { FlowComponent } from '../../../lib/bgp/nlri/flow-component.ts';
import { routeTarget, type RouteTarget } from '../../../lib/net/route-target.ts';
import type { Route } from '../../../lib/rib/route.ts';
import { EndpointTable } from '../../../lib/vpn/endpoint.ts';
import { redirectRequest } from '../../../lib/vpn/instance-request.ts';
import { redirectedTargets } from '../../../lib/vpn/redirected-targets.ts';
import { Redirections } from '../../../lib/vpn/redirections.ts';
import { isRedirectInstanceId, redirectInstanceId, redirectionStates } from '../../../lib/vpn/redirection.ts';
import { testInstance } from '../../fixtures/instances.ts';
import { flowRoute, reflector2, rt1, rt2, rt3, rt4 } from '../../fixtures/routes.ts';

function states(routes: readonly Route[]): {
  readonly states: ReturnType<typeof redirectionStates>;
  readonly warnings: readonly string[];
} {
  const warnings: string[] = [];
  const context = {
    setup: testInstance('ipvpn').setup,
    endpoints: new EndpointTable(),
    importTargets: new Set([rt1]),
    warn: (message: string) => void warnings.push(message),
  };
  return { states: redirectionStates(context, routes), warnings };
}

test('the id of an instance to redirect to says its target, in all three forms', () => {
  assert.is(redirectInstanceId(routeTarget('64512:99')), 'redirect-to-ipvpn-64512_99');
  assert.is(redirectInstanceId(routeTarget('192.0.2.1:7')), 'redirect-to-ipvpn-192.0.2.1_7');
  assert.is(redirectInstanceId(routeTarget('65537L:5')), 'redirect-to-ipvpn-65537L_5');
  assert.ok(isRedirectInstanceId('redirect-to-ipvpn-64512_99'));
  assert.not.ok(isRedirectInstanceId('my-redirect-to-ipvpn-64512_99'));
});

test('an instance to redirect to imports the target, and is a VRF without ports, as the original makes it', () => {
  const { externalId, vpnType, gatewayIp, prefixLength, redirectTarget, vni } = redirectRequest(rt2);
  assert.equal(
    { externalId, vpnType, gatewayIp, prefixLength, redirectTarget, vni },
    {
      externalId: 'redirect-to-ipvpn-64512_2',
      vpnType: 'ipvpn',
      gatewayIp: '127.0.0.1',
      prefixLength: 24,
      redirectTarget: rt2,
      vni: undefined,
    },
  );
});

test('one redirection is a classifier of the dataplane', () => {
  const rules: readonly FlowComponent[] = [
    { type: 'destination', prefix: '20.0.0.0/24' },
    { type: 'destination-port', matches: [{ and: false, operator: 1, value: 80 }] },
  ];
  assert.equal(states([flowRoute(rules, [rt2])]), {
    states: [
      {
        kind: 'traffic-classifier',
        instance: 1,
        name: 'destination-ipv4 20.0.0.0/24 destination-port =80',
        components: rules,
        redirectTarget: rt2,
        redirectTo: 'redirect-to-ipvpn-64512_2',
      },
    ],
    warnings: [],
  });
});

const useless: [name: string, route: Route][] = [
  ['no action', flowRoute('20.0.0.0/24', [])],
  ['two redirections', flowRoute('20.0.0.0/24', [rt2, rt3])],
  [
    'another action',
    flowRoute('20.0.0.0/24', [], { communities: [{ kind: 'traffic-rate', as: 0, rate: 0 }] }),
  ],
];
for (const [name, route] of useless) {
  test(`a FlowSpec route with ${name} is worth a warning and nothing else`, () => {
    const result = states([route]);
    assert.equal(result.states, []);
    assert.is(result.warnings.length, 1);
    assert.match(result.warnings[0]!, /BGP-192\.0\.2\.101 ignored: \d redirections where one is expected/);
  });
}

test('of routes that contradict each other always the same is followed, those of no use left out', () => {
  const [two, three] = [
    flowRoute('20.0.0.0/24', [rt2]),
    flowRoute('20.0.0.0/24', [rt3], { source: reflector2 }),
  ];
  const none = flowRoute('20.0.0.0/24', [], { source: reflector2, rd: '192.0.2.9:1' });
  for (const routes of [
    [two, three, none],
    [none, three, two],
  ]) {
    assert.equal(
      states(routes).states.map((state) => state.redirectTarget),
      [rt2],
    );
  }
});

test('targets are reached from the instances that stand for themselves, over any number of steps', () => {
  const steps = new Map<RouteTarget, readonly RouteTarget[]>([
    [rt1, [rt2]],
    [rt2, [rt3]],
    [rt3, [rt1]],
    [rt4, [rt4]],
  ]);
  const reached = (...roots: readonly (readonly RouteTarget[])[]): readonly RouteTarget[] =>
    [
      ...redirectedTargets(
        roots.map((targets) => new Set(targets)),
        (from) => new Set(steps.get(from)),
      ),
    ].sort();
  assert.equal(reached(), []);
  assert.equal(reached([], []), []);
  assert.equal(reached([rt2]), [rt1, rt2, rt3], 'a circle');
  assert.equal(reached([rt4], [rt4]), [rt4]);
  assert.equal(reached([rt1], [rt4]), [rt1, rt2, rt3, rt4]);
});

test('nothing but what can be reached is reached, and all of it', () => {
  const target = (number: number): RouteTarget => routeTarget(`64512:${number}`);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(7), fc.nat(7)), { maxLength: 15 }),
      fc.uniqueArray(fc.nat(7)),
      (edges, roots) => {
        const from = (source: RouteTarget): ReadonlySet<RouteTarget> =>
          new Set(edges.filter(([a]) => target(a) === source).map(([, b]) => target(b)));
        const reached = redirectedTargets([new Set(roots.map(target))], from);
        // As many rounds as there are nodes reach everything.
        const expected = new Set(roots);
        for (let round = 0; round < 8; round++) {
          for (const [a, b] of edges) if (expected.has(a)) expected.add(b);
        }
        assert.equal([...reached].sort(), [...expected].map(target).sort());
      },
    ),
  );
});

test('an instance redirects to the targets that its entries name, for as long as one of them does', () => {
  const step = fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom(undefined, rt1, rt2));
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const redirections = new Redirections();
      const byEntry = new Map<string, RouteTarget | undefined>();
      for (const [entry, target] of steps) {
        const before = redirections.targets;
        const size = before.size;
        redirections.replace(entry, target);
        byEntry.set(entry, target);
        const expected = new Set([...byEntry.values()].filter((each) => each !== undefined));
        assert.equal([...redirections.targets].sort(), [...expected].sort());
        assert.is(before.size, size, 'what was said before stays said');
      }
    }),
  );
});

test.run();
