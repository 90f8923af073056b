import type { EndpointModel, InstanceModel, Model } from '../model.ts';
import type { Random } from '../random.ts';
import type { Body, Refusal, Step } from '../step.ts';
import { addressesOf, EVI_IDS, MACS, portsOf, unusedAddressOf, VRF_IDS } from '../vocabulary.ts';
import { freeMac } from './attach.ts';
import { attachBody, detachBody, newEndpoint } from './bodies.ts';
import type { Operation } from './operation.ts';

/**
 * Calls that are refused, and change nothing. After some refused attaches the original is not what it was before (a
 * new instance stays; a MAC that is there is forgotten): those are not in a sequence but in `proofs.ts`.
 */
export const REFUSE_OPERATIONS: readonly Operation[] = [
  { name: 'malformed attach', weight: 6, next: malformedAttach },
  { name: 'a MAC on two ports', weight: 3, next: inSome(macOnTwoPorts) },
  { name: 'an address of two MACs', weight: 3, next: inSome(addressOfTwoMacs) },
  { name: 'a direction that the driver has not', weight: 2, next: inSome(oneDirection) },
  { name: 'another type of instance', weight: 2, next: inSome(otherType) },
  { name: 'a VNI that another instance has', weight: 2, next: takenVni },
  { name: 'detach from an unknown instance', weight: 2, next: detachFromNowhere },
  { name: 'detach of an unknown endpoint', weight: 3, next: inSome(detachUnknown) },
];

interface Malformation extends Refusal {
  readonly members: Body;
  /** A member that is left out. */
  readonly without?: string;
}

const MALFORMED_500 = { original: 5, difference: 'malformed' } as const;

/** All are found wrong before an instance is made or looked for. */
const MALFORMATIONS: readonly Malformation[] = [
  { why: 'no such type', members: { vpn_type: 'l2vpn' } },
  { why: 'no type', members: {}, without: 'vpn_type' },
  { why: 'no MAC', members: {}, without: 'mac_address' },
  { why: 'no import targets', members: {}, without: 'import_rt' },
  { why: 'no port', members: { local_port: {} } },
  { why: 'not a MAC', members: { mac_address: 'zz' } },
  { why: 'not an address', members: { ip_address: '10.0.0.300' } },
  { why: 'not a boolean', members: { advertise_subnet: 'yes' } },
  { why: 'no such direction', members: { direction: 'sideways' } },
  { why: 'not a route target', members: { import_rt: ['foo'] }, ...MALFORMED_500 },
  { why: 'half a route target', members: { export_rt: ['64512'] }, ...MALFORMED_500 },
  { why: 'number out of range', members: { export_rt: ['64512:4294967296'] }, ...MALFORMED_500 },
  { why: 'targets not a list', members: { import_rt: null }, ...MALFORMED_500 },
  { why: 'no port at all', members: { local_port: null }, ...MALFORMED_500 },
];

function malformedAttach(random: Random, model: Model): Step | undefined {
  const instance = random.pickIfAny([...model.instances.values()]) ?? {
    ...{ id: VRF_IDS[0]!, vpnType: 'ipvpn' as const, vni: undefined, importTargets: [], exportTargets: [] },
    ...{ description: undefined, permanent: { gateway_ip: '10.0.0.254' }, endpoints: [] },
  };
  const { members, without, ...refused } = random.pick(MALFORMATIONS);
  const endpoint = newEndpoint(random, instance, {
    mac: random.pick(MACS),
    ip: random.pick(addressesOf(instance)),
    port: random.pick(portsOf(instance)),
  });
  const complete = attachBody(random, instance, endpoint, members);
  const body = Object.fromEntries(Object.entries(complete).filter(([name]) => name !== without));
  return { kind: 'attach', body, refused };
}

function inSome(
  next: (random: Random, instance: InstanceModel) => Step | undefined,
): (random: Random, model: Model) => Step | undefined {
  return (random, { instances }) => {
    const instance = random.pickIfAny([...instances.values()]);
    return instance && next(random, instance);
  };
}

function macOnTwoPorts(random: Random, instance: InstanceModel): Step | undefined {
  const former = random.pick(instance.endpoints);
  const port = random.pick(portsOf(instance).filter((each) => each !== former.port));
  const ip = random.pick(addressesOf(instance));
  return refusedAttach(
    random,
    instance,
    { ...former, port, ip, advertiseSubnet: false },
    {
      why: 'the MAC is on another port',
    },
  );
}

function addressOfTwoMacs(random: Random, instance: InstanceModel): Step | undefined {
  const former = random.pick(instance.endpoints);
  const mac = freeMac(random, instance);
  if (mac === undefined || former.ip === undefined || former.advertiseSubnet) return undefined;
  const endpoint = newEndpoint(random, instance, {
    mac,
    ip: former.ip,
    port: random.pick(portsOf(instance)),
  });
  return refusedAttach(random, instance, endpoint, { why: 'another MAC has the address' });
}

function oneDirection(random: Random, instance: InstanceModel): Step | undefined {
  const mac = freeMac(random, instance);
  const free = addressesOf(instance).filter((ip) => !instance.endpoints.some((each) => each.ip === ip));
  const ip = random.pickIfAny(free);
  if (mac === undefined || ip === undefined) return undefined;
  const endpoint = newEndpoint(random, instance, { mac, ip, port: random.pick(portsOf(instance)) });
  const more = { direction: random.pick(['to-port', 'from-port']) };
  return refusedAttach(random, instance, endpoint, { why: 'the driver does both directions only' }, more);
}

function otherType(random: Random, instance: InstanceModel): Step | undefined {
  const vpnType = instance.vpnType === 'ipvpn' ? 'evpn' : 'ipvpn';
  const endpoint = { ...random.pick(instance.endpoints), ip: '10.254.0.1', advertiseSubnet: false };
  const more = { vpn_type: vpnType, gateway_ip: '10.254.0.254' };
  const refusal: Refusal = { why: 'the instance is of the other type', ...MALFORMED_500 };
  return refusedAttach(random, instance, endpoint, refusal, more);
}

function takenVni(random: Random, { instances }: Model): Step | undefined {
  const holder = random.pickIfAny([...instances.values()].filter(({ vni }) => vni !== undefined));
  const id = random.pickIfAny([...VRF_IDS, ...EVI_IDS].filter((each) => !instances.has(each)));
  if (holder === undefined || id === undefined) return undefined;
  const endpoint = random.pick(holder.endpoints);
  return refusedAttach(
    random,
    holder,
    endpoint,
    { why: 'another instance has the VNI' },
    { vpn_instance_id: id },
  );
}

function detachFromNowhere(random: Random, { instances }: Model): Step | undefined {
  const id = random.pickIfAny([...VRF_IDS, ...EVI_IDS].filter((each) => !instances.has(each)));
  const instance = random.pickIfAny([...instances.values()]);
  if (id === undefined || instance === undefined) return undefined;
  const body = { ...detachBody(random, instance, random.pick(instance.endpoints)), vpn_instance_id: id };
  return { kind: 'detach', body, refused: { why: 'there is no such instance' } };
}

function detachUnknown(random: Random, instance: InstanceModel): Step | undefined {
  const mac = freeMac(random, instance);
  if (mac === undefined) return undefined;
  const ip = unusedAddressOf(instance);
  const endpoint = newEndpoint(random, instance, { mac, ip, port: random.pick(portsOf(instance)) });
  return {
    kind: 'detach',
    body: detachBody(random, instance, endpoint),
    refused: {
      why: 'the endpoint is not plugged',
      ...(instance.vpnType === 'ipvpn' && { original: 5, difference: 'detach-unknown' }),
    },
  };
}

function refusedAttach(
  random: Random,
  instance: InstanceModel,
  endpoint: EndpointModel,
  refused: Refusal,
  more: Body = {},
): Step {
  return { kind: 'attach', body: attachBody(random, instance, endpoint, more), refused };
}
