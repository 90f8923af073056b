import { type EndpointModel, type InstanceModel, type Model } from '../model.ts';
import type { Random } from '../random.ts';
import type { Body, Step } from '../step.ts';
import {
  addressesOf,
  EVI_IDS,
  exportableOf,
  importableOf,
  MACS,
  portsOf,
  subnetsOf,
  VNIS,
  VRF_IDS,
} from '../vocabulary.ts';
import { attachBody, newEndpoint, someDescription, someLocalPref } from './bodies.ts';
import type { Operation } from './operation.ts';

const MOST_INSTANCES = 7;
const MOST_ENDPOINTS = 9;

/** Attaches that are accepted. */
export const ATTACH_OPERATIONS: readonly Operation[] = [
  { name: 'first endpoint of a new instance', weight: 12, next: createInstance },
  {
    ...{ name: 'another machine', weight: 12 },
    next: inRoomy((random, instance) => plugNew(random, instance, freeMac(random, instance), freeAddress)),
  },
  {
    ...{ name: 'second address of a machine', weight: 8 },
    next: inRoomy((random, instance) => plugNew(random, instance, usedMac(random, instance), freeAddress)),
  },
  {
    ...{ name: 'machine of any address', weight: 5 },
    next: inRoomy((random, instance) => plugNew(random, instance, freeMac(random, instance), noAddress)),
  },
  {
    ...{ name: 'any address beside known ones', weight: 2 },
    next: inRoomy((random, instance) => plugNew(random, instance, usedMac(random, instance), noAddress)),
  },
  { name: 'known address in place of any', weight: 5, next: inRoomy(replaceWildcard) },
  { name: 'subnet', weight: 10, next: inRoomy(plugSubnet) },
  { name: 'refresh', weight: 10, next: refresh },
  { name: 'refresh with other imports', weight: 10, next: changeImports },
];

/** `more`: members for what only the first attach decides. */
export function firstAttach(
  random: Random,
  model: Model,
  vpnType: 'ipvpn' | 'evpn',
  more: Body,
): Step | undefined {
  if (model.instances.size >= MOST_INSTANCES) return undefined;
  const ids = vpnType === 'ipvpn' ? VRF_IDS : EVI_IDS;
  const id = random.pickIfAny(ids.filter((each) => !model.instances.has(each)));
  if (id === undefined) return undefined;
  const taken = [...model.instances.values()].map(({ vni }) => vni);
  const withVni = random.chance(vpnType === 'evpn' ? 60 : 15);
  const instance: InstanceModel = {
    ...{ id, vpnType },
    vni: withVni ? random.pickIfAny(VNIS.filter((vni) => !taken.includes(vni))) : undefined,
    importTargets: random.some(importableOf({ vpnType, permanent: more }), 0, 3),
    exportTargets: random.some(exportableOf(vpnType), random.chance(90) ? 1 : 0, 2),
    description: someDescription(random, 'instance'),
    permanent: { ...(vpnType === 'ipvpn' && { gateway_ip: '10.0.0.254' }), ...more },
    endpoints: [],
  };
  const mac = random.pick(MACS);
  const ip = vpnType === 'evpn' && random.chance(25) ? undefined : random.pick(addressesOf(instance));
  const endpoint = newEndpoint(random, instance, { mac, ip, port: random.pick(portsOf(instance)) });
  return { kind: 'attach', body: attachBody(random, instance, endpoint) };
}

function createInstance(random: Random, model: Model): Step | undefined {
  return firstAttach(random, model, random.chance(55) ? 'ipvpn' : 'evpn', {});
}

/** In an instance that has room for one more endpoint. */
function inRoomy(
  next: (random: Random, instance: InstanceModel) => Step | undefined,
): (random: Random, model: Model) => Step | undefined {
  return (random, { instances }) => {
    const roomy = [...instances.values()].filter(({ endpoints }) => endpoints.length < MOST_ENDPOINTS);
    const instance = random.pickIfAny(roomy);
    return instance && next(random, instance);
  };
}

/** An address, `undefined` for none; `'none free'`. */
type ChooseAddress = (
  random: Random,
  instance: InstanceModel,
  mac: string,
) => { readonly ip: string | undefined } | undefined;

const freeAddress: ChooseAddress = (random, instance) => {
  const used = instance.endpoints.map(({ ip }) => ip);
  const ip = random.pickIfAny(addressesOf(instance).filter((each) => !used.includes(each)));
  return ip === undefined ? undefined : { ip };
};

/** For E-VPN only, and once for a MAC. */
const noAddress: ChooseAddress = (_random, { vpnType, endpoints }, mac) => {
  const there = endpoints.some((each) => each.mac === mac && each.ip === undefined);
  return vpnType === 'evpn' && !there ? { ip: undefined } : undefined;
};

function plugNew(
  random: Random,
  instance: InstanceModel,
  mac: string | undefined,
  chooseAddress: ChooseAddress,
): Step | undefined {
  if (mac === undefined) return undefined;
  const address = chooseAddress(random, instance, mac);
  if (address === undefined) return undefined;
  const endpoint = newEndpoint(random, instance, { mac, ...address, port: random.pick(portsOf(instance)) });
  return { kind: 'attach', body: attachBody(random, instance, endpoint) };
}

function replaceWildcard(random: Random, instance: InstanceModel): Step | undefined {
  const wildcard = random.pickIfAny(instance.endpoints.filter(({ ip }) => ip === undefined));
  return wildcard && plugNew(random, instance, wildcard.mac, freeAddress);
}

function plugSubnet(random: Random, instance: InstanceModel): Step | undefined {
  if (instance.vpnType !== 'ipvpn') return undefined;
  const mac = random.pick(MACS);
  const ip = random.pick(subnetsOf(instance));
  if (instance.endpoints.some((each) => each.mac === mac && each.ip === ip)) return undefined;
  const port = random.pick(portsOf(instance));
  const endpoint = newEndpoint(random, instance, { mac, ip, port, advertiseSubnet: true });
  return { kind: 'attach', body: attachBody(random, instance, endpoint) };
}

function refresh(random: Random, model: Model): Step | undefined {
  return refreshWith(random, model, (instance) => instance.importTargets);
}

/** Export targets stay: the original withdraws the routes when they change. */
function changeImports(random: Random, model: Model): Step | undefined {
  return refreshWith(random, model, (instance) => random.some(importableOf(instance), 0, 3));
}

function refreshWith(
  random: Random,
  { instances }: Model,
  importsOf: (instance: InstanceModel) => readonly string[],
): Step | undefined {
  const instance = random.pickIfAny([...instances.values()]);
  if (instance === undefined) return undefined;
  const changed: InstanceModel = {
    ...instance,
    importTargets: importsOf(instance),
    description: random.chance(50) ? instance.description : someDescription(random, 'instance'),
  };
  const endpoint: EndpointModel = {
    ...random.pick(instance.endpoints),
    ...(random.chance(50) && { description: someDescription(random, 'endpoint') }),
    ...(random.chance(50) && { localPref: someLocalPref(random) }),
  };
  return { kind: 'attach', body: attachBody(random, changed, endpoint) };
}

export function freeMac(random: Random, { endpoints }: InstanceModel): string | undefined {
  return random.pickIfAny(MACS.filter((mac) => !endpoints.some((each) => each.mac === mac)));
}

function usedMac(random: Random, { endpoints }: InstanceModel): string | undefined {
  return random.pickIfAny(endpoints)?.mac;
}
