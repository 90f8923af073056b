import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type EvpnState, want } from '../../../../lib/dataplane/intent.ts';
import { OvsEvpn } from '../../../../lib/dataplane/ovs-evpn/ovs-evpn.ts';
import {
  A,
  accept,
  allLines,
  B,
  evi,
  flood,
  linesOf,
  LOCAL,
  neighbour,
  port,
  programWith,
  remote,
} from './scene.ts';

const NETWORK = [evi(77), port('tap1', 42)];
const COOKIE = '0xba61b2...0000001';

const TUNNEL = 'flow add cookie=0xba61b2...0000000,table=0,priority=1,in_port=2,actions=resubmit(,4)';
const INGRESS =
  `flow add cookie=${COOKIE},table=4,priority=5,tun_id=77,` +
  'actions=push_vlan:0x8100,set_field:4138->vlan_vid,output:1';

/** What comes to the rows of an EVI with VNI 77 and VLAN 42. */
const CASES: Record<string, readonly [states: readonly EvpnState[], lines: readonly string[]]> = {
  'a MAC behind a VTEP that calls the network 88': [
    [remote(B, '10.77.0.2', 88)],
    [
      `flow add cookie=${COOKIE},table=20,priority=5,dl_vlan=42,dl_dst=${B},` +
        'actions=pop_vlan,set_field:88->tun_id,set_field:10.77.0.2->tun_dst,output:2',
    ],
  ],
  'a MAC of another EVI of the node': [
    [remote(B, LOCAL, 99)],
    [
      `flow add cookie=${COOKIE},table=20,priority=5,dl_vlan=42,dl_dst=${B},` +
        'actions=pop_vlan,set_field:0->in_port,set_field:99->tun_id,resubmit(,4)',
    ],
  ],
  'a MAC that is said to be behind ourselves': [[remote(B, LOCAL, 77)], []],
  'an IPv4 address': [
    [neighbour('13.0.0.2', B)],
    [
      `flow add cookie=${COOKIE},table=21,priority=1,arp,dl_vlan=42,arp_tpa=13.0.0.2,arp_op=1,` +
        'actions=set_field:2->arp_op,move:NXM_NX_ARP_SHA[]->NXM_NX_ARP_THA[],' +
        `move:NXM_OF_ARP_SPA[]->NXM_OF_ARP_TPA[],set_field:${B}->arp_sha,set_field:13.0.0.2->arp_spa,` +
        `move:NXM_OF_ETH_SRC[]->NXM_OF_ETH_DST[],set_field:${B}->eth_src,in_port`,
    ],
  ],
  'an IPv6 address': [[neighbour('2001:db8::2', B)], []],
  'VTEPs and another EVI of the node to flood to': [
    [flood('10.77.0.2', 88), flood(LOCAL, 99), flood('10.77.0.2', 89)],
    [
      'group add_or_mod group_id=2986344449,type=all,' +
        'bucket=bucket_id=0,actions=pop_vlan,set_field:88->tun_id,set_field:10.77.0.2->tun_dst,output:2,' +
        'bucket=bucket_id=1,actions=pop_vlan,set_field:0->in_port,set_field:99->tun_id,resubmit(,4),' +
        'bucket=bucket_id=2,actions=pop_vlan,set_field:89->tun_id,set_field:10.77.0.2->tun_dst,output:2',
      `flow add cookie=${COOKIE},table=22,priority=5,dl_vlan=42,actions=group:2986344449`,
    ],
  ],
  'nobody to flood to but ourselves': [[flood(LOCAL, 77)], []],
};

for (const [name, [states, lines]] of Object.entries(CASES)) {
  test(name, () => {
    assert.equal(allLines(programWith([...NETWORK, ...states])), [TUNNEL, INGRESS, ...lines]);
    // In whatever order it is heard of.
    assert.equal(allLines(programWith([...states, ...NETWORK.toReversed()])), [TUNNEL, INGRESS, ...lines]);
  });
}

test('the cookie of an EVI is its own, and so is its group', () => {
  const lines = allLines(programWith([evi(77, 300), port('tap1', 42, 300), flood('10.77.0.2', 88, 300)]));
  assert.match(lines[1]!, 'cookie=0xba61b2...000012c,table=4');
  assert.match(lines[2]!, 'group_id=2986344748,');
  assert.match(lines[3]!, 'cookie=0xba61b2...000012c,table=22');
});

test('a tunnel over IPv6', () => {
  const program = new OvsEvpn({ bridge: 'br-tun', localAddress: '2001:DB8::1' });
  for (const state of [...NETWORK, remote(A, '2001:db8::2', 88), remote(B, '2001:db8::1', 99)]) {
    accept(program, want(state));
  }
  assert.match(linesOf(program, `1/remote-mac/${A}`)[0]!, 'set_field:2001:db8::2->tun_ipv6_dst,output:2');
  assert.match(linesOf(program, `1/remote-mac/${B}`)[0]!, 'set_field:99->tun_id,resubmit(,4)');
  const making = program.ports().get('vxlan-bagpipe')?.make;
  assert.ok(making?.options.includes('local_ip=2001:db8::1'));
});

test('so many VTEPs that one group would be too long a message', () => {
  const many = Array.from({ length: 1030 }, (_, index) => flood(`10.78.${index >> 8}.${index & 255}`, 88));
  const lines = allLines(programWith([...NETWORK, ...many])).slice(2);
  assert.equal(
    lines.map((line) => line.split('bucket=').length - 1),
    [512, 512, 6, 0],
  );
  assert.match(lines[1]!, 'group_id=2987393025,type=all,bucket=bucket_id=0,');
  assert.match(lines[3]!, 'actions=group:2986344449,group:2987393025,group:2988441601');
});

test('more VTEPs than there are buckets', () => {
  const many = Array.from({ length: 16 * 512 + 1 }, (_, index) =>
    flood(`10.78.${index >> 8}.${index & 255}`, 88),
  );
  const program = programWith([...NETWORK, ...many]);
  assert.throws(() => allLines(program), /more VTEPs than an EVI can flood to: 8192/);
});

test.run();
