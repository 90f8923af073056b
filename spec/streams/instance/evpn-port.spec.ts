import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { EVPN, RTC, VPNV4 } from '../../../lib/bgp/family.ts';
import { success, type Result } from '../../../lib/result.ts';
import type { RequestedPort } from '../../../lib/vpn/local-port.ts';
import type { AttachRequest } from '../../../lib/vpn/request.ts';
import type { VpnFault } from '../../../lib/vpn/vpn-fault.ts';
import {
  eviEndpoint,
  portOf,
  settled,
  vpnScene,
  vrfEndpoint,
  type VpnScene,
  vpnPage,
} from '../../fixtures/vpn-scene.ts';

type Request = AttachRequest<RequestedPort>;

/** The port of a VRF that is the EVI `id`. */
const evpnPort = (id = 'evi'): RequestedPort => ({
  evpnInstance: id,
  joined: undefined,
  description: { evpn: { id } },
});

/** An endpoint of a VRF that is behind an EVI. */
const behindEvi = (number: number, more: Partial<Request> = {}): Request => ({
  ...vrfEndpoint(number),
  port: evpnPort(),
  ...more,
});

/** A scene with an EVI `evi`, number 1, which has one port. */
async function sceneWithEvi(): Promise<VpnScene> {
  const scene = vpnScene();
  assert.ok((await scene.manager.attach(eviEndpoint(50))).ok);
  return scene;
}

const refusal = (answer: Result<undefined, VpnFault>): string =>
  answer.ok ? 'ok' : `${answer.fault.kind}: ${answer.fault.message}`;

/** All that an attachment may leave somewhere. */
function inventory({ bus, manager, ipvpn, evpn, announced }: VpnScene): unknown {
  return {
    instances: Array.from(manager.instances, ({ instance }) => [
      instance.setup.externalId,
      instance.endpoints.size,
      instance.gateway?.interface,
    ]),
    labels: [...manager.numbers.labels.inUse().keys()],
    distinguishers: [...manager.numbers.distinguishers.inUse().keys()],
    vnis: [...manager.numbers.vnis],
    subscriptions: bus.subscriptionCount,
    dataplane: [...ipvpn.held.keys(), ...evpn.held.keys()],
    announced: announced(),
  };
}

const gatewayKeys = ({ evpn }: VpnScene): readonly string[] =>
  [...evpn.held.keys()].filter((key) => /veth-pair|gateway-port/.test(key));

/** The ports of the endpoints that the dataplane has. */
const vrfPorts = ({ ipvpn }: VpnScene): readonly string[] =>
  [...ipvpn.held.values()].flatMap((state) =>
    state.kind === 'vrf-endpoint' ? [`${state.ip} ${state.port.interface}`] : [],
  );

test('the EVI gets the port to its gateway, the VRF the other end', async () => {
  const scene = await sceneWithEvi();
  assert.equal(await scene.manager.attach(behindEvi(1)), success(undefined));
  assert.equal(gatewayKeys(scene), ['1/veth-pair/evpn1-ipvpn2', '1/gateway-port/evpn1-ipvpn2']);
  assert.equal(vrfPorts(scene), ['10.0.1.1 ipvpn2-evpn1']);
  assert.is(scene.bus.countRoutes(VPNV4, 'local'), 1);
  assert.equal(
    scene.evpn.intents.slice(-2).map(({ state }) => state?.kind),
    ['veth-pair', 'gateway-port'],
    'nothing else was touched',
  );
});

test('the looking glass shows it on both sides', async () => {
  const scene = await sceneWithEvi();
  await scene.manager.attach(behindEvi(1));
  assert.equal(vpnPage(scene, 'instances', 'evi', 'gateway_port'), {
    interface: 'evpn1-ipvpn2',
    ipvpn: { id: 'VRF-2', external_instance_id: 'vrf', href: 'http://x/vpns/instances/vrf' },
  });
  assert.equal(Object.keys(vpnPage(scene, 'instances', 'vrf', 'ports') as object), ['ipvpn2-evpn1']);
  assert.equal(
    (vpnPage(scene, 'dataplane', 'intents', 'evi') as { kind: string }[]).map(({ kind }) => kind),
    ['evi', 'veth-pair', 'gateway-port', 'evpn-port', 'local-mac'],
  );
});

test('with the last endpoint behind it the EVI is unplugged, whichever way the endpoints go', async () => {
  for (const order of [
    [1, 2],
    [2, 1],
  ]) {
    const scene = await sceneWithEvi();
    const before = inventory(scene);
    await scene.manager.attach(behindEvi(1));
    await scene.manager.attach(behindEvi(2));
    assert.is(gatewayKeys(scene).length, 2, 'one pair for both');
    assert.ok((await scene.manager.detach(behindEvi(order[0]!))).ok);
    assert.is(gatewayKeys(scene).length, 2);
    assert.ok((await scene.manager.detach(behindEvi(order[1]!))).ok);
    assert.equal(inventory(scene), before);
  }
});

test('other ports of the VRF neither keep it plugged nor unplug it', async () => {
  const scene = await sceneWithEvi();
  await scene.manager.attach(vrfEndpoint(1));
  await scene.manager.attach(behindEvi(2));
  await scene.manager.detach(vrfEndpoint(1));
  assert.is(gatewayKeys(scene).length, 2);
  await scene.manager.attach(vrfEndpoint(1));
  await scene.manager.detach(behindEvi(2));
  assert.equal(gatewayKeys(scene), []);
  assert.is(scene.manager.instanceCount, 2);
});

test('a detach may name the port otherwise than the attach: the endpoint decides', async () => {
  const scene = await sceneWithEvi();
  const before = inventory(scene);
  await scene.manager.attach(behindEvi(1));
  assert.ok((await scene.manager.detach({ ...behindEvi(1), port: portOf(1) })).ok);
  assert.equal(inventory(scene), before);
});

test('the VRF goes first, then the EVI', async () => {
  const scene = await sceneWithEvi();
  await scene.manager.attach(behindEvi(1));
  await scene.manager.detach(behindEvi(1));
  assert.ok((await scene.manager.detach(eviEndpoint(50))).ok);
  assert.is(scene.manager.instanceCount, 0);
  assert.equal([...scene.evpn.held.keys(), ...scene.announced()], []);
});

test('the EVI loses its last port first: it ends, and the VRF goes on until its endpoint is detached', async () => {
  const scene = await sceneWithEvi();
  await scene.manager.attach(behindEvi(1));
  assert.ok((await scene.manager.detach(eviEndpoint(50))).ok);
  assert.is(scene.manager.instanceCount, 1);
  assert.equal(gatewayKeys(scene), []);
  assert.is(scene.bus.countRoutes(EVPN, 'local'), 0);
  assert.ok((await scene.manager.detach(behindEvi(1))).ok);
  assert.is(scene.manager.instanceCount, 0);
  assert.equal([...scene.evpn.held.keys(), ...scene.ipvpn.held.keys(), ...scene.announced()], []);
  assert.is(scene.manager.numbers.labels.inUse().size, 0);
});

test('an EVI that is there again is plugged again by the next attach to the VRF', async () => {
  const scene = await sceneWithEvi();
  await scene.manager.attach(behindEvi(1));
  await scene.manager.detach(eviEndpoint(50));
  assert.match(refusal(await scene.manager.attach(behindEvi(1))), /there is no such VPN instance$/);
  await scene.manager.attach(eviEndpoint(50));
  assert.ok((await scene.manager.attach(behindEvi(1))).ok);
  assert.is(gatewayKeys(scene).length, 2);
  assert.ok((await scene.manager.detach(behindEvi(1))).ok);
  assert.equal(gatewayKeys(scene), []);
});

test('a repeat changes nothing, but asks for the pair again: somebody may have removed it', async () => {
  const scene = await sceneWithEvi();
  await scene.manager.attach(behindEvi(1));
  const before = inventory(scene);
  const since = scene.evpn.intents.length;
  assert.ok((await scene.manager.attach(behindEvi(1))).ok);
  assert.equal(inventory(scene), before);
  assert.equal(
    scene.evpn.intents.slice(since).map(({ key, state }) => [key, state !== undefined]),
    gatewayKeys(scene).map((key) => [key, true]),
  );
});

test('an attach for which the pair cannot be had again fails, and what is plugged stays so', async () => {
  const scene = await sceneWithEvi();
  await scene.manager.attach(behindEvi(1));
  const before = inventory(scene);
  scene.evpn.refusing = /veth-pair|gateway-port/;
  for (const number of [1, 2]) {
    assert.is(refusal(await scene.manager.attach(behindEvi(number))), 'dataplane: no');
    assert.equal(inventory(scene), before);
  }
  assert.match(refusal(await scene.manager.attach(behindEvi(3, { instanceId: 'new' }))), /into vrf already$/);
  scene.evpn.refusing = undefined;
  assert.ok((await scene.manager.detach(behindEvi(1))).ok);
  assert.equal(gatewayKeys(scene), []);
});

test('a MAC that is behind the EVI cannot be attached with another local_port', async () => {
  const scene = await sceneWithEvi();
  await scene.manager.attach(behindEvi(1));
  const before = inventory(scene);
  const joined = { eviInterface: 'patch-e', vrfInterface: 'patch-v' };
  const description = { evpn: { id: 'evi', ovs_port_name: 'patch-e' } };
  for (const port of [{ evpnInstance: 'evi', joined, description }, portOf(1)]) {
    const answer = await scene.manager.attach(behindEvi(1, { port }));
    assert.match(refusal(answer), /^request: Port information is not consistent/);
  }
  assert.equal(inventory(scene), before);
});

test('a port that somebody has joined to the EVI: no pair is made, and none is removed', async () => {
  const scene = await sceneWithEvi();
  const before = inventory(scene);
  const description = {
    evpn: { id: 'evi', ovs_port_name: 'patch-e' },
    ovs: { plugged: true, port_name: 'patch-v' },
  };
  const port = {
    evpnInstance: 'evi',
    joined: { eviInterface: 'patch-e', vrfInterface: 'patch-v' },
    description,
  };
  assert.ok((await scene.manager.attach(behindEvi(1, { port }))).ok);
  assert.equal(gatewayKeys(scene), ['1/gateway-port/patch-e']);
  assert.equal(vrfPorts(scene), ['10.0.1.1 patch-v']);
  assert.ok((await scene.manager.detach(behindEvi(1, { port }))).ok);
  assert.equal(inventory(scene), before);
  assert.not.ok(scene.evpn.intents.some(({ key }) => key.includes('veth-pair')));
});

test('when it is unplugged, another EVI can be plugged, and this one into another VRF', async () => {
  const scene = await sceneWithEvi();
  await scene.manager.attach(eviEndpoint(51, { instanceId: 'evi2' }));
  for (const instanceId of ['vrf', 'other']) await scene.manager.attach(vrfEndpoint(60, { instanceId }));
  await scene.manager.attach(behindEvi(1));
  await scene.manager.detach(behindEvi(1));
  assert.is(refusal(await scene.manager.attach(behindEvi(1, { port: evpnPort('evi2') }))), 'ok');
  assert.is(refusal(await scene.manager.attach(behindEvi(1, { instanceId: 'other' }))), 'ok');
  assert.equal(gatewayKeys(scene), [
    ...['2/veth-pair/evpn2-ipvpn3', '2/gateway-port/evpn2-ipvpn3'],
    ...['1/veth-pair/evpn1-ipvpn4', '1/gateway-port/evpn1-ipvpn4'],
  ]);
});

test('a pair that the dataplane cannot remove is told to who detaches, and is forgotten', async () => {
  const scene = await sceneWithEvi();
  await scene.manager.attach(behindEvi(1));
  scene.evpn.keeping = /veth-pair/;
  assert.is(refusal(await scene.manager.detach(behindEvi(1))), 'dataplane: no');
  assert.is(scene.manager.find('vrf'), undefined);
  assert.is(scene.manager.find('evi')!.instance.gateway, undefined);
  scene.evpn.keeping = undefined;
  assert.ok((await scene.manager.attach(behindEvi(1))).ok);
});

const refusals: [name: string, request: Request, text: RegExp][] = [
  ['an EVI that is not there', behindEvi(2, { port: evpnPort('nosuch') }), /there is no such VPN instance$/],
  ['a VRF', behindEvi(2, { port: evpnPort('plain') }), /it is not an E-VPN instance$/],
  ['itself', behindEvi(2, { port: evpnPort('vrf') }), /it is the instance itself$/],
  ['a second EVI', behindEvi(2, { port: evpnPort('evi2') }), /evi is plugged into vrf already$/],
  ['an EVI that is in another VRF', behindEvi(2, { instanceId: 'plain' }), /it is plugged into vrf already$/],
  ['the same in a VRF that is new', behindEvi(2, { instanceId: 'new' }), /it is plugged into vrf already$/],
  [
    'one that is not there in a VRF that is new',
    behindEvi(2, { instanceId: 'new', port: evpnPort('nosuch') }),
    /no such VPN/,
  ],
  ['a VRF that is an EVI', behindEvi(2, { instanceId: 'evi2' }), /exists with vpn_type evpn/],
];
for (const [name, request, text] of refusals) {
  test(`refused: ${name}; nothing is changed`, async () => {
    const scene = await sceneWithEvi();
    await scene.manager.attach(eviEndpoint(51, { instanceId: 'evi2' }));
    await scene.manager.attach(vrfEndpoint(60, { instanceId: 'plain' }));
    await scene.manager.attach(behindEvi(1));
    const before = inventory(scene);
    const answer = await scene.manager.attach(request);
    assert.match(refusal(answer), /^request: /);
    assert.match(refusal(answer), text);
    assert.equal(inventory(scene), before);
  });
}

test('an endpoint that the VRF cannot have is refused, and the EVI is unplugged again', async () => {
  const scene = await sceneWithEvi();
  await scene.manager.attach(vrfEndpoint(1));
  const before = inventory(scene);
  const answer = await scene.manager.attach(behindEvi(2, { ip: vrfEndpoint(1).ip, ipText: '10.0.1.1/24' }));
  assert.match(refusal(answer), /^request: Inconsistent endpoint info/);
  assert.equal(inventory(scene), before);
  const direction = await scene.manager.attach(behindEvi(2, { instanceId: 'new', direction: 'to-port' }));
  assert.match(refusal(direction), /^request: Unsupported direction/);
  assert.equal(inventory(scene), before);
});

for (const refusing of [/veth-pair/, /gateway-port/]) {
  test(`a dataplane that refuses ${refusing.source}: the attach fails, and nothing is left`, async () => {
    for (const withVrf of [false, true]) {
      const scene = await sceneWithEvi();
      if (withVrf) await scene.manager.attach(vrfEndpoint(60));
      const before = inventory(scene);
      scene.evpn.refusing = refusing;
      assert.is(refusal(await scene.manager.attach(behindEvi(1))), 'dataplane: no');
      assert.equal(inventory(scene), before);
      scene.evpn.refusing = undefined;
      assert.ok((await scene.manager.attach(behindEvi(1))).ok, 'it can be tried again');
      assert.ok((await scene.manager.detach(behindEvi(1))).ok);
      assert.equal(inventory(scene), before);
    }
  });
}

for (const refusing of [/^2\/vrf$/, /vrf-endpoint/]) {
  test(`a dataplane that refuses ${refusing.source} after the gateway was made: nothing is left`, async () => {
    const scene = await sceneWithEvi();
    const before = inventory(scene);
    scene.ipvpn.refusing = refusing;
    assert.is(refusal(await scene.manager.attach(behindEvi(1))), 'dataplane: no');
    assert.equal(inventory(scene), before);
  });
}

test('a second endpoint that the dataplane refuses leaves the first one plugged', async () => {
  const scene = await sceneWithEvi();
  await scene.manager.attach(behindEvi(1));
  const before = inventory(scene);
  scene.ipvpn.refusing = /10\.0\.2\.1/;
  assert.is(refusal(await scene.manager.attach(behindEvi(2))), 'dataplane: no');
  assert.equal(inventory(scene), before);
});

test('of two VRFs that want one EVI at once one gets it', async () => {
  for (const slow of [false, true]) {
    const scene = await sceneWithEvi();
    scene.evpn.slow = scene.ipvpn.slow = slow;
    const answers = [
      scene.manager.attach(behindEvi(1, { instanceId: 'one' })),
      scene.manager.attach(behindEvi(2, { instanceId: 'two' })),
    ];
    for (let round = 0; round < 8; round++) {
      await settled();
      scene.evpn.confirm();
      scene.ipvpn.confirm();
    }
    assert.equal((await Promise.all(answers)).map(refusal), [
      'ok',
      'request: local_port.evpn.id evi is not valid: it is plugged into one already',
    ]);
    assert.equal(
      Array.from(scene.manager.instances, ({ instance }) => instance.setup.externalId),
      ['evi', 'one'],
    );
  }
});

test('the last ports of an EVI and of the VRF into which it is plugged go at once', async () => {
  for (const order of [[eviEndpoint(50), behindEvi(1)] as const, [behindEvi(1), eviEndpoint(50)] as const]) {
    const scene = await sceneWithEvi();
    await scene.manager.attach(behindEvi(1));
    scene.evpn.slow = scene.ipvpn.slow = true;
    const answers = order.map((each) => scene.manager.detach(each));
    for (let round = 0; round < 8; round++) {
      await settled();
      scene.evpn.confirm();
      scene.ipvpn.confirm();
    }
    assert.equal((await Promise.all(answers)).map(refusal), ['ok', 'ok']);
    assert.is(scene.manager.instanceCount, 0);
  }
});

test('an EVI that goes when one VRF lets go of it is not there for the next', async () => {
  const scene = await sceneWithEvi();
  await scene.manager.attach(behindEvi(1, { instanceId: 'one' }));
  await scene.manager.detach(eviEndpoint(50));
  scene.evpn.slow = true;
  const detached = scene.manager.detach(behindEvi(1, { instanceId: 'one' }));
  await settled();
  const attached = scene.manager.attach(behindEvi(2, { instanceId: 'two' }));
  await settled();
  scene.evpn.slow = false;
  scene.evpn.confirm();
  assert.ok((await detached).ok);
  assert.match(refusal(await attached), /there is no such VPN instance$/);
  assert.is(scene.manager.instanceCount, 0);
});

/** A value, or that it did not come while everything that waits had its turn many times. */
async function soon<T>(promise: Promise<T>): Promise<T | 'never'> {
  let value: T | 'never' = 'never';
  void promise.then((result) => (value = result));
  for (let turn = 0; turn < 20; turn++) await settled();
  return value;
}

test('two VRFs that name each other do not wait for each other for ever', async () => {
  for (const exist of [false, true]) {
    const scene = vpnScene();
    if (exist)
      for (const instanceId of ['a', 'b']) await scene.manager.attach(vrfEndpoint(60, { instanceId }));
    const answers = await soon(
      Promise.all([
        scene.manager.attach(behindEvi(1, { instanceId: 'a', port: evpnPort('b') })),
        scene.manager.attach(behindEvi(2, { instanceId: 'b', port: evpnPort('a') })),
      ]),
    );
    assert.is.not(answers, 'never');
    for (const answer of answers as readonly Result<undefined, VpnFault>[])
      assert.match(refusal(answer), /^request/);
    const later = await soon(scene.manager.attach(vrfEndpoint(3, { instanceId: 'a' })));
    assert.equal(later, success(undefined));
  }
});

test('a stop of the daemon takes both along', async () => {
  for (const slow of [false, true]) {
    const scene = await sceneWithEvi();
    await scene.manager.attach(behindEvi(1));
    scene.evpn.slow = scene.ipvpn.slow = slow;
    const stop = scene.manager.stop();
    for (let round = 0; round < 4; round++) {
      await settled();
      scene.evpn.confirm();
      scene.ipvpn.confirm();
    }
    await stop;
    assert.equal([...scene.evpn.held.keys(), ...scene.ipvpn.held.keys(), ...scene.announced()], []);
    assert.is(scene.manager.numbers.distinguishers.inUse().size, 0);
  }
});

/** What is slow, when the daemon is asked to stop in the middle of something. */
const interrupted: [
  name: string,
  slow: readonly ('ipvpn' | 'evpn')[],
  begin: (scene: VpnScene) => Promise<unknown>,
][] = [
  ['the gateway port is made', ['evpn'], (scene) => scene.manager.attach(behindEvi(1))],
  ['the VRF is plugged', ['ipvpn'], (scene) => scene.manager.attach(behindEvi(1))],
  [
    'an endpoint is unplugged from the VRF',
    ['ipvpn'],
    async (scene) => {
      scene.ipvpn.slow = false;
      await scene.manager.attach(behindEvi(1));
      scene.ipvpn.slow = true;
      return scene.manager.detach(behindEvi(1));
    },
  ],
  [
    'the gateway port is removed',
    ['evpn'],
    async (scene) => {
      scene.evpn.slow = false;
      await scene.manager.attach(behindEvi(1));
      scene.evpn.slow = true;
      return scene.manager.detach(behindEvi(1));
    },
  ],
];
for (const [name, slow, begin] of interrupted) {
  for (const at of [0, 1, 2, 3]) {
    test(`a stop while ${name}, ${at} turns later: who waits is answered, and nothing is left`, async () => {
      const scene = await sceneWithEvi();
      for (const plane of slow) scene[plane].slow = true;
      const answer = begin(scene);
      for (let turn = 0; turn < at; turn++) await Promise.resolve();
      if (at === 3) await settled();
      const stop = scene.manager.stop();
      for (let round = 0; round < 8; round++) {
        await settled();
        for (const plane of slow) scene[plane].confirm();
      }
      assert.is.not(await soon(stop.then(() => 'stopped')), 'never', 'the stop');
      assert.is.not(await soon(answer), 'never', 'the answer');
      assert.equal([...scene.evpn.held.keys(), ...scene.ipvpn.held.keys()], []);
      assert.equal(scene.announced(), []);
      assert.is(scene.manager.instanceCount, 0);
      assert.is(scene.manager.numbers.labels.inUse().size, 0);
    });
  }
}

test('a VRF that waits for an EVI when the daemon stops is not made any more', async () => {
  const scene = await sceneWithEvi();
  scene.evpn.slow = true;
  const busy = scene.manager.attach(eviEndpoint(51));
  const waiting = scene.manager.attach(behindEvi(1));
  await settled();
  const stop = scene.manager.stop();
  assert.not.ok((await busy).ok);
  assert.is(refusal(await waiting), 'dataplane: the daemon stops');
  assert.equal(scene.ipvpn.intents, []);
  scene.evpn.confirm();
  await stop;
  assert.is(scene.manager.instanceCount, 0);
});

test('interest in the targets of both comes and goes with them', async () => {
  const scene = await sceneWithEvi();
  await scene.manager.attach(behindEvi(1));
  assert.is(scene.announced(RTC).length, 1);
  await scene.manager.detach(eviEndpoint(50));
  assert.is(scene.announced(RTC).length, 1);
  await scene.manager.detach(behindEvi(1));
  assert.equal(scene.announced(RTC), []);
});

test.run();
