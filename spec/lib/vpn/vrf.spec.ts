import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { prefixOf } from '../../../lib/bgp/nlri/vpnv4.ts';
import type { Confirmation, Intent } from '../../../lib/dataplane/intent.ts';
import type { InstanceInput } from '../../../lib/vpn/instance-events.ts';
import type { AttachRequest, RequestedFallback } from '../../../lib/vpn/request.ts';
import { attachRequest, mac1, mac2, testInstance, type TestInstance } from '../../fixtures/instances.ts';

/** What a VRF tells the dataplane of its endpoints, and of where packets go that match no route. */

/** Feeds an instance whose dataplane obeys, but for what matches `refusing`; the intents, in order. */
function feed({ instance }: TestInstance, input: InstanceInput, refusing?: RegExp): readonly Intent[] {
  const all: Intent[] = [];
  const inputs = [input];
  for (let next = inputs.shift(); next !== undefined; next = inputs.shift()) {
    for (const output of instance.step(next)) {
      if (output.type !== 'intents') continue;
      all.push(...output.intents);
      const confirmations = output.intents.map((intent): Confirmation => {
        const isRefused = intent.state !== undefined && refusing?.test(nameOf(intent)) === true;
        return { intent, fault: isRefused ? { command: undefined, reason: 'no' } : undefined };
      });
      inputs.push({ type: 'confirmations', confirmations });
    }
  }
  return all;
}

/** `vrf>patch-x`: a VRF with a fallback to that port; other objects by kind. */
function nameOf({ key, state }: Intent): string {
  if (state === undefined) return `-${key.split('/')[1]!}`;
  return state.kind === 'vrf' ? `vrf>${state.fallback?.portName ?? ''}` : state.kind;
}

function fallbackTo(portName: string): RequestedFallback {
  const fallback = { srcMac: undefined, dstMac: mac2, portName, portNumber: undefined };
  return { fallback, text: { ovs_port_name: portName } };
}

function attach(
  made: TestInstance,
  ip: string,
  more: Partial<AttachRequest> = {},
  refusing?: RegExp,
): unknown {
  return feed(made, { type: 'attach', request: attachRequest('ipvpn', ip, more) }, refusing).map(nameOf);
}

/** The fallback that the looking glass shows, and the port that the dataplane should use. */
function fallbackOf({ instance }: TestInstance): unknown {
  const [state] = instance.states();
  return [instance.fallback, state?.kind === 'vrf' ? state.fallback?.portName : 'no VRF'];
}

test('a fallback comes before the endpoint, and stays until there is another', () => {
  const made = testInstance('ipvpn');
  assert.equal(attach(made, '10.0.0.1'), ['vrf>', 'vrf-endpoint']);
  assert.equal(fallbackOf(made), [undefined, undefined]);
  const x = { fallback: fallbackTo('patch-x') };
  assert.equal(attach(made, '10.0.0.1', x), ['vrf>patch-x', 'vrf-endpoint']);
  assert.equal(fallbackOf(made), [{ ovs_port_name: 'patch-x' }, 'patch-x']);
  assert.equal(attach(made, '10.0.0.2'), ['vrf>patch-x', 'vrf-endpoint']);
  assert.equal(attach(made, '10.0.0.2', x), ['vrf>patch-x', 'vrf-endpoint']);
  const y = { fallback: fallbackTo('patch-y') };
  assert.equal(attach(made, '10.0.0.3', y), ['vrf>patch-y', 'vrf-endpoint']);
  assert.equal(fallbackOf(made), [{ ovs_port_name: 'patch-y' }, 'patch-y']);
});

for (const [what, refusing] of [
  ['the fallback', /^vrf>patch-y$/],
  ['the endpoint', /^vrf-endpoint$/],
] as const) {
  test(`the former fallback is there again when the dataplane refuses ${what}`, () => {
    const made = testInstance('ipvpn');
    attach(made, '10.0.0.1', { fallback: fallbackTo('patch-x') });
    const y = { fallback: fallbackTo('patch-y') };
    assert.equal(attach(made, '10.0.0.2', y, refusing), [
      ...['vrf>patch-y', 'vrf-endpoint'],
      ...['vrf>patch-x', '-vrf-endpoint'],
    ]);
    assert.equal(fallbackOf(made), [{ ovs_port_name: 'patch-x' }, 'patch-x']);
  });
}

test('no fallback is there again either', () => {
  const made = testInstance('ipvpn');
  attach(made, '10.0.0.1');
  const failed = attach(made, '10.0.0.1', { fallback: fallbackTo('patch-y') }, /patch-y/);
  assert.equal(failed, ['vrf>patch-y', 'vrf-endpoint', 'vrf>', 'vrf-endpoint']);
  assert.equal(fallbackOf(made), [undefined, undefined]);
});

test('a first attachment whose fallback is refused leaves nothing behind', () => {
  const made = testInstance('ipvpn');
  const intents = attach(made, '10.0.0.1', { fallback: fallbackTo('patch-y') }, /patch-y/);
  assert.equal(intents, ['vrf>patch-y', 'vrf-endpoint', '-vrf-endpoint', '-vrf']);
});

test('an attachment without a fallback that fails does not say the former again', () => {
  const made = testInstance('ipvpn');
  attach(made, '10.0.0.1', { fallback: fallbackTo('patch-x') });
  assert.equal(attach(made, '10.0.0.2', {}, /endpoint/), ['vrf>patch-x', 'vrf-endpoint', '-vrf-endpoint']);
});

test('an EVI keeps a fallback, to be shown', () => {
  const made = testInstance('evpn');
  const request = attachRequest('evpn', '10.0.0.1', { fallback: fallbackTo('patch-x') });
  feed(made, { type: 'attach', request });
  assert.equal(made.instance.fallback, { ovs_port_name: 'patch-x' });
});

const prefixes: [ip: string, advertiseSubnet: boolean, prefix: string][] = [
  ['11.0.0.1', false, '11.0.0.1/32'],
  ['11.0.0.1/24', false, '11.0.0.1/32'],
  ['11.0.0.1/24', true, '11.0.0.0/24'],
  ['11.0.0.1/32', true, '11.0.0.1/32'],
  ['11.0.0.1/0', true, '0.0.0.0/0'],
  ['192.168.255.255/17', true, '192.168.128.0/17'],
];
for (const [ip, advertiseSubnet, prefix] of prefixes) {
  test(`${advertiseSubnet ? 'the subnet' : 'the address'} of ${ip} is ${prefix}`, () => {
    const made = testInstance('ipvpn');
    const request = attachRequest('ipvpn', ip, { advertiseSubnet, hashOrder: 5 });
    const [, endpoint] = feed(made, { type: 'attach', request });
    assert.equal(endpoint?.state, {
      ...{ kind: 'vrf-endpoint', instance: 1, port: request.port, mac: mac1, label: 16, direction: 'both' },
      ...{ ip: request.ip!.address, prefixLength: request.ip!.length, prefix, hashOrder: 5 },
    });
    const [name] = Array.from(made.instance.advertisements.routes, (route) => prefixOf(route));
    assert.is(name, prefix, 'that of the route');
  });
}

test.run();
