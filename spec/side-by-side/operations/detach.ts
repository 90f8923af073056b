import type { InstanceModel, Model } from '../model.ts';
import type { Random } from '../random.ts';
import type { Step } from '../step.ts';
import { detachBody } from './bodies.ts';
import type { Operation } from './operation.ts';

/** Detaches that are accepted. */
export const DETACH_OPERATIONS: readonly Operation[] = [
  {
    ...{ name: 'detach of an endpoint', weight: 14 },
    next: (random, model) => detachOne(random, random.pickIfAny([...model.instances.values()])),
  },
  {
    // So that instances end.
    ...{ name: 'detach of an endpoint where there are few', weight: 9 },
    next: (random, model) => detachOne(random, smallest(model)),
  },
  { name: 'detach of a machine with all its addresses', weight: 5, next: detachMachine },
];

function detachOne(random: Random, instance: InstanceModel | undefined): Step | undefined {
  if (instance === undefined) return undefined;
  const endpoint = random.pick(instance.endpoints);
  // Without an address it would mean all of them.
  const siblings = instance.endpoints.filter(({ mac }) => mac === endpoint.mac);
  if (endpoint.ip === undefined && siblings.length > 1) return undefined;
  return { kind: 'detach', body: detachBody(random, instance, endpoint) };
}

function smallest({ instances }: Model): InstanceModel | undefined {
  return [...instances.values()].sort((a, b) => a.endpoints.length - b.endpoints.length)[0];
}

function detachMachine(random: Random, { instances }: Model): Step | undefined {
  const instance = random.pickIfAny([...instances.values()].filter(({ vpnType }) => vpnType === 'evpn'));
  if (instance === undefined) return undefined;
  const endpoint = { ...random.pick(instance.endpoints), ip: undefined };
  return { kind: 'detach', body: detachBody(random, instance, endpoint) };
}
