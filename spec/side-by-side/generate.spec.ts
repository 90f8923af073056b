import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { generate, OPERATIONS } from './generate.ts';
import { apply, emptyModel, type Model } from './model.ts';
import { Random } from './random.ts';
import { keyOf } from './remote-route.ts';
import type { Step } from './step.ts';

const SEEDS = Array.from({ length: 20 }, (_, index) => index + 1);
const STEPS = 400;

test('the same seed gives the same sequence, another seed another one', () => {
  assert.equal(generate(1, 50), generate(1, 50));
  assert.not.equal(generate(1, 50), generate(2, 50));
});

test('a longer sequence begins like a shorter one', () => {
  assert.equal(generate(3, 80).slice(0, 40), generate(3, 40));
});

test('every operation occurs', () => {
  const occurring = new Set(SEEDS.flatMap((seed) => generate(seed, STEPS).map(({ operation }) => operation)));
  const missing = OPERATIONS.map(({ name }) => name).filter((name) => !occurring.has(name));
  assert.equal(missing, []);
});

test('accepted calls keep the rules, refused ones break one', () => {
  for (const seed of SEEDS) {
    const model = emptyModel();
    for (const { step } of generate(seed, STEPS)) {
      checkStep(model, step);
      apply(model, step);
    }
  }
});

function checkStep(model: Model, step: Step): void {
  switch (step.kind) {
    case 'attach': {
      const { body } = step;
      const instance = model.instances.get(body['vpn_instance_id'] as string);
      if (instance === undefined || step.refused !== undefined) return;
      assert.is(body['vpn_type'], instance.vpnType);
      const port = typeof body['local_port'] === 'string' ? body['local_port'] : portOf(body['local_port']);
      const siblings = instance.endpoints.filter(({ mac }) => mac === body['mac_address']);
      for (const sibling of siblings) assert.is(port, sibling.port, 'a MAC is on one port');
      const others = instance.endpoints.filter(
        ({ mac, ip }) => ip !== undefined && ip === body['ip_address'] && mac !== body['mac_address'],
      );
      assert.ok(others.length === 0 || body['advertise_subnet'] === true, 'an address is of one MAC');
      const targets = body['export_rt'];
      const exported =
        typeof targets === 'string' ? targets.split(',').filter((text) => text !== '') : targets;
      assert.equal(exported, instance.exportTargets, 'export targets stay');
      return;
    }
    case 'detach': {
      if (step.refused !== undefined) return;
      const instance = model.instances.get(step.body['vpn_instance_id'] as string);
      assert.ok(instance?.endpoints.some(({ mac }) => mac === step.body['mac_address']));
      return;
    }
    case 'announce': {
      const former = model.remote.get(keyOf(step.route));
      for (const target of former?.targets ?? []) assert.ok(step.route.targets.includes(target));
      return;
    }
    case 'withdraw':
      assert.ok(model.remote.has(keyOf(step.route)));
      return;
    case 'ask':
      assert.not(model.asked.has(step.target));
      return;
    case 'stop-asking':
      assert.ok(model.asked.has(step.target));
  }
}

function portOf(port: unknown): string {
  return (port as { readonly linuxif: string }).linuxif;
}

test('the numbers of a seed are spread', () => {
  const random = new Random(7);
  const counts = Array.from({ length: 4 }, () => 0);
  for (let round = 0; round < 4000; round++) counts[random.below(4)]!++;
  for (const count of counts) assert.ok(count > 850 && count < 1150, counts.join(' '));
  const weighted = [{ weight: 0 }, { weight: 1 }];
  assert.is(random.weighted(weighted), weighted[1]);
  assert.equal(random.some([1, 2, 3], 3, 5), [1, 2, 3]);
});

test('a machine whose address becomes known is one endpoint; without one it is detached with all', () => {
  const model = emptyModel();
  const body = {
    ...{ vpn_type: 'evpn', vpn_instance_id: 'e', mac_address: 'm', local_port: 'tap' },
    ...{ import_rt: '64512:1, 64512:2', export_rt: [] },
  };
  const addresses = (): (string | undefined)[] => model.instances.get('e')!.endpoints.map(({ ip }) => ip);
  apply(model, { kind: 'attach', body });
  assert.equal(addresses(), [undefined]);
  assert.equal(model.instances.get('e')!.importTargets, ['64512:1', '64512:2']);
  apply(model, { kind: 'attach', body: { ...body, ip_address: '10.0.0.1' } });
  assert.equal(addresses(), ['10.0.0.1']);
  apply(model, { kind: 'attach', body: { ...body, ip_address: '10.0.0.2' }, refused: { why: 'to see' } });
  assert.equal(addresses(), ['10.0.0.1']);
  apply(model, { kind: 'detach', body });
  assert.is(model.instances.size, 0);
});

test.run();
