import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { TUNNEL_TYPE } from '../../../../lib/bgp/community/encapsulation.ts';
import { want, type IpvpnState } from '../../../../lib/dataplane/intent.ts';
import type { OvsIpvpnSettings } from '../../../../lib/dataplane/ovs-ipvpn/settings.ts';
import { allRows, B, BARE, endpoint, GRE, nextHop, ovs, program, remote, rows, vrf } from './scene.ts';

const VXLAN = { ...GRE, vxlan: true };
const OFFERS_VXLAN = { encapsulations: [TUNNEL_TYPE.gre, TUNNEL_TYPE.vxlan] };

const INTO_7 = 'set_field:0->in_port,set_field:0x7->reg0';
const TO_A = 'set_field:00:00:5e:00:43:64->eth_src,set_field:02:00:00:00:00:0a->eth_dst';

interface Case {
  readonly settings?: OvsIpvpnSettings;
  readonly states?: readonly IpvpnState[];
  readonly unit: string;
  readonly rows: readonly string[];
}

const CASES: Readonly<Record<string, Case>> = {
  'packets come in from the GRE tunnel': {
    unit: 'tunnels',
    rows: ['table=0,priority=36864,mpls,in_port=1,actions=resubmit(,1)'],
  },
  'packets come in from the VXLAN tunnel, too': {
    settings: VXLAN,
    unit: 'tunnels',
    rows: [
      'table=0,priority=36864,mpls,in_port=1,actions=resubmit(,1)',
      'table=0,priority=36864,in_port=2,actions=resubmit(,1)',
    ],
  },
  'bare MPLS comes in if it is meant for this node': {
    settings: BARE,
    unit: 'tunnels',
    rows: ['table=0,priority=36864,mpls,in_port=3,dl_dst=02:00:00:00:00:01,actions=resubmit(,1)'],
  },
  'the tables are those that are configured': {
    settings: { ...GRE, inputTable: 5, firstTable: 60 },
    unit: 'tunnels',
    rows: ['table=5,priority=36864,mpls,in_port=1,actions=resubmit(,60)'],
  },
  'a port sends untagged packets': {
    states: [endpoint('11.0.0.1')],
    unit: '7/port/tap1/0',
    rows: [
      `table=0,priority=36864,ip,in_port=11,vlan_tci=0x0000/0x1fff,actions=${INTO_7},set_field:0xb->reg1,resubmit(,2)`,
      `table=0,priority=36864,arp,in_port=11,vlan_tci=0x0000/0x1fff,actions=${INTO_7},set_field:0xb->reg1,resubmit(,2)`,
    ],
  },
  'a port sends in a VLAN': {
    states: [endpoint('11.0.0.1', { ovs: ovs({ portNumber: 33, vlan: 42 }) })],
    unit: '7/port/number 33/42',
    rows: [
      `table=0,priority=36864,ip,in_port=33,dl_vlan=42,actions=pop_vlan,${INTO_7},set_field:0x2a0021->reg1,resubmit(,2)`,
      `table=0,priority=36864,arp,in_port=33,dl_vlan=42,actions=pop_vlan,${INTO_7},set_field:0x2a0021->reg1,resubmit(,2)`,
    ],
  },
  'a port that must not send': {
    states: [endpoint('11.0.0.1', { direction: 'to-port' })],
    unit: '7/port/tap1/0',
    rows: [],
  },
  'packets with the label of a machine': {
    states: [endpoint('11.0.0.1')],
    unit: '7/label/101',
    rows: [`table=1,priority=36864,mpls,mpls_label=101,mpls_bos=1,actions=pop_mpls:0x0800,${TO_A},output:11`],
  },
  'packets with the label of a machine in a VLAN, by VXLAN too': {
    settings: VXLAN,
    states: [endpoint('11.0.0.1', { ovs: ovs({ portName: 'patch', vlan: 42 }) })],
    unit: '7/label/101',
    rows: [
      `table=1,priority=36864,mpls,mpls_label=101,mpls_bos=1,actions=pop_mpls:0x0800,push_vlan:0x8100,set_field:4138->vlan_vid,${TO_A},output:20`,
      `table=1,priority=36864,tun_id=0x65,in_port=2,actions=push_vlan:0x8100,set_field:4138->vlan_vid,${TO_A},output:20`,
    ],
  },
  'another port leads to the machine, by name': {
    states: [endpoint('11.0.0.1', { ovs: ovs({ portName: 'patch', toVmPortName: 'tap2' }) })],
    unit: '7/label/101',
    rows: [`table=1,priority=36864,mpls,mpls_label=101,mpls_bos=1,actions=pop_mpls:0x0800,${TO_A},output:12`],
  },
  'another port leads to the machine, by number': {
    states: [endpoint('11.0.0.1', { ovs: ovs({ portName: 'patch', toVmPortNumber: 55 }) })],
    unit: '7/prefix/11.0.0.1/32',
    rows: [`table=2,priority=36768,ip,reg0=0x7,nw_dst=11.0.0.1,actions=dec_ttl,${TO_A},output:55`],
  },
  'nothing goes to a port that must not receive': {
    states: [endpoint('11.0.0.1', { direction: 'from-port' })],
    unit: '7/label/101',
    rows: [],
  },
  'no prefix is behind a port that must not receive': {
    states: [endpoint('11.0.0.1', { direction: 'from-port' })],
    unit: '7/prefix/11.0.0.1/32',
    rows: [],
  },
  'the subnet behind a port': {
    states: [endpoint('11.0.0.1', { prefix: '11.0.0.0/24' })],
    unit: '7/prefix/11.0.0.0/24',
    rows: [`table=2,priority=36760,ip,reg0=0x7,nw_dst=11.0.0.0/24,actions=dec_ttl,${TO_A},output:11`],
  },
  'a machine of the VRF wins over another node': {
    states: [endpoint('11.0.0.1'), remote('11.0.0.1/32', nextHop('10.77.0.2', 201))],
    unit: '7/prefix/11.0.0.1/32',
    rows: [`table=2,priority=36768,ip,reg0=0x7,nw_dst=11.0.0.1,actions=dec_ttl,${TO_A},output:11`],
  },
  'a prefix behind another node, by MPLS over GRE': {
    states: [remote('12.0.0.0/24', nextHop('10.77.0.2', 201))],
    unit: '7/prefix/12.0.0.0/24',
    rows: [
      'table=2,priority=36760,ip,reg0=0x7,nw_dst=12.0.0.0/24,actions=dec_ttl,push_mpls:0x8847,set_field:201->mpls_label,set_field:10.77.0.2->tun_dst,output:1',
    ],
  },
  'the default route': {
    states: [remote('0.0.0.0/0', nextHop('10.77.0.2', 201))],
    unit: '7/prefix/0.0.0.0/0',
    rows: [
      'table=2,priority=36736,ip,reg0=0x7,actions=dec_ttl,push_mpls:0x8847,set_field:201->mpls_label,set_field:10.77.0.2->tun_dst,output:1',
    ],
  },
  'a prefix behind a node that offers VXLAN': {
    settings: VXLAN,
    states: [remote('12.0.0.1/32', nextHop('10.77.0.2', 201, OFFERS_VXLAN))],
    unit: '7/prefix/12.0.0.1/32',
    rows: [
      'table=2,priority=36768,ip,reg0=0x7,nw_dst=12.0.0.1,actions=dec_ttl,set_field:0xc9->tun_id,set_field:10.77.0.2->tun_dst,output:2',
    ],
  },
  'VXLAN is offered, and not ours': {
    states: [remote('12.0.0.1/32', nextHop('10.77.0.2', 201, OFFERS_VXLAN))],
    unit: '7/prefix/12.0.0.1/32',
    rows: [
      'table=2,priority=36768,ip,reg0=0x7,nw_dst=12.0.0.1,actions=dec_ttl,push_mpls:0x8847,set_field:201->mpls_label,set_field:10.77.0.2->tun_dst,output:1',
    ],
  },
  'a prefix behind another node, by bare MPLS': {
    settings: BARE,
    states: [remote('12.0.0.1/32', nextHop('10.77.0.2', 201))],
    unit: '7/prefix/12.0.0.1/32',
    rows: [
      'table=2,priority=36768,ip,reg0=0x7,nw_dst=12.0.0.1,actions=dec_ttl,push_mpls:0x8847,set_field:201->mpls_label,set_field:02:00:00:00:00:01->eth_src,set_field:02:00:00:00:77:02->eth_dst,output:3',
    ],
  },
  'a prefix behind another VRF of this node': {
    states: [remote('12.0.0.1/32', nextHop('10.77.0.1', 201))],
    unit: '7/prefix/12.0.0.1/32',
    rows: [
      'table=2,priority=36768,ip,reg0=0x7,nw_dst=12.0.0.1,actions=dec_ttl,push_mpls:0x8847,set_field:201->mpls_label,resubmit(,1)',
    ],
  },
  'a prefix behind another VRF of this node that offers VXLAN alone': {
    settings: VXLAN,
    states: [remote('12.0.0.1/32', nextHop('10.77.0.1', 201, { encapsulations: [TUNNEL_TYPE.vxlan] }))],
    unit: '7/prefix/12.0.0.1/32',
    rows: [
      'table=2,priority=36768,ip,reg0=0x7,nw_dst=12.0.0.1,actions=dec_ttl,push_mpls:0x8847,set_field:201->mpls_label,resubmit(,1)',
    ],
  },
};

for (const [name, { settings = GRE, states = [], unit, rows: expected }] of Object.entries(CASES)) {
  test(name, () => {
    assert.equal(rows(program(settings, vrf(), ...states), unit), expected);
  });
}

test('flows have the cookie of their VRF, those of the tunnels that of none', () => {
  const made = program(GRE, vrf(), endpoint('11.0.0.1'));
  const cookies = allRows(made).map((row) =>
    /^flow add cookie=0xba61b1\w{3}(\w+),table=(\d)/.exec(row)?.slice(1),
  );
  assert.equal(cookies, [
    ['0000000', '0'],
    ['0000007', '2'],
    ['0000007', '1'],
    ['0000007', '2'],
    ['0000007', '2'],
    ['0000007', '0'],
    ['0000007', '0'],
  ]);
});

test('two machines of one VRF have rows of their own', () => {
  const made = program(
    GRE,
    vrf(),
    endpoint('11.0.0.1'),
    endpoint('11.0.0.2', { mac: B, tap: 'tap2', label: 102 }),
  );
  assert.equal(
    rows(made, '7/label/102').map((row) => row.replace(/.*eth_dst/, '')),
    [',output:12'],
  );
  assert.equal(rows(made, '7/port/tap2/0').length, 2);
  assert.equal(rows(made, '7/arp').length, 2, 'one reply for all that are untagged');
});

test('a trunk serves two VRFs, and an untagged port is none of its VLANs', () => {
  const trunk = (vlan?: number): { readonly ovs: ReturnType<typeof ovs> } => ({
    ovs: ovs({ portName: 'patch', vlan }),
  });
  const made = program(
    GRE,
    vrf(),
    vrf({ instance: 8 }),
    vrf({ instance: 9 }),
    endpoint('11.0.0.1', trunk(1)),
    endpoint('11.0.0.1', { ...trunk(2), instance: 8, label: 102 }),
    endpoint('11.0.0.1', { ...trunk(), instance: 9, label: 103 }),
  );
  const inputs = ['7/port/patch/1', '8/port/patch/2', '9/port/patch/0'].map((unit) => rows(made, unit)[0]!);
  assert.equal(
    inputs.map((row) => row.replace(/,set_field:\w+->reg1.*/, '')),
    [
      'table=0,priority=36864,ip,in_port=20,dl_vlan=1,actions=pop_vlan,set_field:0->in_port,set_field:0x7->reg0',
      'table=0,priority=36864,ip,in_port=20,dl_vlan=2,actions=pop_vlan,set_field:0->in_port,set_field:0x8->reg0',
      'table=0,priority=36864,ip,in_port=20,vlan_tci=0x0000/0x1fff,actions=set_field:0->in_port,set_field:0x9->reg0',
    ],
  );
});

const WAYS_TO_NODES: readonly (readonly [OvsIpvpnSettings, number, string])[] = [
  [GRE, 1, 'mpls_gre'],
  [VXLAN, 2, 'vxlan'],
  [BARE, 3, 'to-phy'],
];
for (const [settings, portNumber, name] of WAYS_TO_NODES) {
  test(`${name} is no port of a machine, by its number either`, () => {
    const reason = `local_port: port number ${portNumber} is ${name}, the way to other nodes`;
    const sending = program(settings, vrf(), endpoint('11.0.0.1', { ovs: ovs({ portNumber }) }));
    assert.equal(rows(sending, `7/port/number ${portNumber}/0`), [reason]);
    const receiving = { ovs: ovs({ portName: 'patch', toVmPortNumber: portNumber }) };
    const led = program(settings, vrf(), endpoint('11.0.0.1', receiving));
    assert.equal(rows(led, '7/label/101'), [reason]);
    assert.equal(rows(led, '7/prefix/11.0.0.1/32'), [reason]);
    const { fault } = program(settings, vrf()).take(want(endpoint('11.0.0.1', { tap: name })));
    assert.is(fault?.reason, `local_port: ${name} is the way to other nodes`);
  });
}

test('what the bridge or the node lacks is said', () => {
  const made = program(
    BARE,
    vrf(),
    endpoint('11.0.0.1', { tap: 'tap9' }),
    remote('12.0.0.1/32', nextHop('10.77.0.10', 201)),
  );
  assert.equal(rows(made, '7/port/tap9/0'), ['no port tap9']);
  assert.equal(rows(made, '7/label/101'), ['no port tap9']);
  assert.equal(rows(made, '7/prefix/12.0.0.1/32'), ['10.77.0.10 does not answer']);
});

test.run();
