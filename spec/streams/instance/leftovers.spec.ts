import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { EVPN, FLOWSPEC_VPNV4, RTC, VPNV4 } from '../../../lib/bgp/family.ts';
import type { Publication } from '../../../lib/rib/route.ts';
import type { Instance } from '../../../lib/vpn/instance.ts';
import type { RequestedPort } from '../../../lib/vpn/local-port.ts';
import type { AttachRequest } from '../../../lib/vpn/request.ts';
import { attractTraffic, prefixes } from '../../fixtures/passing-on.ts';
import {
  flowRoute,
  macRoute,
  multicastRoute,
  rt1,
  rt2,
  rt3,
  rt4,
  vpnv4Route,
  withdrawn,
} from '../../fixtures/routes.ts';
import { collectGarbage, structureSizes } from '../../fixtures/structure-sizes.ts';
import { eviEndpoint, settled, vpnScene, vrfEndpoint, type VpnScene } from '../../fixtures/vpn-scene.ts';

/** The life of an instance: what is attached, what routes come, what must have come of it when all is there. */
interface Life {
  readonly requests: readonly AttachRequest<RequestedPort>[];
  readonly routes: readonly Publication[];
  readonly instances: number;
}

const readvertise = { from: [rt2], to: [rt3] };
const prefix = vpnv4Route('20.0.0.0/24', { targets: [rt1, rt2] });
const flow = flowRoute('30.0.0.0/24', [rt4], { targets: [rt1, rt2] });
const evpnPort = { evpnInstance: 'evi', joined: undefined, description: { evpn: { id: 'evi' } } };

const LIVES: Readonly<Record<string, Life>> = {
  'a VRF': {
    requests: [
      vrfEndpoint(1),
      vrfEndpoint(2, { advertiseSubnet: true }),
      vrfEndpoint(2, { importTargets: [rt1, rt3] }),
    ],
    routes: [prefix],
    instances: 1,
  },
  'a VRF with a VNI': { requests: [vrfEndpoint(1, { vni: 700 })], routes: [prefix], instances: 1 },
  'an EVI': {
    requests: [eviEndpoint(1), eviEndpoint(2), eviEndpoint(2, { exportTargets: [] })],
    routes: [macRoute('52:54:00:00:00:99', '10.0.9.9'), multicastRoute()],
    instances: 1,
  },
  'an EVI with a VNI': { requests: [eviEndpoint(1, { vni: 700 })], routes: [multicastRoute()], instances: 1 },
  'a VRF that passes on': {
    requests: [
      vrfEndpoint(1, { readvertise }),
      vrfEndpoint(2, { readvertise }),
      vrfEndpoint(1, { importTargets: [rt2] }),
    ],
    routes: [prefix],
    instances: 1,
  },
  'a VRF that draws traffic': {
    requests: [1, 2].map((number) =>
      vrfEndpoint(number, {
        readvertise,
        attractTraffic: attractTraffic({ staticDestinationPrefixes: prefixes('40.0.0.0/8') }),
      }),
    ),
    routes: [prefix, flow],
    // Its own FlowSpec routes reach the instance to which the received one redirects, and redirect back to it.
    instances: 3,
  },
  'VRFs that redirect, in a circle': {
    requests: [vrfEndpoint(1), vrfEndpoint(2, { instanceId: 'other' })],
    routes: [
      flow,
      prefix,
      flowRoute('30.0.0.0/24', [rt3], { targets: [rt4], rd: '192.0.2.1:10' }),
      flowRoute('30.0.0.0/24', [rt4], { targets: [rt3], rd: '192.0.2.1:11' }),
    ],
    instances: 4,
  },
  'an EVI that is plugged into a VRF': {
    requests: [eviEndpoint(50), { ...vrfEndpoint(1), port: evpnPort }, { ...vrfEndpoint(2), port: evpnPort }],
    routes: [prefix, multicastRoute()],
    instances: 2,
  },
};

/** All that an instance may leave. */
function inventory({ bus, manager, ipvpn, evpn, announced, routes }: VpnScene): unknown {
  return {
    subscriptions: bus.subscriptionCount,
    labels: manager.numbers.labels.inUse().size,
    distinguishers: manager.numbers.distinguishers.inUse().size,
    vnis: manager.numbers.vnis.size,
    instances: [...manager.instances].length,
    interest: announced(RTC),
    local: [VPNV4, EVPN, FLOWSPEC_VPNV4].map((family) => bus.countRoutes(family, 'local')),
    announced: routes().length,
    dataplane: [...ipvpn.held.keys(), ...evpn.held.keys()],
    resources: process.getActiveResourcesInfo(),
    handles: (process as unknown as { _getActiveHandles: () => readonly unknown[] })._getActiveHandles()
      .length,
  };
}

/** Without what was written down for tests. */
function sizes({ manager, bus }: VpnScene): Readonly<Record<string, number>> {
  bus.published.length = 0;
  // Numbers that came back are kept until all others have been used: so many, and no more.
  return Object.fromEntries(
    Object.entries(structureSizes(manager)).filter(([path]) => !path.endsWith('.#released')),
  );
}

type Order = (requests: Life['requests']) => Life['requests'];
const FORWARDS: Order = (requests) => requests;
const BACKWARDS: Order = (requests) => requests.toReversed();

/** Each endpoint once: a repeat was a refresh. */
function endpointsOf({ requests }: Life): Life['requests'] {
  return [...new Map(requests.map((request) => [`${request.instanceId} ${request.mac}`, request])).values()];
}

function withdrawals({ routes }: Life): readonly Publication[] {
  return routes.map((route) => ({ ...route, attributes: undefined }));
}

/** A scene after whatever the test runner has still under way. */
async function quietScene(): Promise<VpnScene> {
  await settled();
  return vpnScene();
}

async function live(
  scene: VpnScene,
  life: Life,
  order: Order,
  atItsHeight: () => void = () => undefined,
): Promise<void> {
  for (const request of life.requests) assert.ok((await scene.manager.attach(request)).ok);
  scene.bus.publish(life.routes);
  assert.is(scene.manager.instanceCount, life.instances);
  atItsHeight();
  for (const request of order(endpointsOf(life))) assert.ok((await scene.manager.detach(request)).ok);
}

for (const [name, life] of Object.entries(LIVES)) {
  for (const order of [FORWARDS, BACKWARDS]) {
    test(`${name} leaves nothing behind, detached ${order === FORWARDS ? 'as attached' : 'the other way'}`, async () => {
      const scene = await quietScene();
      const before = inventory(scene);
      await live(scene, life, order);
      assert.equal(inventory(scene), before);
      scene.bus.publish(withdrawals(life));
      assert.equal(inventory(scene), before);
    });
  }

  test(`${name} leaves nothing behind when the daemon stops`, async () => {
    const scene = await quietScene();
    const before = inventory(scene);
    for (const request of life.requests) await scene.manager.attach(request);
    scene.bus.publish(life.routes);
    await scene.manager.stop();
    assert.equal(inventory(scene), before);
  });

  test(`${name} leaves nothing behind when its first attachment fails`, async () => {
    const scene = await quietScene();
    scene.bus.publish(life.routes);
    const before = inventory(scene);
    scene.ipvpn.refusing = scene.evpn.refusing = /vrf-endpoint|local-mac/;
    for (const request of life.requests) assert.not.ok((await scene.manager.attach(request)).ok);
    assert.equal(inventory(scene), before);
  });

  test(`${name}, 200 times: no structure grows`, async () => {
    const scene = await quietScene();
    const round = async (number: number): Promise<void> => {
      await live(scene, life, number % 2 === 0 ? FORWARDS : BACKWARDS);
      scene.bus.publish(withdrawals(life));
    };
    await round(0);
    const before = sizes(scene);
    for (let number = 1; number <= 200; number++) await round(number);
    assert.equal(sizes(scene), before);
  });
}

test('no instance that has ended is held by anybody', async () => {
  const scene = await quietScene();
  const ended: WeakRef<Instance>[] = [];
  for (const life of Object.values(LIVES)) {
    await live(scene, life, FORWARDS, () => {
      for (const { instance } of scene.manager.instances) ended.push(new WeakRef(instance));
    });
    scene.bus.publish(withdrawals(life));
  }
  // What a task has asked of a weak reference is held until the task is over.
  await settled();
  await collectGarbage();
  assert.is(
    ended.length,
    Object.values(LIVES).reduce((sum, { instances }) => sum + instances, 0),
  );
  assert.equal(
    ended.flatMap((reference) => reference.deref()?.setup.name ?? []),
    [],
  );
});

test('a redirection that flaps 200 times leaves nothing behind, and no structure grows', async () => {
  const scene = await quietScene();
  await scene.manager.attach(vrfEndpoint(1));
  const flap = (): void => {
    scene.bus.publish([flow]);
    scene.bus.publish([withdrawn(flow)]);
  };
  flap();
  const before = [inventory(scene), sizes(scene)];
  for (let round = 0; round < 200; round++) flap();
  assert.equal([inventory(scene), sizes(scene)], before);
});

test('instances of many names leave nothing behind, and no structure grows', async () => {
  const scene = await quietScene();
  const come = async (number: number): Promise<void> => {
    const request = vrfEndpoint(1, { instanceId: `vrf ${number}` });
    await scene.manager.attach(request);
    await scene.manager.detach(request);
    await settled();
  };
  await come(0);
  const before = [inventory(scene), sizes(scene)];
  for (let number = 1; number <= 50; number++) await come(number);
  assert.equal([inventory(scene), sizes(scene)], before);
});

test('endpoints that come and go beside one that stays leave nothing behind, and no structure grows', async () => {
  const scene = await quietScene();
  const more = { readvertise, attractTraffic: attractTraffic() };
  await scene.manager.attach(vrfEndpoint(1, more));
  scene.bus.publish([prefix, flow]);
  const come = async (): Promise<void> => {
    await scene.manager.attach(vrfEndpoint(2, more));
    await scene.manager.detach(vrfEndpoint(2));
  };
  await come();
  const before = [inventory(scene), sizes(scene)];
  for (let round = 0; round < 200; round++) await come();
  assert.equal([inventory(scene), sizes(scene)], before);
});

test.run();
