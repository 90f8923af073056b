import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { TUNNEL_TYPE } from '../../../../lib/bgp/community/encapsulation.ts';
import { intentKey, unwant, want, type IpvpnState } from '../../../../lib/dataplane/intent.ts';
import { OvsIpvpn } from '../../../../lib/dataplane/ovs-ipvpn/ovs-ipvpn.ts';
import { unitsOf } from '../../../../lib/dataplane/unit-table.ts';
import {
  A,
  allRows,
  ask,
  B,
  BARE,
  classifier,
  drop,
  endpoint,
  GRE,
  nextHop,
  ovs,
  PAIR,
  PORTS,
  program,
  remote,
  rows,
  VIEW,
  vrf,
} from './scene.ts';

test('an endpoint comes, changes and goes', () => {
  const made = program(GRE, vrf());
  const first = endpoint('11.0.0.1');
  const units = ['7/prefix/11.0.0.1/32', '7/label/101', '7/port/tap1/0'];
  assert.equal(made.take(want(first)).units, ['tunnels', ...units, '7/arp', '7/fallback']);
  assert.equal(made.take(want(first)).units, ['tunnels', ...units], 'a repeat');
  const moved = endpoint('11.0.0.1', { tap: 'tap2', label: 102 });
  assert.equal(made.take(want(moved)).units, [
    'tunnels',
    '7/prefix/11.0.0.1/32',
    '7/label/102',
    '7/port/tap2/0',
    '7/label/101',
    '7/port/tap1/0',
  ]);
  assert.equal(allRows(made), allRows(program(GRE, vrf(), moved)));
  assert.equal(made.take(unwant(moved)).units, [
    '7/prefix/11.0.0.1/32',
    '7/label/102',
    '7/port/tap2/0',
    '7/arp',
    '7/fallback',
  ]);
  assert.equal(made.take(unwant(moved)).units, [], 'gone already');
  assert.equal(allRows(made), allRows(program(GRE, vrf())));
});

const PATCH = { portName: 'patch', vlan: 42, toVmPortName: 'tap3' };
const CHANGES: Readonly<Record<string, Parameters<typeof endpoint>[1]>> = {
  'the VLAN': { ovs: ovs({ ...PATCH, vlan: 43 }) },
  'the port': { ovs: ovs({ ...PATCH, portName: 'tap2' }) },
  'the port to the machine': { ovs: ovs({ ...PATCH, toVmPortName: 'tap2' }) },
  'whether the port is plugged': { ovs: { ...ovs(PATCH), plugged: false } },
  'the prefix': { ovs: ovs(PATCH), prefix: '11.0.0.0/24' },
  'the label': { ovs: ovs(PATCH), label: 109 },
  'the direction': { ovs: ovs(PATCH), direction: 'to-port' },
};

for (const [what, change] of Object.entries(CHANGES)) {
  test(`an endpoint is asked for again, and another is ${what}`, () => {
    const made = program(GRE, vrf(), endpoint('11.0.0.1', { ovs: ovs(PATCH) }));
    const changed = endpoint('11.0.0.1', change);
    ask(made, changed);
    const fresh = program(GRE, vrf(), changed);
    assert.equal(allRows(made), allRows(fresh));
    assert.equal(Object.fromEntries(made.ports()), Object.fromEntries(fresh.ports()));
  });
}

test('a label stays until the last address of the machine goes', () => {
  const made = program(GRE, vrf(), endpoint('11.0.0.1'), endpoint('11.0.0.2'));
  assert.is([...made.units()].filter((unit) => unit.includes('/label/')).length, 1);
  drop(made, endpoint('11.0.0.1'));
  assert.is(rows(made, '7/label/101').length, 1);
  assert.is(rows(made, '7/port/tap1/0').length, 2);
  drop(made, endpoint('11.0.0.2'));
  assert.is(rows(made, '7/label/101').length, 0);
  assert.is(rows(made, '7/port/tap1/0').length, 0);
});

test('a port sends as long as one address behind it may', () => {
  const made = program(
    GRE,
    vrf(),
    endpoint('11.0.0.1', { direction: 'from-port' }),
    endpoint('11.0.0.2', { direction: 'to-port' }),
  );
  assert.is(rows(made, '7/port/tap1/0').length, 2);
  drop(made, endpoint('11.0.0.1'));
  assert.is(rows(made, '7/port/tap1/0').length, 0);
  assert.is(rows(made, '7/label/101').length, 1);
});

test('another node has the prefix when the machine has gone', () => {
  const made = program(GRE, vrf(), endpoint('11.0.0.1'), remote('11.0.0.1/32', nextHop('10.77.0.2', 201)));
  drop(made, endpoint('11.0.0.1'));
  assert.match(rows(made, '7/prefix/11.0.0.1/32')[0]!, /->mpls_label/);
});

const FAULTS: Readonly<Record<string, readonly [IpvpnState, string]>> = {
  'a plugged port without a number or a name': [
    endpoint('11.0.0.1', { ovs: ovs() }),
    'local_port.ovs: port_number or port_name is missing: a plugged port needs one of them',
  ],
  'an IPv6 address': [endpoint('2001:db8::1'), 'ip_address: 2001:db8::1: the driver forwards IPv4 only'],
  'a tunnel as a port': [
    endpoint('11.0.0.1', { tap: 'mpls_gre' }),
    'local_port: mpls_gre is the way to other nodes',
  ],
  'the port of another VRF': [
    endpoint('11.0.0.1', { tap: 'tap2' }),
    'local_port: port tap2 belongs to vpn-8 already',
  ],
  'the VLAN of another VRF': [
    endpoint('11.0.0.1', { ovs: ovs({ portNumber: 9, vlan: 42 }) }),
    'local_port: port 9, VLAN 42 belongs to vpn-8 already',
  ],
};

for (const [name, [state, reason]] of Object.entries(FAULTS)) {
  test(`refused: ${name}`, () => {
    const made = program(
      GRE,
      vrf(),
      vrf({ instance: 8 }),
      endpoint('11.0.0.9', { instance: 8, tap: 'tap2', label: 109 }),
      endpoint('11.0.0.8', { instance: 8, label: 108, ovs: ovs({ portNumber: 9, vlan: 42 }) }),
    );
    const before = allRows(made);
    const ports = [...made.ports()];
    assert.equal(made.take(want(state)).fault, { command: undefined, reason });
    assert.equal(allRows(made), before);
    assert.equal([...made.ports()], ports);
  });
}

test('a refusal takes away what was there under the key', () => {
  const made = program(GRE, vrf(), endpoint('11.0.0.1'));
  const { units, fault } = made.take(want(endpoint('11.0.0.1', { ovs: ovs() })));
  assert.ok(fault !== undefined);
  assert.ok(units.includes('7/label/101'));
  assert.equal(allRows(made), allRows(program(GRE, vrf())));
});

test('a port may receive from one VRF and send into another', () => {
  const made = program(
    GRE,
    vrf(),
    vrf({ instance: 8 }),
    endpoint('11.0.0.1', { direction: 'from-port' }),
    endpoint('11.0.0.1', { direction: 'to-port', instance: 8, label: 102 }),
  );
  assert.is(rows(made, '8/label/102').length, 1);
  assert.is(rows(made, '8/port/tap1/0').length, 0);
});

test('a port that has gone from one VRF may come into another', () => {
  const made = program(GRE, vrf(), vrf({ instance: 8 }), endpoint('11.0.0.1'));
  drop(made, endpoint('11.0.0.1'));
  ask(made, endpoint('11.0.0.1', { instance: 8 }));
  assert.is(rows(made, '8/port/tap1/0').length, 2);
});

test('one port by two names belongs to the VRF that asked first', () => {
  const byNumber = endpoint('11.0.0.1', {
    instance: 8,
    label: 102,
    ovs: ovs({ portNumber: PORTS.get('tap1') }),
  });
  const numberLast = program(GRE, vrf(), vrf({ instance: 8 }), endpoint('11.0.0.1'), byNumber);
  assert.is(rows(numberLast, '7/port/tap1/0').length, 2);
  assert.equal(rows(numberLast, '8/port/number 11/0'), [
    'port tap1 has OpenFlow number 11, and is a port of vpn-7',
  ]);
  const numberFirst = program(GRE, vrf(), vrf({ instance: 8 }), byNumber, endpoint('11.0.0.1'));
  assert.is(rows(numberFirst, '8/port/number 11/0').length, 2);
  assert.equal(rows(numberFirst, '7/port/tap1/0'), [
    'port number 11 has OpenFlow number 11, and is a port of vpn-8',
  ]);
});

test('members wait for their VRF, and go with it', () => {
  const members = [endpoint('11.0.0.1'), remote('12.0.0.1/32', nextHop('10.77.0.2', 201))];
  const made = program(GRE, ...members);
  assert.equal([...made.units()], []);
  assert.equal(rows(made, '7/label/101'), []);
  const units = unitsOf(made.take(want(vrf())));
  assert.equal(new Set(units), new Set(made.units()));
  assert.equal(allRows(made), allRows(program(GRE, vrf(), ...members)));
  assert.equal(new Set(unitsOf(made.take(unwant(vrf())))), new Set(units));
  assert.equal([...made.units()], []);
});

test('neighbours are the next hops of bare MPLS', () => {
  const made = program(
    { ...BARE, vxlan: true },
    vrf(),
    remote('12.0.0.0/24', nextHop('10.77.0.2', 201), nextHop('10.77.0.1', 202)),
    remote('13.0.0.0/24', nextHop('10.77.0.2', 201), nextHop('10.77.0.3', 201)),
    remote('14.0.0.0/24', nextHop('10.77.0.4', 201, { encapsulations: [TUNNEL_TYPE.vxlan] })),
  );
  assert.equal([...made.neighbours()], ['10.77.0.2', '10.77.0.3']);
  ask(made, remote('13.0.0.0/24', nextHop('10.77.0.3', 205)));
  drop(made, remote('12.0.0.0/24'));
  assert.equal([...made.neighbours()], ['10.77.0.3']);
  assert.equal([...program(GRE, vrf(), remote('12.0.0.0/24', nextHop('10.77.0.2', 201))).neighbours()], []);
});

test('what belongs to an E-VPN is refused', () => {
  const { fault } = new OvsIpvpn(GRE).take(
    want({ kind: 'gateway-port', instance: 1, interface: 'tap1', gatewayIp: undefined }),
  );
  assert.is(fault!.reason, 'an IP VPN has no gateway-port');
});

/** Whatever may be asked for: each machine has one port, and each port is in one VRF. */
const MACHINES = [
  { instance: 7, mac: A, label: 101, tap: 'tap1' },
  { instance: 7, mac: B, label: 102, ovs: ovs({ portName: 'patch', vlan: 42 }) },
  { instance: 8, mac: A, label: 103, ovs: ovs({ portName: 'patch', vlan: 43, toVmPortName: 'tap3' }) },
  { instance: 8, mac: B, label: 104, tap: 'tap2' },
  { instance: 8, mac: B, label: 105, tap: PAIR },
];

const instance = fc.constantFrom(7, 8);
const PREFIXES = ['11.0.0.1/32', '11.0.0.2/32', '11.0.0.0/24', '0.0.0.0/0'];

const someVrf = fc
  .record({
    instance,
    gatewayIp: fc.constantFrom('11.0.0.254', undefined),
    portName: fc.constantFrom('router', undefined),
    importsOwn: fc.boolean(),
  })
  .map(({ instance: number, portName, ...more }) => {
    const none = { srcMac: undefined, dstMac: undefined, portNumber: undefined };
    return vrf({ instance: number, ...more, fallback: portName && { ...none, portName } });
  });

const someEndpoint = fc
  .record({
    machine: fc.constantFrom(...MACHINES),
    ip: fc.constantFrom('11.0.0.1', '11.0.0.2', '0.0.0.0'),
    subnet: fc.boolean(),
    direction: fc.constantFrom('both' as const, 'to-port' as const, 'from-port' as const),
  })
  .map(({ machine, ip, subnet, direction }) =>
    endpoint(ip, {
      ...machine,
      direction,
      ...((subnet || ip === '0.0.0.0') && { prefix: ip === '0.0.0.0' ? '0.0.0.0/0' : '11.0.0.0/24' }),
    }),
  );

const someNextHop = fc
  .record({
    address: fc.constantFrom('10.77.0.1', '10.77.0.2', '10.77.0.3', '10.77.0.10'),
    label: fc.constantFrom(201, 202),
    vxlan: fc.boolean(),
    hashOrder: fc.nat(3),
  })
  .map(({ address, label, vxlan, hashOrder }) =>
    nextHop(address, label, { hashOrder, encapsulations: vxlan ? [TUNNEL_TYPE.vxlan] : [] }),
  );

const someRemote = fc
  .record({
    instance,
    prefix: fc.constantFrom(...PREFIXES),
    nextHops: fc.array(someNextHop, { maxLength: 3 }),
  })
  .map(({ instance: number, prefix, nextHops }) => ({ ...remote(prefix, ...nextHops), instance: number }));

const someClassifier = fc
  .record({ instance, prefix: fc.constantFrom(...PREFIXES), redirectTo: fc.constantFrom('vpn-7', 'vpn-8') })
  .map(({ instance: number, prefix, redirectTo }) =>
    classifier(prefix, [{ type: 'destination', prefix }], { instance: number, redirectTo }),
  );

const someIntent = fc
  .tuple(fc.oneof(someVrf, someEndpoint, someRemote, someClassifier), fc.nat(3))
  .map(([state, dice]) => (dice === 0 ? unwant(state) : want(state)));

/** Rows in any order, and without the ids of groups and buckets; buckets in any order, too. */
function canonical(all: readonly string[]): readonly string[] {
  return all
    .map((row) => row.replace(/group(_id=|:)\d+/, 'group').replace(/bucket_id=\d+/g, ''))
    .map((row) => row.split('bucket=').sort().join('|').replaceAll(/,\|/g, '|').replace(/,$/, ''))
    .sort();
}

for (const [mode, settings] of Object.entries({ GRE, BARE })) {
  const all = { ...settings, vxlan: true, proxyArp: true };

  test(`${mode}: what is held depends on what is wanted last, and every change is announced`, () => {
    fc.assert(
      fc.property(fc.array(someIntent, { maxLength: 60 }), (intents) => {
        const made = new OvsIpvpn(all);
        const last = new Map<string, IpvpnState>();
        /** What a switch would hold that compiles again what it is told to, and nothing else. */
        const held = new Map<string, readonly string[]>();
        for (const intent of intents) {
          const taken = made.take(intent);
          assert.is(taken.fault, undefined);
          if (intent.state === undefined) last.delete(intent.key);
          else last.set(intent.key, intent.state as IpvpnState);
          for (const unit of unitsOf(taken)) {
            const compiled = made.compile(unit, VIEW);
            held.set(
              unit,
              compiled.ok ? compiled.value.map(({ put }) => put) : [`${unit}: ${compiled.fault.reason}`],
            );
          }
        }
        const now = allRows(made);
        assert.equal([...held.values()].flat().sort(), [...now].sort());
        const keys = now.map((row) => row.replace(/,actions=.*|,type=.*/, '').replace(/cookie=\w+/, ''));
        assert.is(new Set(keys).size, keys.length, 'a row belongs to one unit');
        const fresh = program(all, ...last.values());
        assert.equal(canonical(now), canonical(allRows(fresh)));
        const sorted = (map: ReadonlyMap<string, unknown>): unknown =>
          [...map].map((entry) => JSON.stringify(entry)).sort();
        assert.equal(sorted(made.ports()), sorted(fresh.ports()));
        assert.equal([...made.neighbours()].sort(), [...fresh.neighbours()].sort());
        assert.equal([...last.keys()], [...last.values()].map(intentKey));
        for (const state of last.values()) made.take(unwant(state));
        assert.equal([[...made.units()], [...made.ports()], [...made.neighbours()]], [[], [], []]);
      }),
      { numRuns: 300 },
    );
  });
}

test.run();
