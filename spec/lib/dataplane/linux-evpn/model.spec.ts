import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type Confirmation,
  type EvpnState,
  type Intent,
  intentKey,
  unwant,
  want,
} from '../../../../lib/dataplane/intent.ts';
import { blameReferents, fail, isBlocked, stagesOf } from '../../../../lib/dataplane/linux-evpn/change.ts';
import { isTolerated } from '../../../../lib/dataplane/linux-evpn/command.ts';
import { LinuxEvpn } from '../../../../lib/dataplane/linux-evpn/model.ts';
import { MockKernel } from './mock-kernel.ts';

/** What the sink does, without processes. */
function carryOut(model: LinuxEvpn, kernel: MockKernel, intents: readonly Intent[]): readonly Confirmation[] {
  model.take(intents);
  if (model.needsLinks) model.observeLinks(kernel.links());
  for (const { instance, bridge, neighbourDevice } of model.unread()) {
    model.observeTables(instance, kernel.fdb(bridge), kernel.neighboursOf(neighbourDevice));
  }
  const changes = model.plan();
  for (const { commands } of stagesOf(changes)) {
    for (const { change, line, tolerate } of commands.filter((command) => !isBlocked(command.change))) {
      const reason = kernel.run(line);
      if (reason !== undefined && !isTolerated(reason, tolerate)) fail(change, { command: line, reason });
    }
  }
  blameReferents(changes);
  model.settle(changes);
  return model.finish();
}

const INTERFACES = ['tap1', 'tap2', 'tap3'];

const start = (): { model: LinuxEvpn; kernel: MockKernel } => ({
  model: new LinuxEvpn('10.77.0.1', 4789),
  kernel: new MockKernel(INTERFACES),
});

const evi = (vni: number, bridge?: string, instance = 1): EvpnState => ({
  kind: 'evi',
  instance,
  externalId: `n${instance}`,
  vni,
  bridge,
});
const tap = (name: string, mac: string, instance = 1): EvpnState[] => {
  const port = { interface: name, description: {} };
  return [
    { kind: 'evpn-port', instance, port },
    { kind: 'local-mac', instance, port, mac },
  ];
};
const remote = (mac: string, vtep: string, vni: number, instance = 1): EvpnState => ({
  kind: 'remote-mac',
  instance,
  mac,
  vtep,
  vni,
});
const neighbour = (ip: string, mac: string, instance = 1): EvpnState => ({
  kind: 'neighbour',
  instance,
  ip,
  mac,
});
const flood = (vtep: string, vni: number, instance = 1): EvpnState => ({
  kind: 'flood',
  instance,
  vtep,
  vni,
});

/** How an EVI is plugged into a VRF. */
const plug = (vrf: number, instance = 1): EvpnState[] => [
  {
    kind: 'veth-pair',
    instance,
    interface: `evpn${instance}-ipvpn${vrf}`,
    peer: `ipvpn${vrf}-evpn${instance}`,
  },
  gateway(`evpn${instance}-ipvpn${vrf}`, instance),
];
const gateway = (name: string, instance = 1): EvpnState => ({
  kind: 'gateway-port',
  instance,
  interface: name,
  gatewayIp: '13.0.0.254',
});

const A = '02:00:00:00:00:0a';
const B = '02:00:00:00:00:0b';

type States = readonly EvpnState[];

/** From one set of states to the next, as an instance would say it: what changed, and what is no more. */
function difference(from: States, to: States): Intent[] {
  const before = new Map(from.map((state) => [intentKey(state), state]));
  const after = new Map(to.map((state) => [intentKey(state), state]));
  const gone = [...before].filter(([key]) => !after.has(key)).map(([, state]) => unwant(state));
  const changed = [...after].filter(
    ([key, state]) => JSON.stringify(before.get(key)) !== JSON.stringify(state),
  );
  return [...gone, ...changed.map(([, state]) => want(state))];
}

/** What a node looks like that has never seen anything else. */
function fresh(states: States): readonly string[] {
  const { model, kernel } = start();
  const faults = carryOut(model, kernel, states.map(want)).filter(({ fault }) => fault !== undefined);
  assert.equal(faults, []);
  return kernel.dump();
}

const LISTS: Record<string, readonly States[]> = {
  'a network fills and empties': [
    [evi(16)],
    [evi(16), ...tap('tap1', A)],
    [evi(16), ...tap('tap1', A), flood('10.77.0.2', 20)],
    [
      evi(16),
      ...tap('tap1', A),
      flood('10.77.0.2', 20),
      remote(B, '10.77.0.2', 20),
      neighbour('13.0.0.2', B),
    ],
    [evi(16), flood('10.77.0.2', 20), remote(B, '10.77.0.2', 20)],
  ],
  'a remote MAC moves': [
    [evi(16), remote(B, '10.77.0.2', 20)],
    [evi(16), remote(B, '10.77.0.3', 30)],
    [evi(16), remote(B, '10.77.0.3', 20)],
  ],
  'a MAC comes and goes': [
    [evi(16), remote(A, '10.77.0.2', 20)],
    [evi(16), remote(A, '10.77.0.2', 20), ...tap('tap1', A)],
    [evi(16), ...tap('tap1', A)],
    [evi(16), ...tap('tap2', A)],
    [evi(16), remote(A, '10.77.0.2', 20)],
  ],
  'the same VTEP under two VNIs': [
    [evi(16), flood('10.77.0.2', 20)],
    [evi(16), flood('10.77.0.2', 20), flood('10.77.0.2', 21)],
    [evi(16), flood('10.77.0.2', 20)],
  ],
  'another VNI, everything stays': [
    [
      evi(16),
      ...tap('tap1', A),
      remote(B, '10.77.0.2', 20),
      neighbour('13.0.0.2', B),
      flood('10.77.0.2', 20),
    ],
    [
      evi(17),
      ...tap('tap1', A),
      remote(B, '10.77.0.2', 20),
      neighbour('13.0.0.2', B),
      flood('10.77.0.2', 20),
    ],
  ],
  'two networks exchange their VNIs': [
    [evi(16), evi(17, undefined, 2), remote(B, '10.77.0.2', 20), remote(B, '10.77.0.3', 20, 2)],
    [evi(17), evi(16, undefined, 2), remote(B, '10.77.0.2', 20), remote(B, '10.77.0.3', 20, 2)],
  ],
  'a port moves to another network': [
    [evi(16), evi(17, undefined, 2), ...tap('tap1', A)],
    [evi(16), evi(17, undefined, 2), ...tap('tap1', A, 2)],
  ],
  'a network is plugged into a VRF, then into another': [
    [evi(16), ...tap('tap1', A)],
    [evi(16), ...tap('tap1', A), ...plug(3)],
    [evi(16), ...plug(3), remote(B, '10.77.0.2', 20)],
    [evi(16), ...plug(4), remote(B, '10.77.0.2', 20)],
    [evi(16), gateway('tap3'), remote(B, '10.77.0.2', 20)],
  ],
  'two networks exchange their VRFs': [
    [evi(16), evi(17, undefined, 2), ...plug(3), ...plug(4, 2)],
    [evi(16), evi(17, undefined, 2), ...plug(4), ...plug(3, 2)],
  ],
  'what B and A share stays with A': [
    [evi(16), neighbour('13.0.0.1', A), remote(A, '10.77.0.2', 20)],
    [evi(16), neighbour('13.0.0.1', A), neighbour('13.0.0.9', A), remote(A, '10.77.0.2', 20)],
    [evi(16), neighbour('13.0.0.1', A), remote(A, '10.77.0.2', 20)],
  ],
};

const EXPANDERS: Record<string, (list: readonly States[]) => readonly States[]> = {
  'as it is': (list) => list,
  reversed: (list) => list.toReversed(),
  'with nothing between': (list) => list.flatMap((states) => [states, []]),
  'each state backwards': (list) => list.map((states) => states.toReversed()),
  'forth and back': (list) => [...list, ...list.toReversed()],
};

for (const [name, list] of Object.entries(LISTS)) {
  for (const [how, expand] of Object.entries(EXPANDERS)) {
    test(`${name}: ${how}`, () => {
      const { model, kernel } = start();
      let former: States = [];
      for (const states of expand(list)) {
        const confirmations = carryOut(model, kernel, difference(former, states));
        assert.equal(
          confirmations.filter(({ fault }) => fault !== undefined),
          [],
        );
        assert.equal(kernel.dump(), fresh(states));
        const before = kernel.log.length;
        carryOut(model, kernel, states.map(want));
        assert.equal(kernel.log.slice(before), [], 'a repeat runs no command');
        former = states;
      }
    });
  }

  test(`${name}: after a restart`, () => {
    const { model, kernel } = start();
    carryOut(model, kernel, list[0]!.map(want));
    for (const states of list) {
      const restarted = new LinuxEvpn('10.77.0.1', 4789);
      carryOut(restarted, kernel, states.map(want));
      restarted.take([]);
      restarted.sweep();
      const untold = carryOutSweep(restarted, kernel);
      assert.equal(untold, []);
      assert.equal(kernel.dump(), fresh(states));
    }
  });
}

function carryOutSweep(model: LinuxEvpn, kernel: MockKernel): readonly unknown[] {
  model.observeLinks(kernel.links());
  const changes = model.plan();
  for (const { commands } of stagesOf(changes)) {
    for (const { change, line, tolerate } of commands) {
      const reason = kernel.run(line);
      if (reason !== undefined && !isTolerated(reason, tolerate)) fail(change, { command: line, reason });
    }
  }
  const untold = model.settle(changes);
  model.finish();
  return untold;
}

test('before the sweep nothing that stands there is removed', () => {
  const { model, kernel } = start();
  carryOut(
    model,
    kernel,
    [evi(16), ...tap('tap1', A), remote(B, '10.77.0.2', 20), evi(17, undefined, 2)].map(want),
  );
  const dump = kernel.dump();
  carryOut(new LinuxEvpn('10.77.0.1', 4789), kernel, [want(evi(16))]);
  assert.equal(kernel.dump(), dump);
});

test('removal of an EVI is the removal of its devices, however many entries there are', () => {
  const { model, kernel } = start();
  carryOut(
    model,
    kernel,
    [evi(16), ...tap('tap1', A), remote(B, '10.77.0.2', 20), neighbour('13.0.0.2', B)].map(want),
  );
  const before = kernel.log.length;
  carryOut(model, kernel, [unwant(evi(16))]);
  assert.equal(kernel.log.slice(before), ['link del dev evpn---n1', 'link del dev vxlan--n1']);
  assert.equal(kernel.dump(), start().kernel.dump());
});

test('a failed EVI fails what is in it, with its own reason; wanted again, all of it is made', () => {
  const { model, kernel } = start();
  kernel.run('link add name foreign type vxlan id 16 local 10.0.0.1 dstport 4789 nolearning');
  const states = [evi(16), ...tap('tap1', A), remote(B, '10.77.0.2', 20)];
  const confirmations = carryOut(model, kernel, states.map(want));
  assert.is(confirmations.length, 4);
  for (const { fault } of confirmations) assert.match(fault!.reason, /VNI already exists/);
  kernel.run('link del dev foreign');
  assert.is(carryOut(model, kernel, [want(evi(16))])[0]?.fault, undefined);
  assert.equal(kernel.dump(), fresh(states));
});

test('a failed port fails its MAC and no other', () => {
  const { model, kernel } = start();
  const states = [evi(16), ...tap('tap9', A), ...tap('tap1', B)];
  const faults = carryOut(model, kernel, states.map(want)).filter(({ fault }) => fault !== undefined);
  assert.equal(
    faults.map(({ intent }) => intent.key),
    ['1/evpn-port/tap9', `1/local-mac/${A}`],
  );
  carryOut(model, kernel, tap('tap9', A).map(unwant));
  assert.equal(kernel.dump(), fresh([evi(16), ...tap('tap1', B)]));
});

test('an object of an EVI that nobody wants is a fault; its removal is none', () => {
  const { model, kernel } = start();
  const [wanted] = carryOut(model, kernel, [want(remote(B, '10.77.0.2', 20))]);
  assert.match(wanted!.fault!.reason, /no EVI for instance 1/);
  const [unwanted] = carryOut(model, kernel, [unwant(remote(B, '10.77.0.2', 20))]);
  assert.is(unwanted!.fault, undefined);
  assert.equal(kernel.log, []);
});

for (const [name, state, complaint] of [
  ['interface', tap('a b', A)[0]!, /interface name/],
  ['MAC', remote('02:00', '10.77.0.2', 20), /MAC address/],
  ['VTEP', remote(A, '10.77.0.2; reboot', 20), /IP address/],
  ['VNI', remote(A, '10.77.0.2', 1 << 24), /VNI/],
  ['bridge', evi(16, '-x'), /interface name/],
  ['gateway port', gateway('a b'), /interface name/],
  ['pair', { ...plug(3)[0]!, peer: 'eth0' } as EvpnState, /not the names of a pair/],
  ['pair of other numbers', { ...plug(3)[0]!, peer: 'ipvpn3-evpn2' } as EvpnState, /not the names of a pair/],
  ['pair of large numbers', plug(100_000)[0]!, /interface name/],
  ['VNI of an EVI', evi(0, undefined, 2), /VNI/],
  ['remote VNI', remote(A, '10.77.0.2', 0), /VNI/],
  ['flood VNI', flood('10.77.0.2', 0), /VNI/],
  ...['0.0.0.0', '127.0.0.1', '224.0.0.1', '255.255.255.255', '2001:db8::1'].flatMap(
    (vtep): [string, EvpnState, RegExp][] => [
      [`VTEP ${vtep}`, remote(A, vtep, 20), /not (the IP address of a host|of the address family)/],
      [`flood VTEP ${vtep}`, flood(vtep, 20), /not (the IP address of a host|of the address family)/],
    ],
  ),
  ...['00:00:00:00:00:00', '01:00:5e:00:00:01', 'ff:ff:ff:ff:ff:ff'].flatMap(
    (mac): [string, EvpnState, RegExp][] => [
      [`remote MAC ${mac}`, remote(mac, '10.77.0.2', 20), /one station/],
      [`local MAC ${mac}`, tap('tap1', mac)[1]!, /one station/],
      [`neighbour MAC ${mac}`, neighbour('13.0.0.1', mac), /one station/],
    ],
  ),
  ...['0.0.0.0', '127.0.0.1', '239.0.0.1', '255.255.255.255', '::', '::1', 'ff02::1'].map(
    (ip): [string, EvpnState, RegExp] => [`neighbour ${ip}`, neighbour(ip, A), /of a host/],
  ),
] satisfies [string, EvpnState, RegExp][]) {
  test(`a bad ${name} is a fault and never a command`, () => {
    const { model, kernel } = start();
    carryOut(model, kernel, [want(evi(16))]);
    const before = kernel.log.length;
    const [confirmation] = carryOut(model, kernel, [want(state)]);
    assert.match(confirmation!.fault!.reason, complaint);
    assert.is(confirmation!.fault!.command, undefined);
    assert.equal(kernel.log.slice(before), []);
  });
}

test('an entry with the address 0.0.0.0 is nobody’s to remove: its removal would empty the flood list', () => {
  const { model, kernel } = start();
  carryOut(model, kernel, [want(evi(16))]);
  kernel.run('fdb append 00:00:00:00:00:00 dev vxlan--n1 dst 0.0.0.0 vni 16 self permanent');
  kernel.run('fdb append 00:00:00:00:00:00 dev vxlan--n1 dst 10.77.0.9 vni 16 self permanent');
  const before = kernel.log.length;
  const restarted = new LinuxEvpn('10.77.0.1', 4789);
  carryOut(restarted, kernel, [want(evi(16))]);
  restarted.sweep();
  carryOut(restarted, kernel, []);
  assert.equal(kernel.log.slice(before), [
    'fdb del 00:00:00:00:00:00 dev vxlan--n1 self dst 10.77.0.9 vni 16',
  ]);
});

test('of two EVIs that want the same interface the former one has it, also within one batch', () => {
  const { model, kernel } = start();
  const evis = [evi(16), evi(17, undefined, 2)];
  const [port1, mac1] = tap('tap1', A);
  const [port2, mac2] = tap('tap1', B, 2);
  const confirmations = carryOut(model, kernel, [...evis, port1!, port2!, mac1!, mac2!].map(want));
  assert.equal(
    confirmations.map(({ fault }) => fault?.reason),
    [undefined, undefined, undefined, 'tap1 is a port of n1', undefined, 'tap1 is a port of n1'],
  );
  assert.equal(kernel.dump(), fresh([...evis, port1!, mac1!]));
  carryOut(model, kernel, [port1!, mac1!].map(unwant));
  carryOut(model, kernel, [port2!, mac2!].map(want));
  assert.equal(kernel.dump(), fresh([...evis, port2!, mac2!]));
});

test('a port of virtual machines and one towards a gateway are not the same interface', () => {
  const { model, kernel } = start();
  const [port, mac] = tap('tap1', A);
  const batch = [evi(16), gateway('tap1'), port!, mac!];
  const confirmations = carryOut(model, kernel, batch.map(want));
  assert.equal(
    confirmations.map(({ fault }) => fault?.reason),
    [undefined, undefined, ...Array<string>(2).fill('tap1 is a port of n1')],
  );
  carryOut(model, kernel, [port!, mac!].map(unwant));
  assert.equal(kernel.dump(), fresh([evi(16), gateway('tap1')]));
  carryOut(model, kernel, [unwant(gateway('tap1'))]);
  carryOut(model, kernel, [port!, mac!].map(want));
  carryOut(model, kernel, [want(gateway('tap1'))]);
  carryOut(model, kernel, [unwant(gateway('tap1'))]);
  assert.equal(kernel.dump(), fresh([evi(16), port!, mac!]));
});

test('a pair is in our bridge when all is done, whatever had its names or its port', () => {
  const ways: Record<string, string[]> = {
    'a pair of a former run': ['link add name evpn1-ipvpn3 type veth peer name ipvpn3-evpn1'],
    'one end of another pair': ['link add name evpn1-ipvpn3 type veth peer name elsewhere'],
    'the other end of another pair': ['link add name elsewhere type veth peer name ipvpn3-evpn1'],
    'both, of two pairs': [
      'link add name evpn1-ipvpn3 type veth peer name one',
      'link add name two type veth peer name ipvpn3-evpn1',
    ],
    'no pair at all': ['link add name evpn1-ipvpn3 type dummy', 'link add name ipvpn3-evpn1 type bridge'],
  };
  for (const [what, lines] of Object.entries(ways)) {
    const { model, kernel } = start();
    for (const line of lines) assert.is(kernel.run(line), undefined);
    const faults = carryOut(model, kernel, [evi(16), ...plug(3)].map(want)).map(({ fault }) => fault);
    assert.equal(faults, [undefined, undefined, undefined], what);
    assert.equal(kernel.dump(), fresh([evi(16), ...plug(3)]), what);
  }
});

test('restart: a pair that stands as wanted is taken over', () => {
  const { model, kernel } = start();
  const states = [evi(16), ...plug(3)];
  carryOut(model, kernel, states.map(want));
  const before = kernel.log.length;
  carryOut(new LinuxEvpn('10.77.0.1', 4789), kernel, states.map(want));
  assert.equal(kernel.log.slice(before), []);
});

test('restart: a pair that another network had is made anew, and joins nobody meanwhile', () => {
  const { model, kernel } = start();
  carryOut(model, kernel, [evi(16), evi(17, undefined, 2), ...plug(3)].map(want));
  const before = kernel.log.length;
  const renumbered: EvpnState[] = [
    { kind: 'evi', instance: 1, externalId: 'n2', vni: 17, bridge: undefined },
    ...plug(3),
  ];
  carryOut(new LinuxEvpn('10.77.0.1', 4789), kernel, renumbered.map(want));
  assert.equal(kernel.log.slice(before, before + 3), [
    'link del dev evpn1-ipvpn3',
    'link del dev ipvpn3-evpn1',
    'link add name evpn1-ipvpn3 type veth peer name ipvpn3-evpn1',
  ]);
  assert.is(kernel.devices.get('evpn1-ipvpn3')?.master, 'evpn---n2');
});

test('restart: a network that gets a gateway loses the one of the former run at once', () => {
  const { model, kernel } = start();
  carryOut(model, kernel, [evi(16), ...plug(3)].map(want));
  const restarted = new LinuxEvpn('10.77.0.1', 4789);
  carryOut(restarted, kernel, [want(evi(16))]);
  assert.ok(kernel.devices.has('evpn1-ipvpn3'));
  carryOut(restarted, kernel, plug(4).map(want));
  assert.equal(kernel.dump(), fresh([evi(16), ...plug(4)]));
});

test('the sweep takes pairs that nobody wants, and nothing that merely looks like one', () => {
  const { model, kernel } = start();
  for (const line of [
    'link add name evpn8-ipvpn9 type veth peer name ipvpn9-evpn8',
    'link add name evpn7-ipvpn9 type dummy',
    'link add name evpn6-ipvpn9x type veth peer name xipvpn9-evpn6',
    'link add name evpn6-evpn7 type veth peer name tapx',
  ])
    kernel.run(line);
  model.sweep();
  carryOut(model, kernel, []);
  assert.equal(kernel.log.slice(4), ['link del dev evpn8-ipvpn9']);
});

test('a gateway port without its interface fails alone; one whose pair fails says why', () => {
  const { model, kernel } = start();
  const [, missing] = carryOut(model, kernel, [evi(16), gateway('tap9')].map(want));
  assert.is(missing!.fault!.reason, 'Cannot find device "tap9"');
  const hostile = new MockKernel(INTERFACES);
  const refuse = hostile.run.bind(hostile);
  hostile.run = (line) => (line.includes('type veth') ? 'Operation not permitted' : refuse(line));
  const other = start().model;
  const [evpn, ...faults] = carryOut(other, hostile, [evi(16), ...plug(3)].map(want));
  assert.is(evpn!.fault, undefined);
  for (const { fault } of faults) assert.is(fault?.reason, 'Operation not permitted');
  assert.equal(
    carryOut(other, hostile, plug(3).map(unwant)).map(({ fault }) => fault),
    [undefined, undefined],
  );
  assert.equal(hostile.dump(), fresh([evi(16)]));
});

test('IPv6 neighbours of a bridge of ours are confirmed and not made', () => {
  const { model, kernel } = start();
  const [, confirmation] = carryOut(model, kernel, [want(evi(16)), want(neighbour('2001:db8::2', B))]);
  assert.is(confirmation!.fault, undefined);
  assert.is(kernel.neighbours.size, 0);
});

test('linuxbr: only what is ours goes from a device that was there', () => {
  const { model, kernel } = start();
  kernel.run('link add name brq type bridge');
  kernel.run('link add name vxlan-16 type vxlan id 16 local 10.77.0.1 dstport 8472 nolearning');
  kernel.run('link set dev vxlan-16 master brq');
  kernel.run(`fdb replace ${A} dev vxlan-16 self permanent dst 10.77.0.9 vni 16`);
  const before = kernel.dump();
  const state = evi(16, 'brq');
  assert.ok(
    carryOut(
      model,
      kernel,
      [state, ...tap('tap1', '02:00:00:00:00:01'), remote(B, '10.77.0.2', 20), neighbour('13.0.0.2', B)].map(
        want,
      ),
    ).every(({ fault }) => fault === undefined),
  );
  assert.equal(model.describe(state as Extract<EvpnState, { kind: 'evi' }>), {
    bridge: 'brq',
    device: 'vxlan-16',
  });
  assert.ok(kernel.tunnels.has(`vxlan-16 ${B}`));
  carryOut(model, kernel, [unwant(state)]);
  assert.equal(kernel.dump(), before);
});

test('property: any sequence of intents leaves what its last word is', () => {
  const evis = [evi(16), evi(17, undefined, 2)];
  // A port and its MAC are wanted together, as a MAC without its port is a fault.
  const universe: States[] = [1, 2].flatMap((instance) => [
    ...[A, B].flatMap((mac) => [
      [remote(mac, '10.77.0.2', 20, instance)],
      [remote(mac, '10.77.0.3', 30, instance)],
    ]),
    tap(`tap${instance}`, A, instance),
    plug(3, instance),
    plug(4, instance),
    [neighbour('13.0.0.1', A, instance)],
    [neighbour('13.0.0.1', B, instance)],
    [flood('10.77.0.2', 20, instance)],
    [flood('10.77.0.3', 20, instance)],
  ]);
  universe.push([gateway('tap3')]);
  const event = fc.record({ states: fc.constantFrom(...universe), wanted: fc.boolean() });
  fc.assert(
    fc.property(fc.array(fc.array(event, { maxLength: 6 }), { maxLength: 8 }), (batches) => {
      const { model, kernel } = start();
      carryOut(model, kernel, evis.map(want));
      const last = new Map<string, EvpnState>();
      for (const batch of batches) {
        const intents = new Map<string, Intent>();
        for (const { states, wanted } of batch) {
          for (const state of states) {
            const intent = wanted ? want(state) : unwant(state);
            intents.set(intent.key, intent);
            if (wanted) last.set(intent.key, state);
            else last.delete(intent.key);
          }
        }
        const confirmations = carryOut(model, kernel, [...intents.values()]);
        assert.equal(
          confirmations.filter(({ fault }) => fault !== undefined),
          [],
        );
      }
      assert.equal(kernel.dump(), fresh([...evis, ...last.values()]));
    }),
  );
});

test.run();
