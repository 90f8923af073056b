import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { RTC, VPNV4 } from '../../../lib/bgp/family.ts';
import type { RouteTarget } from '../../../lib/net/route-target.ts';
import type { Route } from '../../../lib/rib/route.ts';
import type { AttachRequest } from '../../../lib/vpn/request.ts';
import { expectedPrefixes, expectedRoutes, PassingOnVrf, steps } from '../../fixtures/passing-on.ts';
import {
  flowRoute,
  pe2,
  record,
  reflector1,
  rt1,
  rt2,
  rt3,
  rt4,
  vpnv4Route,
  withdrawn,
} from '../../fixtures/routes.ts';
import {
  everyDirection,
  manyWays,
  settled,
  vpnPage,
  vpnScene,
  vrfEndpoint,
  type VpnScene,
} from '../../fixtures/vpn-scene.ts';

/** Imports rt1, exports rt1, passes on what has rt2 with rt3. */
const readvertise = { from: [rt2], to: [rt3] };

const endpoint = (number: number, more: Partial<AttachRequest> = {}): AttachRequest =>
  vrfEndpoint(number, { readvertise, ...more });

async function sceneWith(count: number, scene: VpnScene = vpnScene()): Promise<VpnScene> {
  for (let number = 1; number <= count; number++) {
    assert.ok((await scene.manager.attach(endpoint(number))).ok);
  }
  return scene;
}

const toPassOn = (prefix: string, more: Parameters<typeof vpnv4Route>[1] = {}): Route =>
  vpnv4Route(prefix, { targets: [rt2], ...more });

/** The first VRF has label 16 and RD 0, its first endpoint 17 and 1, and so on. */
const ourRoute = (
  prefix: string,
  number: number,
  records: readonly RouteTarget[] = [rt2],
  order = 0,
): string => {
  const communities = [
    `consistentHashSortOrder:${order}`,
    'encap:MPLS',
    ...records.map((target) => `rtrecord:${target}`),
    `target:${rt3}`,
  ];
  const name = `${prefix} label ${16 + number} next-hop 192.0.2.100 rd 192.0.2.100:${number}`;
  return `${name} [${communities.join(' ')}]`;
};

/** The targets of each route that somebody could import, of all that the network has of us. */
const targetsOf = (scene: VpnScene): readonly (readonly RouteTarget[])[] =>
  scene
    .routes(VPNV4)
    .map(({ attributes }) => attributes.routeTargets)
    .filter((targets) => targets.length > 0);

/** Those that are passed on, of all that the network has of us. */
const again = (scene: VpnScene): readonly string[] =>
  scene.announced(VPNV4).filter((text) => text.includes(`target:${rt3}`));

const dataplanePrefixes = (scene: VpnScene): readonly string[] =>
  [...scene.ipvpn.held.values()].flatMap((state) => (state.kind === 'remote-prefix' ? state.prefix : []));

test('a route with a target to pass on is announced for each endpoint, with its RD, label and hash order', async () => {
  const scene = vpnScene();
  await scene.manager.attach(endpoint(1));
  await scene.manager.attach(endpoint(2, { hashOrder: 5 }));
  scene.bus.publish([toPassOn('10.1.0.0/24', { label: 999, values: { localPref: 30, med: 4 } })]);
  assert.equal(again(scene), [ourRoute('10.1.0.0/24', 1), ourRoute('10.1.0.0/24', 2, [rt2], 5)]);
});

test('its targets and its records are recorded, each once; nothing else of it is passed on', async () => {
  const scene = await sceneWith(1);
  scene.bus.publish([
    toPassOn('10.1.0.0/24', {
      targets: [rt2, rt4],
      communities: [record(rt1), record(rt2), { kind: 'consistent-hash-order', order: 9 }],
    }),
  ]);
  assert.equal(again(scene), [ourRoute('10.1.0.0/24', 1, [rt1, rt2, rt4])]);
});

test('several targets to pass on to are on one route; with none nothing is passed on', async () => {
  for (const to of [[rt3, rt4], []]) {
    const scene = vpnScene();
    await scene.manager.attach(endpoint(1, { readvertise: { from: [rt2], to } }));
    scene.bus.publish([toPassOn('10.1.0.0/24')]);
    const passedOn = scene
      .routes(VPNV4)
      .filter(({ source }) => source.name === 'VRF-1')
      .slice(1);
    assert.equal(
      passedOn.map(({ attributes }) => attributes.routeTargets),
      to.length === 0 ? [] : [to],
    );
  }
});

const barred: [name: string, route: Route, to: readonly RouteTarget[], passedOn: boolean][] = [
  [
    'a record of the target to pass on to',
    toPassOn('10.1.0.0/24', { communities: [record(rt3)] }),
    [rt3],
    false,
  ],
  ['a record of one of several', toPassOn('10.1.0.0/24', { communities: [record(rt4)] }), [rt3, rt4], false],
  ['a record of another target', toPassOn('10.1.0.0/24', { communities: [record(rt4)] }), [rt3], true],
  [
    'a record of the target it came with',
    toPassOn('10.1.0.0/24', { communities: [record(rt2)] }),
    [rt3],
    true,
  ],
  ['the target to pass on to, not recorded', toPassOn('10.1.0.0/24', { targets: [rt2, rt3] }), [rt3], true],
  ['no target to pass on', toPassOn('10.1.0.0/24', { targets: [rt1] }), [rt3], false],
];
for (const [name, route, to, passedOn] of barred) {
  test(`loop protection: a route with ${name} is ${passedOn ? '' : 'not '}passed on`, async () => {
    const scene = vpnScene();
    await scene.manager.attach(endpoint(1, { readvertise: { from: [rt2], to } }));
    scene.bus.publish([route]);
    assert.is(scene.announced(VPNV4).length, passedOn ? 2 : 1);
  });
}

test('VRFs that pass on to each other stop where a route has been already', async () => {
  const scene = vpnScene();
  const ring = [
    { id: 'a', from: rt1, to: rt2 },
    { id: 'b', from: rt2, to: rt3 },
    { id: 'c', from: rt3, to: rt1 },
  ];
  for (const { id, from, to } of ring) {
    await scene.manager.attach(
      endpoint(1, {
        instanceId: id,
        importTargets: [],
        exportTargets: [],
        readvertise: { from: [from], to: [to] },
      }),
    );
  }
  scene.bus.publish([vpnv4Route('10.1.0.0/24', { targets: [rt1] })]);
  assert.equal(targetsOf(scene), [[rt2], [rt3]]);
  scene.bus.withdrawAll(reflector1);
  assert.equal(targetsOf(scene), []);
});

const first = toPassOn('10.1.0.0/24');
const other = toPassOn('10.1.0.0/24', { nextHop: pe2, values: { localPref: 200 } });
/** What happens to a route, and whether it is passed on after each step. */
const histories: [name: string, ...steps: [Route | undefined, passedOn: readonly string[]][]][] = [
  ['comes and goes', [first, [ourRoute('10.1.0.0/24', 1)]], [undefined, []]],
  [
    'changes its attributes',
    [first, [ourRoute('10.1.0.0/24', 1)]],
    [toPassOn('10.1.0.0/24', { targets: [rt2, rt4] }), [ourRoute('10.1.0.0/24', 1, [rt2, rt4])]],
  ],
  [
    'changes its label',
    [first, [ourRoute('10.1.0.0/24', 1)]],
    [toPassOn('10.1.0.0/24', { label: 7 }), [ourRoute('10.1.0.0/24', 1)]],
  ],
  [
    'loses its target and has it back',
    [first, [ourRoute('10.1.0.0/24', 1)]],
    [toPassOn('10.1.0.0/24', { targets: [rt1] }), []],
    [first, [ourRoute('10.1.0.0/24', 1)]],
  ],
  [
    'turns out to be a loop, and no more',
    [first, [ourRoute('10.1.0.0/24', 1)]],
    [toPassOn('10.1.0.0/24', { communities: [record(rt3)] }), []],
    [first, [ourRoute('10.1.0.0/24', 1)]],
  ],
];
for (const [name, ...history] of histories) {
  test(`a route that ${name}`, async () => {
    const scene = await sceneWith(1);
    for (const [route, passedOn] of history) {
      scene.bus.publish([route ?? withdrawn(first)]);
      assert.equal(again(scene), passedOn);
    }
  });
}

test('a better route that is not to be passed on changes nothing', async () => {
  const scene = await sceneWith(1);
  const better = vpnv4Route('10.1.0.0/24', { targets: [rt1], nextHop: pe2, values: { localPref: 200 } });
  scene.bus.publish([first]);
  scene.bus.publish([better]);
  assert.equal(again(scene), [ourRoute('10.1.0.0/24', 1)]);
  scene.bus.publish([withdrawn(better)]);
  assert.equal(again(scene), [ourRoute('10.1.0.0/24', 1)]);
});

test('a better route that is there only to be passed on does not hide an imported one from the dataplane', async () => {
  const scene = await sceneWith(1);
  const imported = vpnv4Route('10.1.0.0/24', { targets: [rt1], nextHop: pe2, values: { localPref: 50 } });
  scene.bus.publish([imported]);
  assert.equal(dataplanePrefixes(scene), ['10.1.0.0/24']);
  scene.bus.publish([first]);
  assert.equal(dataplanePrefixes(scene), ['10.1.0.0/24']);
});

for (const [name, drivers, ids, localPref] of [
  ['one best route, tie broken by next hop', {}, ['a', 'd'], 100],
  ['ECMP, a received preference below the default', { ipvpn: manyWays }, ['a', 'b'], 50],
] as const) {
  test(`VRFs that pass on the same to a target that they import come to rest: ${name}`, async () => {
    const scene = vpnScene(drivers);
    for (const instanceId of ids) {
      const readvertise = { from: [rt1], to: [rt2] };
      await scene.manager.attach(
        vrfEndpoint(1, { instanceId, importTargets: [rt2], exportTargets: [], readvertise }),
      );
    }
    const publish = scene.bus.publish.bind(scene.bus);
    let left = 1000;
    scene.bus.publish = (list) => {
      if (left-- > 0) publish(list);
    };
    publish([vpnv4Route('10.1.0.0/24', { targets: [rt1], values: { localPref } })]);
    assert.ok(left > 900, `${1000 - left} publications`);
    assert.is(targetsOf(scene).length, 2);
  });
}

test('a better route that is to be passed on too changes nothing but the records', async () => {
  const scene = await sceneWith(1);
  scene.bus.publish([first]);
  const changes = scene.changeCount();
  scene.bus.publish([other]);
  assert.is(scene.changeCount(), changes, 'equal routes do not travel');
  scene.bus.publish([withdrawn(other), withdrawn(first)]);
  assert.equal(again(scene), []);
});

for (const count of [0, 1, 1000]) {
  test(`${count} prefixes: an endpoint more or less costs a route each, a refresh none`, async () => {
    const scene = await sceneWith(1);
    const octets = (number: number): string => `${number >> 8}.${number & 255}`;
    const routes = Array.from({ length: count }, (_, number) => toPassOn(`20.${octets(number)}.0/24`));
    scene.bus.publish(routes);
    assert.is(again(scene).length, count);
    /** What the peer is told, and what the instance says for it, because of `action`. */
    const cost = async (action: () => Promise<unknown>): Promise<readonly [number, number]> => {
      const [changes, published] = [scene.changeCount(), scene.bus.published.length];
      await action();
      return [scene.changeCount() - changes, scene.bus.published.length - published];
    };
    assert.equal(await cost(() => scene.manager.attach(endpoint(2))), [count + 1, count + 1]);
    assert.is(again(scene).length, 2 * count);
    assert.is((await cost(() => scene.manager.attach(endpoint(2))))[0], 0);
    assert.equal(await cost(() => scene.manager.detach(endpoint(1))), [count + 1, count + 1]);
    assert.is(again(scene).length, count);
    assert.is((await cost(() => scene.manager.detach(endpoint(2))))[0], count + 1 + 2, 'and RT Constraint');
    assert.equal(scene.announced(), []);
  });
}

test('an endpoint that comes after the routes announces them; the last takes them along', async () => {
  const scene = vpnScene();
  scene.bus.publish([first, toPassOn('10.2.0.0/24')]);
  await sceneWith(1, scene);
  assert.equal(again(scene), [ourRoute('10.1.0.0/24', 1), ourRoute('10.2.0.0/24', 1)]);
  await scene.manager.detach(endpoint(1));
  assert.equal(scene.announced(VPNV4), []);
});

test('routes that come and go while the dataplane makes an endpoint count for it when it is there', async () => {
  const scene = await sceneWith(1);
  scene.bus.publish([first]);
  scene.ipvpn.slow = true;
  const answer = scene.manager.attach(endpoint(2));
  await settled();
  scene.bus.publish([withdrawn(first), toPassOn('10.2.0.0/24')]);
  assert.equal(again(scene), [ourRoute('10.2.0.0/24', 1)], 'nothing is said for it yet');
  scene.ipvpn.slow = false;
  scene.ipvpn.confirm();
  assert.ok((await answer).ok);
  assert.equal(again(scene), [ourRoute('10.2.0.0/24', 1), ourRoute('10.2.0.0/24', 2)]);
});

test('one MAC with two addresses: its routes differ in their RDs, and share its label and hash order', async () => {
  const scene = vpnScene();
  await scene.manager.attach(endpoint(1, { hashOrder: 3 }));
  const { mac, port } = endpoint(1);
  const second = endpoint(2, { mac, port, hashOrder: 8 });
  await scene.manager.attach(second);
  scene.bus.publish([first]);
  const theOther = ourRoute('10.1.0.0/24', 1, [rt2], 3).replace('192.0.2.100:1 ', '192.0.2.100:2 ');
  assert.equal(again(scene), [ourRoute('10.1.0.0/24', 1, [rt2], 3), theOther]);
  await scene.manager.detach(endpoint(1));
  assert.equal(again(scene), [theOther]);
});

test('what is passed on goes before the route to the endpoint itself', async () => {
  const scene = await sceneWith(1);
  await scene.manager.attach(endpoint(2));
  scene.bus.publish([first]);
  const before = scene.bus.published.length;
  await scene.manager.detach(endpoint(2));
  assert.equal(
    scene.bus.published.slice(before).map(({ key, attributes }) => [key.charCodeAt(0), attributes]),
    [
      [24, undefined],
      [32, undefined],
    ],
  );
});

test('export targets do not touch what is passed on, not even when there are none', async () => {
  const scene = await sceneWith(1);
  scene.bus.publish([first]);
  for (const exportTargets of [[rt4], [], [rt1]]) {
    const published = scene.bus.published.length;
    await scene.manager.attach(endpoint(1, { exportTargets }));
    assert.equal(again(scene), [ourRoute('10.1.0.0/24', 1)]);
    assert.is(scene.announced(VPNV4).length, 2);
    const withdrawnNow = scene.bus.published
      .slice(published)
      .filter(({ attributes }) => attributes === undefined);
    assert.ok(
      withdrawnNow.every(({ key }) => key.charCodeAt(0) === 32),
      'it is not withdrawn in between',
    );
  }
});

test('only imported routes reach the dataplane, whatever the import targets become', async () => {
  const scene = await sceneWith(1);
  scene.bus.publish([first, vpnv4Route('10.2.0.0/24', { targets: [rt1, rt2] })]);
  assert.equal(dataplanePrefixes(scene), ['10.2.0.0/24']);
  await scene.manager.attach(endpoint(1, { importTargets: [rt2] }));
  assert.equal([...dataplanePrefixes(scene)].sort(), ['10.1.0.0/24', '10.2.0.0/24']);
  assert.equal(scene.announced(RTC), [`rtc 64512:target:${rt2} []`]);
  await scene.manager.attach(endpoint(1, { importTargets: [] }));
  assert.equal(dataplanePrefixes(scene), []);
  assert.equal(again(scene), [ourRoute('10.1.0.0/24', 1), ourRoute('10.2.0.0/24', 1, [rt1, rt2])]);
  assert.equal(scene.announced(RTC), [`rtc 64512:target:${rt2} []`], 'it is still wanted to be passed on');
  await scene.manager.attach(endpoint(1));
  assert.equal(dataplanePrefixes(scene), ['10.2.0.0/24']);
});

test('a subnet of our own is not overridden by a route to it, which is back when the subnet goes', async () => {
  const subnet = { advertiseSubnet: true };
  const theirs = toPassOn('10.0.1.0/24');
  const own =
    '10.0.1.0/24 label 17 next-hop 192.0.2.100 rd 192.0.2.100:1 [encap:MPLS target:64512:1] local-pref 100';
  const scene = vpnScene();
  await scene.manager.attach(endpoint(1, subnet));
  scene.bus.publish([theirs]);
  assert.equal(scene.announced(VPNV4), [own]);
  await scene.manager.attach(endpoint(1, { ...subnet, exportTargets: [] }));
  assert.equal(scene.announced(VPNV4), [ourRoute('10.0.1.0/24', 1)]);
  await scene.manager.attach(endpoint(1, subnet));
  assert.equal(scene.announced(VPNV4), [own]);
  await scene.manager.attach(endpoint(1));
  assert.equal(again(scene), [ourRoute('10.0.1.0/24', 1)]);
  await scene.manager.attach(endpoint(1, subnet));
  scene.bus.publish([withdrawn(theirs)]);
  assert.equal(scene.announced(VPNV4), [own]);
});

test('an endpoint that only sends announces nothing, from when it does so until it does no more', async () => {
  const scene = vpnScene({ ipvpn: everyDirection });
  await scene.manager.attach(endpoint(1, { direction: 'from-port' }));
  scene.bus.publish([first]);
  assert.equal(scene.announced(VPNV4), []);
  for (const direction of ['to-port', 'from-port', 'both', 'from-port'] as const) {
    await scene.manager.attach(endpoint(1, { direction }));
    assert.equal(again(scene), direction === 'from-port' ? [] : [ourRoute('10.1.0.0/24', 1)]);
    assert.is(scene.announced(VPNV4).length, direction === 'from-port' ? 0 : 2);
  }
  assert.ok((await scene.manager.detach(endpoint(1))).ok);
});

test('ECMP: of several best routes those are passed on that may be, as one', async () => {
  const scene = await sceneWith(1, vpnScene({ ipvpn: manyWays }));
  const loop = toPassOn('10.1.0.0/24', { nextHop: pe2, communities: [record(rt3)] });
  const mine = vpnv4Route('10.1.0.0/24', { targets: [rt1], nextHop: '192.0.2.3' });
  const more = toPassOn('10.1.0.0/24', { targets: [rt2, rt4], nextHop: '192.0.2.4' });
  scene.bus.publish([first, loop, mine]);
  assert.equal(again(scene), [ourRoute('10.1.0.0/24', 1)]);
  scene.bus.publish([more]);
  assert.equal(again(scene), [ourRoute('10.1.0.0/24', 1, [rt2, rt4])]);
  const hops = [...scene.ipvpn.held.values()].flatMap((state) =>
    state.kind === 'remote-prefix' ? state.nextHops.map(({ address }) => address) : [],
  );
  assert.equal(hops, ['192.0.2.3'], 'only the imported one is for our own packets');
  scene.bus.publish([withdrawn(first), withdrawn(more)]);
  assert.equal(again(scene), []);
  assert.equal(dataplanePrefixes(scene), ['10.1.0.0/24']);
});

test('the looking glass shows what is passed on, as it was received, and what becomes of it', async () => {
  const scene = await sceneWith(1);
  scene.bus.publish([toPassOn('10.1.0.0/24'), vpnv4Route('10.2.0.0/24')]);
  const { readvertise: shown, attract_traffic: attracted } = vpnPage(scene, 'instances', 'vrf') as Record<
    string,
    unknown
  >;
  assert.equal(shown, { from: [`target:${rt2}`], to: [`target:${rt3}`] });
  assert.equal(attracted, {});
  const names = (page: unknown): readonly string[] =>
    (page as object[]).flatMap((route) => Object.keys(route));
  assert.equal(names(vpnPage(scene, 'instances', 'vrf', 'readvertised')), [
    '10.1.0.0/24 label 100 next-hop 192.0.2.1 rd 192.0.2.1:1',
  ]);
  assert.equal(names(vpnPage(scene, 'instances', 'vrf', 'adv_routes')), [
    '10.0.1.1/32 label 17 next-hop 192.0.2.100 rd 192.0.2.100:0',
    '10.1.0.0/24 label 17 next-hop 192.0.2.100 rd 192.0.2.100:1',
  ]);
  assert.not.ok(JSON.stringify(vpnPage(scene, 'instances', 'vrf', 'readvertised')).includes('source'));
});

test('FlowSpec routes are not passed on without attract_traffic, nor said to be', async () => {
  const scene = await sceneWith(1);
  scene.bus.publish([flowRoute('20.0.0.0/24', [rt4], { targets: [rt1, rt2] }), first]);
  const { advertisements } = scene.manager.find('vrf')!.instance;
  assert.equal([...advertisements.readvertised()], [first]);
  assert.is([...advertisements.routes].length, 2);
});

test('routes of other instances of the node are passed on, and own ones are not', async () => {
  const scene = await sceneWith(1);
  await scene.manager.attach(vrfEndpoint(2, { instanceId: 'other', exportTargets: [rt2] }));
  assert.equal(again(scene), [ourRoute('10.0.2.1/32', 1)]);
  await scene.manager.attach(endpoint(1, { exportTargets: [rt2] }));
  assert.equal(again(scene), [ourRoute('10.0.2.1/32', 1)]);
  await scene.manager.detach(vrfEndpoint(2, { instanceId: 'other' }));
  assert.equal(again(scene), []);
});

for (const ecmp of [false, true]) {
  test(`whatever happens, what is announced is what follows from what there is, ECMP ${ecmp}`, async () => {
    const setup = { readvertise: { from: [rt1, rt2], to: [rt3] }, attractTraffic: undefined, ecmp };
    await fc.assert(
      fc.asyncProperty(steps(ecmp), async (list) => {
        const vrf = new PassingOnVrf(setup);
        for (const step of list) {
          await vrf.take(step);
          assert.equal(vrf.announced, expectedRoutes(vrf.known));
          assert.equal(vrf.prefixes, expectedPrefixes(vrf.known));
        }
      }),
      { numRuns: 200 },
    );
  });
}

test.run();
