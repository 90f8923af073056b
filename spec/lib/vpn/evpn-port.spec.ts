import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { checkEvpnPlug, checkIsEvi, evpnPlug } from '../../../lib/vpn/evpn-port.ts';
import { gatewayPortStates } from '../../../lib/vpn/gateway-port.ts';
import type { InstanceInput, InstanceOutput } from '../../../lib/vpn/instance-events.ts';
import type { Instance } from '../../../lib/vpn/instance.ts';
import { portName, type EvpnPort } from '../../../lib/vpn/local-port.ts';
import { attachRequest, testInstance, type TestInstance } from '../../fixtures/instances.ts';

const evi = testInstance('evpn', { number: 3, name: 'EVI-3', externalId: 'e' });
const vrf = testInstance('ipvpn', { number: 12, name: 'VRF-12', externalId: 'v' });
const description = { evpn: { id: 'e' } };
const port: EvpnPort = { evpnInstance: 'e', joined: undefined, description };

test('the ends of the pair are named after the instances', () => {
  assert.equal(evpnPlug(port, evi.setup, vrf.setup), {
    port: { interface: 'ipvpn12-evpn3', description },
    gateway: {
      interface: 'evpn3-ipvpn12',
      peer: 'ipvpn12-evpn3',
      gatewayIp: '10.0.0.254',
      vrf: { name: 'VRF-12', externalId: 'v' },
    },
  });
});

test('where somebody has joined the two, the names are theirs, and no pair is made', () => {
  const ovs = {
    ...{ plugged: true, portName: 'patch-v', portNumber: undefined, vlan: 7 },
    ...{ toVmPortName: undefined, toVmPortNumber: undefined },
  };
  const joined = { eviInterface: 'patch-e', vrfInterface: 'patch-v', ovs };
  const plug = evpnPlug({ ...port, joined }, evi.setup, vrf.setup);
  assert.equal(plug.port, { interface: 'patch-v', ovs, description });
  assert.equal(gatewayPortStates(3, plug.gateway), [
    { kind: 'gateway-port', instance: 3, interface: 'patch-e', gatewayIp: '10.0.0.254' },
  ]);
});

test('the dataplane of the EVI needs the pair before the port', () => {
  const { gateway } = evpnPlug(port, evi.setup, vrf.setup);
  assert.equal(gatewayPortStates(3, gateway), [
    { kind: 'veth-pair', instance: 3, interface: 'evpn3-ipvpn12', peer: 'ipvpn12-evpn3' },
    { kind: 'gateway-port', instance: 3, interface: 'evpn3-ipvpn12', gatewayIp: '10.0.0.254' },
  ]);
});

test('a port in a message', () => {
  assert.is(portName(port), 'evpn:e');
  assert.is(portName({ interface: 'tap1', description: {} }), 'tap1');
});

/** Feeds an instance whose dataplane obeys, but for what matches `refusing`. */
function feed(
  { instance }: { instance: Instance },
  input: InstanceInput,
  refusing?: RegExp,
): readonly InstanceOutput[] {
  const outputs: InstanceOutput[] = [];
  const inputs = [input];
  for (let next = inputs.shift(); next !== undefined; next = inputs.shift()) {
    for (const output of instance.step(next)) {
      outputs.push(output);
      if (output.type !== 'intents') continue;
      const confirmations = output.intents.map((intent) => {
        const refused = intent.state !== undefined && refusing?.test(intent.key) === true;
        return { intent, fault: refused ? { command: undefined, reason: 'no' } : undefined };
      });
      inputs.push({ type: 'confirmations', confirmations });
    }
  }
  return outputs;
}

const plug = { type: 'gateway', gateway: evpnPlug(port, evi.setup, vrf.setup).gateway } as const;
const unplug = { type: 'gateway', gateway: undefined } as const;

function pluggedEvi(): TestInstance {
  const made = testInstance('evpn', { number: 3, name: 'EVI-3', externalId: 'e' });
  feed(made, { type: 'attach', request: attachRequest('evpn', '10.0.0.1') });
  feed(made, plug);
  return made;
}

const kinds = (outputs: readonly InstanceOutput[]): readonly string[] =>
  outputs.flatMap((output) =>
    output.type === 'intents'
      ? output.intents.map(({ key, state }) => `${state === undefined ? '-' : '+'}${key}`)
      : output.type === 'answer'
        ? [output.result.ok ? 'ok' : output.result.fault.message]
        : [],
  );
const keys = { pair: '3/veth-pair/evpn3-ipvpn12', port: '3/gateway-port/evpn3-ipvpn12' };

test('an EVI gets the port to its gateway, and loses it', () => {
  const made = pluggedEvi();
  assert.is(made.instance.gateway?.vrf.externalId, 'v');
  assert.equal(
    [...made.instance.states()].map(({ kind }) => kind),
    ['evi', 'veth-pair', 'gateway-port', 'evpn-port', 'local-mac'],
  );
  assert.equal(kinds(feed(made, plug)), [`+${keys.pair}`, `+${keys.port}`, 'ok']);
  const outputs = kinds(feed(made, unplug));
  assert.equal([...outputs].sort(), [`-${keys.port}`, `-${keys.pair}`, 'ok'].sort());
  assert.is(made.instance.gateway, undefined);
});

test('another port takes the place of the former', () => {
  const made = pluggedEvi();
  const { gateway } = plug;
  const outputs = kinds(
    feed(made, { type: 'gateway', gateway: { ...gateway, interface: 'x', peer: undefined } }),
  );
  assert.equal([...outputs].sort(), ['+3/gateway-port/x', `-${keys.port}`, `-${keys.pair}`, 'ok'].sort());
});

test('a gateway port that the dataplane refuses is taken back', () => {
  const made = testInstance('evpn', { number: 3 });
  feed(made, { type: 'attach', request: attachRequest('evpn', '10.0.0.1') });
  const outputs = kinds(feed(made, plug, /gateway-port/));
  assert.equal(outputs.slice(0, 2), [`+${keys.pair}`, `+${keys.port}`]);
  assert.equal([...outputs.slice(2, 4)].sort(), [`-${keys.port}`, `-${keys.pair}`].sort());
  assert.equal(outputs.slice(4), ['no']);
  assert.is(made.instance.gateway, undefined);
});

test('an EVI ends with its last endpoint, and what plugs it into a VRF goes with it', () => {
  const made = pluggedEvi();
  const outputs = feed(made, { type: 'detach', request: attachRequest('evpn', '10.0.0.1') });
  assert.ok(outputs.some(({ type }) => type === 'ended'));
  for (const key of ['3/evi', keys.port, keys.pair]) assert.ok(kinds(outputs).includes(`-${key}`), key);
  assert.equal([...made.instance.advertisements.routes], []);
  assert.is(made.labels.inUse().size + made.distinguishers.inUse().size, 0);
});

test('the end takes the gateway port along', () => {
  const outputs = kinds(feed(pluggedEvi(), { type: 'stop' }));
  assert.ok(outputs.includes(`-${keys.port}`) && outputs.includes(`-${keys.pair}`));
});

test('one EVI is in one VRF, and one VRF has one EVI', () => {
  const plugged = pluggedEvi().instance;
  const field = 'local_port.evpn.id e is not valid';
  const check = (
    ...rest: Parameters<typeof checkEvpnPlug> extends [unknown, ...infer T] ? T : never
  ): unknown => checkEvpnPlug(port, ...rest)?.message;
  assert.is(check(undefined, 'v', undefined), `${field}: there is no such VPN instance`);
  assert.is(check(vrf.instance, 'v', undefined), `${field}: it is not an E-VPN instance`);
  assert.is(check(plugged, 'w', undefined), `${field}: it is plugged into v already`);
  assert.is(check(evi.instance, 'v', plugged), `${field}: e is plugged into v already`);
  assert.is(check(evi.instance, 'v', undefined), undefined);
  assert.is(check(plugged, 'v', plugged), undefined, 'a repeat');
  assert.is(checkIsEvi(port, evi.instance), undefined);
});

test.run();
