import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { unwant, want, type IpvpnState } from '../../../../lib/dataplane/intent.ts';
import { LinuxIpvpn } from '../../../../lib/dataplane/linux-ipvpn/linux-ipvpn.ts';
import { unitsOf } from '../../../../lib/dataplane/unit-table.ts';
import { A, B, classifier, endpoint, nextHop, remote, vrf } from '../ovs-ipvpn/scene.ts';
import { allRows, ask, drop, ETHERNET, GRE, PAIR, program, puts, rowsOf } from './scene.ts';

const NODE = ['isolation', 'mpls', 'underlay'];

test('an endpoint comes, changes and goes', () => {
  const made = program(ETHERNET, vrf());
  const first = endpoint('11.0.0.1');
  const own = ['port/tap1', '7/label/101', '7/prefix/11.0.0.1/32'];
  const arrival = made.take(want(first));
  assert.equal(arrival.units, [...NODE, '7/vrf', ...own]);
  assert.equal(new Set(arrival.others), new Set([...own, '7/classifiers']), 'the port came into the VRF');
  assert.equal(made.take(want(first)).units, [...NODE, '7/vrf', ...own], 'a repeat');
  const moved = endpoint('11.0.0.1', { tap: 'tap2', label: 102 });
  assert.equal(
    new Set(unitsOf(made.take(want(moved)))),
    new Set([...NODE, '7/vrf', ...own, 'port/tap2', '7/label/102', '7/classifiers']),
  );
  assert.equal(allRows(made), allRows(program(ETHERNET, vrf(), moved)));
  assert.equal(unitsOf(made.take(unwant(moved))), [
    'port/tap2',
    '7/label/102',
    '7/prefix/11.0.0.1/32',
    '7/classifiers',
  ]);
  assert.equal(made.take(unwant(moved)).units, [], 'gone already');
  assert.equal(allRows(made), allRows(program(ETHERNET, vrf())));
});

test('one of two addresses of a machine goes, and the other one stays', () => {
  const made = program(ETHERNET, vrf(), endpoint('11.0.0.1'), endpoint('11.0.0.2'));
  assert.equal(puts(made, '7/label/101'), ['route replace 101 via inet 11.0.0.1 dev tap1 proto 19']);
  drop(made, endpoint('11.0.0.1'));
  assert.equal(puts(made, '7/label/101'), ['route replace 101 via inet 11.0.0.2 dev tap1 proto 19']);
  assert.equal(allRows(made), allRows(program(ETHERNET, vrf(), endpoint('11.0.0.2'))));
});

test('the machine that may send goes, and all that lies on its port is put again', () => {
  const receiver = endpoint('11.0.0.1', { direction: 'to-port', instance: 8, label: 102 });
  const sender = endpoint('11.0.0.1', { direction: 'from-port' });
  const made = program(ETHERNET, vrf(), vrf({ instance: 8 }), receiver, sender);
  const units = unitsOf(made.take(unwant(sender)));
  for (const unit of ['port/tap1', '8/prefix/11.0.0.1/32', '8/label/102', '7/classifiers']) {
    assert.ok(units.includes(unit), unit);
  }
  assert.is(rowsOf(made, '8/prefix/11.0.0.1/32')[0]!.ground, 'tap1#11 free');
});

test('with each endpoint its VRF is asked for again: that costs nothing for the others', () => {
  const made = program(ETHERNET, vrf(), endpoint('11.0.0.1'));
  assert.equal(unitsOf(made.take(want(vrf()))), [...NODE, '7/vrf']);
});

test('another gateway comes to all ports of the VRF', () => {
  const made = program(ETHERNET, vrf(), endpoint('11.0.0.1'), endpoint('11.0.0.2', { tap: 'tap2', mac: B }));
  const units = unitsOf(made.take(want(vrf({ gatewayIp: '11.0.0.253' }))));
  assert.ok(units.includes('port/tap1') && units.includes('port/tap2') && units.includes('7/classifiers'));
  assert.ok(puts(made, 'port/tap2').includes('addr replace 11.0.0.253/32 dev tap2'));
});

const FAULTS: Readonly<Record<string, readonly [IpvpnState, string]>> = {
  'an IPv6 address': [endpoint('2001:db8::1'), 'ip_address: 2001:db8::1: the driver forwards IPv4 only'],
  'a group': [endpoint('224.0.0.1'), 'ip_address: 224.0.0.1 is not the address of a host'],
  'the MAC address of a group': [
    endpoint('11.0.0.1', { mac: '01:00:00:00:00:01' }),
    'mac_address: not the MAC address of one station: "01:00:00:00:00:01"',
  ],
  'a name that is none': [
    endpoint('11.0.0.1', { tap: 'tap 1' }),
    'local_port: not an interface name: "tap 1"',
  ],
  'the interface of labelled packets': [
    endpoint('11.0.0.1', { tap: 'underlay' }),
    'local_port: underlay is the way to other nodes',
  ],
  'a tunnel': [endpoint('11.0.0.1', { tap: 'bgre-any' }), 'local_port: bgre-any is the way to other nodes'],
  'a tunnel in UDP': [
    endpoint('11.0.0.1', { tap: 'budp-0a4d0002' }),
    'local_port: budp-0a4d0002 is the way to other nodes',
  ],
  'the loopback interface': [endpoint('11.0.0.1', { tap: 'lo' }), 'local_port: lo is the loopback interface'],
  'the last label': [
    endpoint('11.0.0.1', { label: 1_048_575 }),
    'label 1048575: the kernel has those from 0 to 1048574',
  ],
  'the port of another VRF': [
    endpoint('11.0.0.1', { tap: 'tap2' }),
    'local_port: port tap2 belongs to vpn-8 already',
  ],
  'a rule that the kernel does not have': [
    classifier('size', [{ type: 'packet-length', matches: [{ and: false, operator: 1, value: 100 }] }]),
    'traffic classifier size: packet-length: policy rules of the kernel cannot match it',
  ],
  'a fallback': [
    vrf({
      instance: 9,
      fallback: { srcMac: undefined, dstMac: undefined, portName: 'router', portNumber: undefined },
    }),
    'fallback: the linux driver has none: packets that match no route are dropped',
  ],
};

for (const [name, [state, reason]] of Object.entries(FAULTS)) {
  test(`refused: ${name}`, () => {
    const made = program(
      ETHERNET,
      vrf(),
      vrf({ instance: 8 }),
      endpoint('11.0.0.9', { instance: 8, tap: 'tap2', label: 109 }),
    );
    const before = allRows(made);
    assert.equal(made.take(want(state)).fault, { command: undefined, reason });
    assert.equal(allRows(made), before);
  });
}

test('a refusal takes away what was there under the key', () => {
  const made = program(ETHERNET, vrf(), endpoint('11.0.0.1'));
  const { units, fault } = made.take(want(endpoint('11.0.0.1', { tap: 'lo' })));
  assert.ok(fault !== undefined);
  assert.ok(units.includes('7/label/101') && units.includes('port/tap1'));
  assert.equal(allRows(made), allRows(program(ETHERNET, vrf())));
});

test('a port that has gone from one VRF may come into another', () => {
  const made = program(ETHERNET, vrf(), vrf({ instance: 8 }), endpoint('11.0.0.1'));
  drop(made, endpoint('11.0.0.1'));
  ask(made, endpoint('11.0.0.1', { instance: 8 }));
  assert.is(puts(made, 'port/tap1')[0], 'link set dev tap1 master bvrf-8 up');
});

test('members wait for their VRF, and go with it', () => {
  const members = [
    endpoint('11.0.0.1'),
    endpoint('11.0.0.2', { tap: PAIR, mac: B, label: 102 }),
    remote('12.0.0.1/32', nextHop('10.77.0.2', 201)),
  ];
  const made = program(GRE, ...members);
  assert.equal([...made.units()], []);
  for (const unit of ['7/label/101', 'port/tap1', 'pe/10.77.0.2']) assert.equal(rowsOf(made, unit), []);
  const units = unitsOf(made.take(want(vrf())));
  assert.equal(new Set(units), new Set(made.units()));
  assert.equal([...allRows(made)].sort(), [...allRows(program(GRE, vrf(), ...members))].sort());
  assert.equal(new Set(unitsOf(made.take(unwant(vrf())))), new Set(units));
  assert.equal([...made.units()], []);
});

test('a tunnel stays until the last prefix behind its PE goes', () => {
  const one = remote('12.0.0.0/24', nextHop('10.77.0.2', 201), nextHop('10.77.0.3', 201));
  const other = remote('13.0.0.0/24', nextHop('10.77.0.2', 202));
  const made = program(GRE, vrf(), one);
  assert.ok(made.take(want(other)).units.includes('pe/10.77.0.2'), 'its failure is that of the prefix');
  const pes = (): readonly string[] => [...made.units()].filter((unit) => unit.startsWith('pe/'));
  assert.equal(pes(), ['pe/10.77.0.2', 'pe/10.77.0.3']);
  assert.ok(made.take(unwant(one)).units.includes('pe/10.77.0.3'));
  assert.equal(pes(), ['pe/10.77.0.2']);
  assert.equal(rowsOf(made, 'pe/10.77.0.3'), []);
  drop(made, other);
  assert.equal(pes(), []);
});

test('a rule waits for the VRF to which it leads', () => {
  const rule = classifier('all', []);
  const made = program(ETHERNET, vrf(), endpoint('11.0.0.1'), rule);
  assert.equal(puts(made, '7/classifiers'), []);
  assert.ok(unitsOf(made.take(want(vrf({ instance: 8 })))).includes('7/classifiers'));
  assert.is(puts(made, '7/classifiers').at(-1), 'rule add pref 100 iif tap1 lookup 1008 protocol 19');
  assert.ok(unitsOf(made.take(unwant(vrf({ instance: 8 })))).includes('7/classifiers'));
  assert.equal(puts(made, '7/classifiers'), []);
});

test('interfaces that matter are those of others on which something lies', () => {
  const made = program(
    ETHERNET,
    endpoint('11.0.0.1'),
    vrf({ instance: 8 }),
    endpoint('11.0.0.2', { instance: 8, tap: 'tap2', label: 102 }),
  );
  assert.equal([...made.links()], ['underlay', 'tap2']);
  assert.equal([...program(GRE, vrf(), endpoint('11.0.0.1')).links()], ['tap1']);
});

test('sysctls that matter are those of the node, of the underlay and of ports of VRFs that are there', () => {
  const waiting = [endpoint('11.0.0.3', { instance: 9, tap: 'tap3', label: 103 })];
  const node = ['net/mpls/platform_labels', 'net/mpls/conf/lo/input', 'net/ipv4/fib_multipath_hash_policy'];
  const all = 'net/ipv4/conf/all/rp_filter';
  assert.equal([...program(ETHERNET, ...waiting).sysctls()], []);
  assert.equal([...program(GRE, vrf(), ...waiting).sysctls()], node);
  const receiver = endpoint('11.0.0.1', { direction: 'to-port' });
  assert.equal(
    [...program(ETHERNET, vrf(), receiver).sysctls()],
    [...node, 'net/mpls/conf/underlay/input', all, 'net/ipv6/conf/tap1/disable_ipv6'],
  );
  assert.equal(
    [...program(GRE, vrf(), endpoint('11.0.0.1')).sysctls()],
    [
      ...node,
      all,
      'net/ipv6/conf/tap1/disable_ipv6',
      'net/ipv4/conf/tap1/rp_filter',
      'net/ipv4/neigh/tap1/proxy_delay',
    ],
  );
});

test('the looking glass shows what a VRF is made of', () => {
  const made = program(ETHERNET, vrf(), endpoint('11.0.0.1', { mac: A }));
  assert.equal(made.describe(), { mpls_interface: 'underlay' });
  assert.equal(made.describeInstance(7), { vrf_if: 'bvrf-7', route_table: 1007, ports: ['tap1'] });
  assert.equal(made.describeInstance(9), {});
});

test('what belongs to an E-VPN is refused', () => {
  const { fault } = new LinuxIpvpn(ETHERNET).take(
    want({ kind: 'gateway-port', instance: 1, interface: 'tap1', gatewayIp: undefined }),
  );
  assert.is(fault!.reason, 'an IP VPN has no gateway-port');
});

test.run();
