import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { examples } from '../examples.ts';
import type { Scenario } from '../scenario.ts';
import { loadScenario } from './load.ts';

const GOOD = `title: Two machines
nodes:
  a: { evpn: dummy }
  b:
route-targets:
  red: 64512:1
attachments:
  vm1: { node: a, network-type: ipvpn, vpn-instance-id: one, port: netns:to-vm1, ip: 11.0.0.1, rt: red }
  vm2:
    node: b
    network-type: ipvpn
    vpn-instance-id: two
    port: netns:to-vm2
    netns: machine2
    if2vpn: left
    ip: 12.0.0.1/16
    import-rt: [red, 64512:7]
    local-pref: 80
    advertise-subnet: true
  right: { node: b, network-type: evpn, port: netns:to-right, netns: machine2, if2vpn: right, ip: 13.0.0.1, mac: vm2 }
services:
  machine2: { left: 12.0.255.254, right: 13.0.0.254 }
steps:
  - say: Hello.
    reaches: { from: one, to: machine2, with: tcp 80, through: [machine2], back: [] }
  - detach: vm2
  - spreads: { from: one, to: machine2, with: udp 9, over: [machine2, machine2], flows: 8 }
  - does-not-reach: { from: one, to: machine2, seen-at: [] }
  - fail: b
  - restore: b
  - say: And again.
`;

function load(text: string): Scenario {
  const loaded = loadScenario(text);
  if (!loaded.ok) throw new Error(loaded.fault.join('\n'));
  return loaded.value;
}

/** What is said of the good file with one part of it replaced. */
function faults(part: string, replacement: string): readonly string[] {
  assert.ok(GOOD.includes(part), part);
  const loaded = loadScenario(GOOD.replace(part, replacement));
  return loaded.ok ? [] : loaded.fault;
}

test('nodes have the drivers that they are given, and else the usual ones', () => {
  assert.equal(Object.fromEntries(load(GOOD).nodes), {
    a: { evpn: 'dummy', ipvpn: 'ovs' },
    b: { evpn: 'linux', ipvpn: 'ovs' },
  });
});

test('an attachment is a command line, in which route targets have their numbers', () => {
  const { attachments } = load(GOOD);
  assert.equal(attachments.get('vm1')!.words, [
    ...['--network-type', 'ipvpn', '--vpn-instance-id', 'one', '--port', 'netns:to-vm1'],
    ...['--ip', '11.0.0.1', '--rt', '64512:1'],
  ]);
  const words = attachments.get('vm2')!.words.join(' ');
  assert.match(words, /--import-rt 64512:1 --import-rt 64512:7 --local-pref 80 --advertise-subnet$/);
  assert.is(attachments.get('right')!.macOf, 'vm2');
  assert.not(attachments.get('right')!.words.includes('--mac'));
});

test('machines are the namespaces of the attachments, with the address of the first one', () => {
  assert.equal(
    [...load(GOOD).machines.values()],
    [
      { name: 'one', node: 'a', address: '11.0.0.1' },
      { name: 'machine2', node: 'b', address: '12.0.0.1' },
    ],
  );
});

test('services and steps', () => {
  const { services, steps } = load(GOOD);
  assert.equal(services.get('machine2')!.sides, [
    { interface: 'left', gateway: '12.0.255.254' },
    { interface: 'right', gateway: '13.0.0.254' },
  ]);
  const journey = { from: 'one', to: 'machine2' };
  assert.equal(steps, [
    {
      say: 'Hello.',
      action: {
        kind: 'reaches',
        check: { ...journey, traffic: { protocol: 'tcp', port: 80 }, through: ['machine2'], back: [] },
      },
    },
    { say: undefined, action: { kind: 'detach', attachments: ['vm2'] } },
    {
      say: undefined,
      action: {
        kind: 'spreads',
        check: {
          ...journey,
          traffic: { protocol: 'udp', port: 9 },
          flows: 8,
          over: ['machine2', 'machine2'],
          through: undefined,
          back: undefined,
        },
      },
    },
    {
      say: undefined,
      action: {
        kind: 'does-not-reach',
        check: { ...journey, traffic: { protocol: 'icmp' }, seenAt: [] },
      },
    },
    { say: undefined, action: { kind: 'fail', node: 'b' } },
    { say: undefined, action: { kind: 'restore', node: 'b' } },
    { say: 'And again.', action: undefined },
  ]);
});

test('what is wrong is said with its line and place', () => {
  const cases: readonly (readonly [part: string, replacement: string, fault: string])[] = [
    ['title: Two machines', 'titel: Two machines', '1: title: expected a text'],
    ['title: Two machines', 'title: [', '2: Flow sequence in block collection must be'],
    [
      'evpn: dummy',
      'evpn: ovs',
      '3: nodes.a.evpn: expected linux or dummy; ovs needs a VLAN for each port, which bagpipe-rest-attach cannot name',
    ],
    ['evpn: dummy', 'ipvpn: bridge', '3: nodes.a.ipvpn: expected ovs or linux or dummy'],
    ['evpn: dummy', 'vpn: ovs', '3: nodes.a.vpn: unknown; expected one of: evpn, ipvpn'],
    ['  b:', '  rr:', '4: nodes.rr: expected a name of 12 characters at most, and not rr'],
    [
      '  b:',
      '  compute-node1:',
      '4: nodes.compute-node1: expected a name of 12 characters at most, and not rr',
    ],
    [
      'vpn-instance-id: one,',
      'vpn-instance-id: node-b,',
      '8: attachments.vm1.vpn-instance-id: node-b: expected a name that does not begin with node-',
    ],
    [
      'netns: machine2',
      'netns: node-rr',
      '14: attachments.vm2.netns: node-rr: expected a name that does not begin with node-',
    ],
    ['red: 64512:1', 'red: 64512', '6: route-targets.red: expected a route target'],
    ['node: a,', 'node: c,', '8: attachments.vm1.node: expected one of: a, b'],
    ['node: a,', '', '8: attachments.vm1.node: expected a text'],
    [
      'port: netns:to-vm1',
      'prot: x',
      '8: attachments.vm1.prot: unknown; expected an option of bagpipe-rest-attach',
    ],
    [
      'rt: red }',
      'rt: blue }',
      '8: attachments.vm1.rt: expected a route target, or a name of route-targets, found blue',
    ],
    ['rt: red }', 'rt: true }', '8: attachments.vm1.rt: expected a value'],
    [
      'advertise-subnet: true',
      'advertise-subnet: yes',
      '19: attachments.vm2.advertise-subnet: expected true',
    ],
    ['ip: 12.0.0.1/16', 'ip: [12.0.0.1, 12.0.0.2]', '16: attachments.vm2.ip: expected one value'],
    [
      'ip: 12.0.0.1/16',
      'ip: {}',
      '16: attachments.vm2.ip: expected a text, a number, true, or a list of texts',
    ],
    [
      'ip: 11.0.0.1,',
      'ip: 11.0.0,',
      '8: attachments.vm1: --ip 11.0.0: expected <address> or <address>/<length>',
    ],
    [
      'node: b, network-type: evpn',
      'node: a, network-type: evpn',
      '20: attachments.right.node: the namespace machine2 is on node b already',
    ],
    [
      'left: 12.0.255.254',
      'left: 12.0.255',
      '22: services.machine2.left: expected the IPv4 address of a gateway',
    ],
    [
      'left: 12.0.255.254',
      'middle: 12.0.255.254',
      '22: services.machine2.middle: expected one of: left, right',
    ],
    ['left: 12.0.255.254, ', '', '22: services.machine2: expected two interfaces, each with its gateway'],
    ['machine2: { left', 'machine3: { left', '22: services.machine3: expected one of: one, machine2'],
    [
      'from: one, to: machine2, with: tcp 80',
      'from: two, to: machine2',
      '25: steps.0.reaches.from: two: expected one of: one, machine2',
    ],
    ['with: tcp 80', 'with: tcp', '25: steps.0.reaches.with: expected ping, tcp PORT or udp PORT'],
    ['with: tcp 80', 'with: udp 80', '25: steps.0.reaches.back: expected nothing: UDP is not answered'],
    ['through: [machine2]', 'through: [one]', '25: steps.0.reaches.through: one: expected one of: machine2'],
    ['detach: vm2', 'detach: vm3', '26: steps.1.detach: vm3: expected one of: vm1, vm2, right'],
    [
      'detach: vm2',
      'detach: vm2\n    attach: vm2',
      '26: steps.1: expected exactly one of: attach, detach, fail, restore, reaches, does-not-reach, spreads',
    ],
    ['detach: vm2', 'fail: c', '26: steps.1.fail: c: expected one of: a, b'],
    [
      'detach: vm2',
      'wait: 5',
      '26: steps.1.wait: unknown; expected one of: say, attach, detach, fail, restore, reaches, does-not-reach, spreads',
    ],
    ['with: udp 9', 'with: ping', '27: steps.2.spreads.with: expected tcp PORT or udp PORT'],
    ['flows: 8', 'flows: 2', '27: steps.2.spreads.flows: expected a whole number from 4 to 1000'],
    ['flows: 8', 'through: [machine2]', '27: steps.2.spreads.through: machine2: expected over in its place'],
    [
      'flows: 8',
      'through: []',
      '27: steps.2.spreads.through: expected over among them, where the flows are shared',
    ],
    ['flows: 8', 'back: [over]', '27: steps.2.spreads.back: expected nothing: UDP is not answered'],
    ['flows: 8', 'through: [over, one]', '27: steps.2.spreads.through: one: expected one of: machine2'],
    ['seen-at: []', 'seen-at: [one]', '28: steps.3.does-not-reach.seen-at: one: expected one of: machine2'],
  ];
  for (const [part, replacement, fault] of cases) {
    const found = faults(part, replacement);
    assert.ok(
      found.some((each) => each.startsWith(fault)),
      `${replacement}: expected "${fault}", found ${JSON.stringify(found)}`,
    );
  }
});

test('steps that make no sense after those before them', () => {
  const cases = [
    ['fail: b', 'fail: b\n  - fail: b', '30: steps.5.fail: b has failed already; expected restore before'],
    ['fail: b', 'fail: a', '30: steps.5.restore: b has not failed; expected fail before'],
    [
      'fail: b',
      'fail: b\n  - attach: vm2',
      '30: steps.5.attach: vm2: node b has failed; expected restore: b before',
    ],
    [
      'say: Hello.\n',
      'attach: vm1\n  - say: Hello.\n',
      '26: steps.1.reaches.to: machine2: expected attach before, as it is not there yet',
    ],
  ] as const;
  for (const [part, replacement, fault] of cases) {
    assert.is(faults(part, replacement)[0], fault, replacement);
  }
  // Only what is on the node that has failed, and only as long as it has.
  assert.equal(faults('fail: b', 'fail: b\n  - attach: vm1'), []);
  assert.equal(faults('restore: b', 'restore: b\n  - attach: vm2'), []);
  // What was detached is there still.
  assert.equal(faults('fail: b', 'detach: right'), [
    '30: steps.5.restore: b has not failed; expected fail before',
  ]);
});

test('a reflector without FlowSpec, for classifiers', () => {
  const FRR = 'title: Two machines\nreflector: frr';
  assert.equal(faults('title: Two machines', FRR), []);
  const classifier = 'destination-port: 80, redirect-rts: red, ip: 11.0.0.1';
  const loaded = loadScenario(GOOD.replace('title: Two machines', FRR).replace('ip: 11.0.0.1', classifier));
  const fault = '2: reflector: expected gobgp: frr has no FlowSpec, which redirect-rts of vm1 needs';
  assert.equal(loaded, { ok: false, fault: [fault] });
});

test('an empty file', () => {
  const loaded = loadScenario('');
  assert.equal(loaded, { ok: false, fault: ['1: expected members, each with a name'] });
});

test('all examples are good, and have a title in their list', () => {
  const all = examples();
  assert.ok(all.length >= 9);
  for (const { name, path, title } of all) {
    const loaded = loadScenario(readFileSync(path, 'utf8'));
    assert.equal(loaded.ok ? [] : loaded.fault, [], name);
    if (loaded.ok) assert.is(loaded.value.title, title);
  }
});

test.run();
