import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { FlowComponent } from '../../../../lib/bgp/nlri/flow-component.ts';
import type { Fallback } from '../../../../lib/vpn/request.ts';
import { unitsOf } from '../../../../lib/dataplane/unit-table.ts';
import { ask, B, classifier, drop, endpoint, GRE, ovs, program, rows, vrf } from './scene.ts';

const REPLY =
  'move:NXM_OF_ETH_SRC[]->NXM_OF_ETH_DST[],set_field:00:00:5e:00:43:64->eth_src,set_field:2->arp_op,' +
  'move:NXM_NX_ARP_SHA[]->NXM_NX_ARP_THA[],push:NXM_OF_ARP_TPA[],move:NXM_OF_ARP_SPA[]->NXM_OF_ARP_TPA[],' +
  'set_field:00:00:5e:00:43:64->arp_sha,pop:NXM_OF_ARP_SPA[]';
const BACK = 'output:NXM_NX_REG1[0..15]';

const inVlan = (vlan: number, ip = '11.0.0.1') =>
  endpoint(ip, { ovs: ovs({ portName: 'patch', vlan }), mac: B, label: 102 });

test('the gateway answers those who look for it, and those who look whether it is still there', () => {
  const made = program(GRE, vrf(), endpoint('11.0.0.1'));
  const asked = (mac: string): string =>
    `table=2,priority=36864,arp,reg0=0x7,reg1=0/0xffff0000,dl_dst=${mac},arp_tpa=11.0.0.254,arp_op=1,actions=${REPLY},${BACK}`;
  assert.equal(rows(made, '7/arp'), [asked('ff:ff:ff:ff:ff:ff'), asked('00:00:5e:00:43:64')]);
});

test('it answers in each VLAN in which machines send', () => {
  const made = program(GRE, vrf(), endpoint('11.0.0.1'), inVlan(42, '11.0.0.2'));
  assert.equal(rows(made, '7/arp').length, 4);
  assert.is(
    rows(made, '7/arp')[2],
    'table=2,priority=36864,arp,reg0=0x7,reg1=0x2a0000/0xffff0000,dl_dst=ff:ff:ff:ff:ff:ff,arp_tpa=11.0.0.254,arp_op=1,' +
      `actions=${REPLY},push_vlan:0x8100,set_field:4138->vlan_vid,${BACK}`,
  );
  drop(made, inVlan(42, '11.0.0.2'));
  assert.equal(rows(made, '7/arp').length, 2);
});

test('it answers nobody where machines do not send, it has no address, or it shall not', () => {
  assert.equal(rows(program(GRE, vrf(), endpoint('11.0.0.1', { direction: 'to-port' })), '7/arp'), []);
  assert.equal(rows(program(GRE, vrf({ gatewayIp: undefined }), endpoint('11.0.0.1')), '7/arp'), []);
  const silent = { ...GRE, arpResponder: false, proxyArp: true };
  const made = program(silent, vrf(), endpoint('11.0.0.1'));
  assert.equal(rows(made, '7/arp'), []);
  assert.equal(rows(made, '7/port/tap1/0').length, 2);
});

test('with proxy ARP it answers for every address but those of the port itself', () => {
  const proxy = { ...GRE, proxyArp: true };
  const made = program(proxy, vrf(), inVlan(42), inVlan(42, '11.0.0.2'));
  assert.equal(
    rows(made, '7/arp').map((row) => row.replace(/,actions=.*/, '')),
    [
      'table=2,priority=36864,arp,reg0=0x7,reg1=0x2a0000/0xffff0000,dl_dst=ff:ff:ff:ff:ff:ff,arp_op=1',
      'table=2,priority=36864,arp,reg0=0x7,reg1=0x2a0000/0xffff0000,dl_dst=00:00:5e:00:43:64,arp_op=1',
    ],
  );
  assert.equal(rows(made, '7/port/patch/42').slice(2), [
    'table=2,priority=36865,arp,reg0=0x7,reg1=0x2a0014,arp_tpa=11.0.0.1,arp_op=1,actions=drop',
    'table=2,priority=36865,arp,reg0=0x7,reg1=0x2a0014,arp_tpa=11.0.0.2,arp_op=1,actions=drop',
  ]);
  assert.equal(rows(program(proxy, vrf({ gatewayIp: undefined }), inVlan(42)), '7/arp').length, 2);
});

const fallback = (more: Partial<Fallback>): Fallback => ({
  srcMac: undefined,
  dstMac: undefined,
  portName: undefined,
  portNumber: undefined,
  ...more,
});

test('what matches no prefix leaves by the fallback', () => {
  const made = program(
    GRE,
    vrf({ fallback: fallback({ srcMac: '00:00:5e:2a:10:00', dstMac: B, portName: 'router' }) }),
    endpoint('11.0.0.1'),
    inVlan(42, '11.0.0.2'),
  );
  assert.equal(rows(made, '7/fallback'), [
    'table=2,priority=36608,ip,reg0=0x7,reg1=0/0xffff0000,actions=set_field:00:00:5e:2a:10:00->eth_src,set_field:02:00:00:00:00:0b->eth_dst,output:21',
    'table=2,priority=36608,ip,reg0=0x7,reg1=0x2a0000/0xffff0000,actions=push_vlan:0x8100,set_field:4138->vlan_vid,set_field:00:00:5e:2a:10:00->eth_src,set_field:02:00:00:00:00:0b->eth_dst,output:21',
  ]);
  assert.equal(made.ports().get('router'), { make: undefined });
  ask(made, vrf({ fallback: fallback({ portNumber: 9, portName: 'router' }) }));
  assert.is(
    rows(made, '7/fallback')[0],
    'table=2,priority=36608,ip,reg0=0x7,reg1=0/0xffff0000,actions=output:9',
  );
  assert.is(made.ports().get('router'), undefined);
  ask(made, vrf());
  assert.equal(rows(made, '7/fallback'), []);
});

test('a fallback without a port is told to whoever asks for it', () => {
  const made = program(GRE, vrf({ fallback: fallback({ srcMac: B }) }));
  assert.equal(rows(made, '7/fallback'), [
    'fallback: ovs_port_number or ovs_port_name is missing: one of them is expected',
  ]);
});

const TCP: FlowComponent = { type: 'protocol', matches: [{ and: false, operator: 1, value: 6 }] };
const port = (value: number): FlowComponent => ({
  type: 'destination-port',
  matches: [{ and: false, operator: 1, value }],
});
const destination = (prefix: string): FlowComponent => ({ type: 'destination', prefix });

const TO_8 = 'set_field:0x8->reg0,resubmit(,2)';

test('packets that a rule means are looked up in another VRF, when that is there', () => {
  const rule = classifier('web', [destination('12.0.0.1/32'), TCP, port(80)]);
  const made = program(GRE, vrf(), rule);
  assert.equal(rows(made, '7/classifiers'), [], 'it waits');
  const arrival = made.take({
    key: '8/vrf',
    instance: 8,
    state: vrf({ instance: 8, externalId: 'vpn-8' }),
    revision: 0,
  });
  assert.ok(unitsOf(arrival).includes('7/classifiers'));
  assert.equal(rows(made, '7/classifiers'), [
    `table=2,priority=36865,tcp,reg0=0x7,nw_dst=12.0.0.1,tp_dst=80,actions=${TO_8}`,
  ]);
  const departure = made.take({ key: '8/vrf', instance: 8, state: undefined, revision: 0 });
  assert.ok(unitsOf(departure).includes('7/classifiers'));
  assert.equal(rows(made, '7/classifiers'), []);
});

test('of rules that overlap the first in the order of RFC 8955 wins', () => {
  const made = program(
    GRE,
    vrf(),
    vrf({ instance: 8 }),
    classifier('all', [TCP]),
    classifier('host', [destination('12.0.0.1/32')]),
    classifier('net', [destination('12.0.0.0/24'), TCP, port(80)]),
  );
  assert.equal(rows(made, '7/classifiers'), [
    `table=2,priority=36867,ip,reg0=0x7,nw_dst=12.0.0.1,actions=${TO_8}`,
    `table=2,priority=36866,tcp,reg0=0x7,nw_dst=12.0.0.0/24,tp_dst=80,actions=${TO_8}`,
    `table=2,priority=36865,tcp,reg0=0x7,actions=${TO_8}`,
  ]);
  drop(made, classifier('host', []));
  assert.equal(
    rows(made, '7/classifiers').map((row) => row.slice(0, 22)),
    ['table=2,priority=36866', 'table=2,priority=36865'],
  );
});

test('a rule that Open vSwitch cannot follow is refused, and what it was before is gone', () => {
  const rule = classifier('size', [TCP]);
  const made = program(GRE, vrf(), vrf({ instance: 8 }), rule);
  const size: FlowComponent = {
    type: 'packet-length',
    matches: [{ and: false, operator: 1, value: 100 }],
  };
  const { units, fault } = made.take({
    key: '7/traffic-classifier/size',
    instance: 7,
    state: classifier('size', [size]),
    revision: 0,
  });
  assert.equal(units, ['7/classifiers']);
  assert.is(fault!.reason, 'traffic classifier size: packet-length: Open vSwitch cannot match it');
  assert.equal(rows(made, '7/classifiers'), []);
});

test('a rule does not lead a VRF to itself', () => {
  const made = program(GRE, vrf(), classifier('loop', [TCP], { redirectTo: 'vpn-7' }));
  assert.equal(rows(made, '7/classifiers'), []);
});

test.run();
