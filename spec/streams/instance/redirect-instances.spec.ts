import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FLOWSPEC_VPNV4, RTC } from '../../../lib/bgp/family.ts';
import type { RouteTarget } from '../../../lib/net/route-target.ts';
import {
  flowRoute,
  reflector1,
  reflector2,
  rt1,
  rt2,
  rt3,
  rt4,
  vpnv4Route,
  withdrawn,
} from '../../fixtures/routes.ts';
import { settled, vpnScene, vrfEndpoint, type VpnScene } from '../../fixtures/vpn-scene.ts';

/** A VRF of this node, which imports `targets`. */
const vrf = (instanceId: string, ...targets: readonly RouteTarget[]): ReturnType<typeof vrfEndpoint> =>
  vrfEndpoint(1, { instanceId, importTargets: targets, exportTargets: [] });

const idOf = (target: RouteTarget): string => `redirect-to-ipvpn-${target.replace(':', '_')}`;

const ids = (scene: VpnScene): readonly string[] =>
  Array.from(scene.manager.instances, ({ instance }) => instance.setup.externalId).sort();

const classifiers = (scene: VpnScene): readonly string[] =>
  [...scene.ipvpn.held.values()]
    .flatMap((state) =>
      state.kind === 'traffic-classifier' ? [`${state.instance} ${state.name} > ${state.redirectTo}`] : [],
    )
    .sort();

const wanted = (scene: VpnScene): readonly string[] =>
  scene
    .announced(RTC)
    .map((text) => text.split(' ')[1]!.replace('64512:target:', ''))
    .sort();

const told = (scene: VpnScene, since = 0): readonly string[] =>
  scene.ipvpn.intents.slice(since).map(({ key, state }) => `${state === undefined ? '-' : '+'}${key}`);

const rules = 'destination-ipv4 20.0.0.0/24';
const toRt2 = flowRoute('20.0.0.0/24', [rt2]);

test('a FlowSpec route makes the instance to which it redirects, and ends it', async () => {
  const scene = vpnScene();
  await scene.manager.attach(vrf('v', rt1));
  const labels = scene.manager.numbers.labels.inUse().size;
  scene.bus.publish([toRt2]);
  assert.equal(ids(scene), [idOf(rt2), 'v']);
  assert.equal(classifiers(scene), [`1 ${rules} > ${idOf(rt2)}`]);
  assert.equal(wanted(scene), [rt1, rt2]);
  const { instance } = scene.manager.find(idOf(rt2))!;
  assert.equal([...instance.importTargets], [rt2]);
  assert.equal(instance.advertisements.exportTargets, []);
  assert.is(instance.setup.name, 'VRF-2');
  assert.is(scene.manager.numbers.labels.inUse().size, labels + 1);
  scene.bus.publish([withdrawn(toRt2)]);
  assert.equal(ids(scene), ['v']);
  assert.equal(classifiers(scene), []);
  assert.equal(wanted(scene), [rt1]);
  assert.is(scene.manager.numbers.labels.inUse().size, labels);
});

test('the dataplane has the instance before the classifier, and for longer', async () => {
  const scene = vpnScene();
  await scene.manager.attach(vrf('v', rt1));
  const since = scene.ipvpn.intents.length;
  scene.bus.publish([toRt2]);
  scene.bus.publish([flowRoute('20.0.0.0/24', [rt3])]);
  scene.bus.withdrawAll(reflector1);
  const classifier = `1/traffic-classifier/${rules}`;
  assert.equal(told(scene, since), [
    '+2/vrf',
    `+${classifier}`,
    '+3/vrf',
    `+${classifier}`,
    '-2/vrf',
    `-${classifier}`,
    '-3/vrf',
  ]);
});

test('with the VRF goes the classifier, then the instance', async () => {
  const scene = vpnScene();
  await scene.manager.attach(vrf('v', rt1));
  scene.bus.publish([toRt2]);
  const since = scene.ipvpn.intents.length;
  await scene.manager.detach(vrf('v', rt1));
  const order = told(scene, since);
  assert.ok(order.indexOf(`-1/traffic-classifier/${rules}`) < order.indexOf('-2/vrf'));
  assert.equal(ids(scene), []);
  assert.equal([...scene.ipvpn.held.keys()], []);
});

test('it imports what its target brings, routes that are there already too', async () => {
  const scene = vpnScene();
  const route = vpnv4Route('30.0.0.0/24', { targets: [rt2] });
  scene.bus.publish([route, toRt2]);
  await scene.manager.attach(vrf('v', rt1));
  assert.ok(scene.ipvpn.held.has('2/remote-prefix/30.0.0.0/24'));
  scene.bus.publish([withdrawn(route)]);
  assert.not.ok(scene.ipvpn.held.has('2/remote-prefix/30.0.0.0/24'));
});

test('any number of routes and VRFs share it; it goes with the last', async () => {
  const scene = vpnScene();
  await scene.manager.attach(vrf('v', rt1));
  await scene.manager.attach(vrf('w', rt1, rt3));
  const more = flowRoute('20.0.1.0/24', [rt2], { targets: [rt3] });
  scene.bus.publish([toRt2, more]);
  assert.is(classifiers(scene).length, 3);
  assert.equal(ids(scene), [idOf(rt2), 'v', 'w']);
  const { instance } = scene.manager.find(idOf(rt2))!;
  scene.bus.publish([withdrawn(toRt2)]);
  assert.is(classifiers(scene).length, 1);
  assert.is(scene.manager.find(idOf(rt2))?.instance, instance, 'w still redirects to it');
  scene.bus.publish([toRt2]);
  await scene.manager.detach(vrf('w', rt1));
  assert.is(scene.manager.find(idOf(rt2))?.instance, instance, 'v redirects to it again');
  await scene.manager.detach(vrf('v', rt1));
  assert.equal(ids(scene), []);
});

for (const [name, route] of [
  ['two redirections', flowRoute('20.0.0.0/24', [rt2, rt3])],
  ['no redirection', flowRoute('20.0.0.0/24', [])],
  ['a rate', flowRoute('20.0.0.0/24', [], { communities: [{ kind: 'traffic-rate', as: 0, rate: 0 }] })],
] as const) {
  test(`a FlowSpec route with ${name}: a warning, nothing else`, async () => {
    const scene = vpnScene();
    await scene.manager.attach(vrf('v', rt1));
    const since = scene.ipvpn.intents.length;
    scene.bus.publish([route]);
    assert.equal(ids(scene), ['v']);
    assert.equal(told(scene, since), []);
    assert.is(scene.warnings().length, 1);
    assert.match(scene.warnings()[0]!, /redirections where one is expected/);
    scene.bus.publish([withdrawn(route)]);
    scene.bus.publish([route]);
    assert.is(scene.warnings().length, 1, 'it is said once');
  });
  test(`a redirection that is replaced by ${name} ends, and comes back`, async () => {
    const scene = vpnScene();
    await scene.manager.attach(vrf('v', rt1));
    scene.bus.publish([toRt2, route]);
    assert.equal(ids(scene), ['v']);
    assert.equal(classifiers(scene), []);
    scene.bus.publish([toRt2]);
    assert.equal(ids(scene), [idOf(rt2), 'v']);
    assert.equal(classifiers(scene), [`1 ${rules} > ${idOf(rt2)}`]);
  });
}

test('a better route with another target moves the redirection, and back', async () => {
  const scene = vpnScene();
  await scene.manager.attach(vrf('v', rt1));
  const better = flowRoute('20.0.0.0/24', [rt3], { source: reflector2, values: { localPref: 200 } });
  scene.bus.publish([toRt2, better]);
  assert.equal(ids(scene), [idOf(rt3), 'v']);
  assert.equal(classifiers(scene), [`1 ${rules} > ${idOf(rt3)}`]);
  scene.bus.publish([withdrawn(better)]);
  assert.equal(ids(scene), [idOf(rt2), 'v']);
  assert.equal(classifiers(scene), [`1 ${rules} > ${idOf(rt2)}`]);
});

test('an import target less: the redirection that came by it is gone', async () => {
  const scene = vpnScene();
  await scene.manager.attach(vrf('v', rt1, rt4));
  scene.bus.publish([toRt2]);
  await scene.manager.attach(vrf('v', rt4));
  assert.equal(ids(scene), ['v']);
  assert.equal(wanted(scene), [rt4]);
  await scene.manager.attach(vrf('v', rt1));
  assert.equal(ids(scene), [idOf(rt2), 'v']);
});

/** What is redirected to rt2 goes on to rt3, and from there back to rt2. */
const onward = flowRoute('20.0.0.0/24', [rt3], { targets: [rt2], source: reflector2, rd: '192.0.2.2:1' });
const back = flowRoute('20.0.0.0/24', [rt2], { targets: [rt3], source: reflector2, rd: '192.0.2.2:2' });
const toItself = flowRoute('20.0.0.0/24', [rt4], { targets: [rt4], source: reflector2, rd: '192.0.2.2:3' });

test('instances to which packets are redirected redirect on', async () => {
  const scene = vpnScene();
  scene.bus.publish([onward]);
  await scene.manager.attach(vrf('v', rt1));
  scene.bus.publish([toRt2]);
  assert.equal(ids(scene), [idOf(rt2), idOf(rt3), 'v']);
  assert.equal(wanted(scene), [rt1, rt2, rt3]);
  scene.bus.publish([withdrawn(onward)]);
  assert.equal(ids(scene), [idOf(rt2), 'v']);
  scene.bus.publish([onward]);
  scene.bus.publish([withdrawn(toRt2)]);
  assert.equal(ids(scene), ['v']);
  assert.equal(wanted(scene), [rt1]);
});

for (const [name, ending] of [
  ['the route', (scene: VpnScene) => scene.bus.publish([withdrawn(toRt2)])],
  ['the VRF', (scene: VpnScene) => scene.manager.detach(vrf('v', rt1))],
] as const) {
  test(`a circle ends with ${name} that led to it`, async () => {
    const scene = vpnScene();
    await scene.manager.attach(vrf('other', rt4));
    const numbers = scene.manager.numbers;
    const before = [numbers.labels.inUse().size, numbers.distinguishers.inUse().size];
    await scene.manager.attach(vrf('v', rt1));
    scene.bus.publish([onward, back, toRt2]);
    assert.equal(ids(scene), ['other', idOf(rt2), idOf(rt3), 'v'].sort());
    assert.is(classifiers(scene).length, 3);
    await ending(scene);
    assert.equal(
      ids(scene).filter((id) => id !== 'v'),
      ['other'],
    );
    assert.equal(classifiers(scene), []);
    await scene.manager.detach(vrf('v', rt1));
    assert.equal([numbers.labels.inUse().size, numbers.distinguishers.inUse().size], before);
  });
}

test('an instance that redirects to itself ends like any other', async () => {
  const scene = vpnScene();
  await scene.manager.attach(vrf('v', rt1));
  const toRt4 = flowRoute('20.0.0.0/24', [rt4]);
  scene.bus.publish([toItself, toRt4]);
  assert.equal(ids(scene), [idOf(rt4), 'v']);
  assert.is(classifiers(scene).length, 2);
  scene.bus.publish([withdrawn(toRt4)]);
  assert.equal(ids(scene), ['v']);
});

test('a VRF that imports the target itself is another instance than that to which is redirected', async () => {
  const scene = vpnScene();
  await scene.manager.attach(vrf('v', rt1));
  await scene.manager.attach(vrf('w', rt2));
  scene.bus.publish([toRt2]);
  assert.equal(ids(scene), [idOf(rt2), 'v', 'w']);
  scene.bus.publish([withdrawn(toRt2)]);
  assert.equal(ids(scene), ['v', 'w']);
  assert.equal(wanted(scene), [rt1, rt2], 'w still wants it');
});

test('an instance that is wanted again while it ends is made anew when it has ended', async () => {
  const scene = vpnScene();
  await scene.manager.attach(vrf('v', rt1));
  scene.bus.publish([toRt2]);
  scene.ipvpn.slow = true;
  scene.bus.publish([withdrawn(toRt2)]);
  scene.bus.publish([toRt2]);
  assert.is(scene.manager.find(idOf(rt2))?.instance.setup.name, 'VRF-2', 'the old one is still there');
  scene.ipvpn.slow = false;
  scene.ipvpn.confirm();
  const { instance } = scene.manager.find(idOf(rt2))!;
  assert.is(instance.setup.name, 'VRF-3');
  assert.ok(scene.ipvpn.held.has('3/vrf'));
  assert.equal(wanted(scene), [rt1, rt2]);
  scene.bus.publish([withdrawn(toRt2)]);
  assert.equal(ids(scene), ['v']);
});

test('an instance that is wanted again, and then not, while it ends is gone', async () => {
  const scene = vpnScene();
  await scene.manager.attach(vrf('v', rt1));
  scene.bus.publish([toRt2]);
  scene.ipvpn.slow = true;
  for (const publication of [withdrawn(toRt2), toRt2, withdrawn(toRt2)]) scene.bus.publish([publication]);
  scene.ipvpn.slow = false;
  scene.ipvpn.confirm();
  assert.equal(ids(scene), ['v']);
  assert.equal(wanted(scene), [rt1]);
});

test('an instance that the dataplane refuses is told to the log, and ends in its turn', async () => {
  const scene = vpnScene();
  await scene.manager.attach(vrf('v', rt1));
  scene.ipvpn.refusing = /^2\/vrf/;
  scene.bus.publish([toRt2]);
  assert.ok(scene.warnings().some((text) => text.includes('dataplane: 2/vrf: no')));
  scene.bus.publish([withdrawn(toRt2)]);
  assert.equal(ids(scene), ['v']);
});

for (const slow of [false, true]) {
  test(`a stop of the daemon ends all, whoever redirects to whom; the dataplane is ${slow ? 'slow' : 'quick'}`, async () => {
    const scene = vpnScene();
    await scene.manager.attach(vrf('v', rt1));
    scene.bus.publish([toRt2, onward, back]);
    scene.ipvpn.slow = slow;
    const stop = scene.manager.stop();
    for (let round = 0; slow && round < 5; round++) {
      await settled();
      scene.ipvpn.confirm();
    }
    await stop;
    assert.equal(ids(scene), []);
    assert.equal([...scene.ipvpn.held.keys()], []);
    assert.is(scene.manager.numbers.labels.inUse().size, 0);
    assert.equal(scene.announced(), []);
    scene.bus.publish([flowRoute('20.0.9.0/24', [rt4])]);
    assert.equal(ids(scene), []);
  });
}

test('a stop makes no instance anew for those that end later', async () => {
  const scene = vpnScene();
  await scene.manager.attach(vrf('v', rt1));
  scene.bus.publish([toRt2]);
  await scene.manager.attach(vrf('w', rt1));
  const since = scene.ipvpn.intents.length;
  await scene.manager.stop();
  assert.equal(
    told(scene, since).filter((text) => text.startsWith('+')),
    [],
  );
  assert.equal([...scene.ipvpn.held.keys()], []);
});

test('routes that come during the stop make no instance', async () => {
  const scene = vpnScene();
  await scene.manager.attach(vrf('v', rt1));
  scene.ipvpn.slow = true;
  const stop = scene.manager.stop();
  scene.bus.publish([toRt2]);
  await settled();
  scene.ipvpn.confirm();
  await stop;
  assert.equal(ids(scene), []);
});

test('the ids of such instances are not for clients: refused, and nothing is changed', async () => {
  const scene = vpnScene();
  await scene.manager.attach(vrf('v', rt1));
  scene.bus.publish([toRt2]);
  const before = { told: told(scene), announced: scene.announced(), published: scene.bus.published.length };
  const { instance } = scene.manager.find(idOf(rt2))!;
  for (const id of [idOf(rt2), idOf(rt3)]) {
    for (const request of [vrf(id, rt1), { ...vrf(id, rt1), vpnType: 'evpn' as const }]) {
      for (const answer of [await scene.manager.attach(request), await scene.manager.detach(request)]) {
        assert.ok(!answer.ok);
        assert.is(answer.fault.kind, 'request');
        assert.match(answer.fault.message, new RegExp(`^vpn_instance_id ${id} is not valid: `));
      }
    }
  }
  assert.equal(
    { told: told(scene), announced: scene.announced(), published: scene.bus.published.length },
    before,
  );
  assert.is(scene.manager.find(idOf(rt2))?.instance, instance);
});

test('when no numbers are left the instance is missed in the log, and nothing else happens', async () => {
  const scene = vpnScene();
  await scene.manager.attach(vrf('v', rt1));
  while (scene.manager.numbers.distinguishers.allocate('test').ok);
  const labels = scene.manager.numbers.labels.inUse().size;
  scene.bus.publish([toRt2]);
  assert.equal(ids(scene), ['v']);
  assert.ok(scene.warnings().some((text) => text.includes('no route distinguisher left')));
  assert.is(scene.manager.numbers.labels.inUse().size, labels);
  assert.is(scene.bus.countRoutes(FLOWSPEC_VPNV4, 'local'), 0);
});

test.run();
