import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { TUNNEL_TYPE } from '../../../../lib/bgp/community/encapsulation.ts';
import type { NextHop } from '../../../../lib/dataplane/intent.ts';
import type { OvsIpvpn } from '../../../../lib/dataplane/ovs-ipvpn/ovs-ipvpn.ts';
import { IPVPN_OWNER } from '../../../../lib/dataplane/ovs/owner.ts';
import { GroupNumbers } from '../../../../lib/dataplane/ovs-ipvpn/group-numbers.ts';
import { BUCKETS } from '../../../../lib/dataplane/ovs/row.ts';
import { Prefix } from '../../../../lib/dataplane/ovs-ipvpn/prefix.ts';
import { ask, B, BARE, drop, endpoint, GRE, nextHop, program, remote, rows, vrf } from './scene.ts';

const PREFIX = '12.0.0.0/24';
const UNIT = `7/prefix/${PREFIX}`;
const FLOW = 'table=2,priority=36760,ip,reg0=0x7,nw_dst=12.0.0.0/24,actions=dec_ttl';
const FIRST = IPVPN_OWNER.firstGroup;

/** A way to another node, of this label. */
const to = (label: number, more: Partial<NextHop> = {}): NextHop => nextHop('10.77.0.2', label, more);

/** The labels of the buckets by the ids of these, in the order in which they are written. */
function buckets(made: OvsIpvpn, unit = UNIT): Readonly<Record<string, string>> {
  const matches = rows(made, unit)[0]!.matchAll(/bucket_id=(\d+),.*?set_field:(\d+)->mpls_label/g);
  return Object.fromEntries(Array.from(matches, ([, id, label]) => [id!, label!]));
}

/** The ids of the buckets, in the order in which they are written. */
function bucketIds(made: OvsIpvpn, unit = UNIT): readonly number[] {
  return Array.from(rows(made, unit)[0]!.matchAll(/bucket_id=(\d+)/g), ([, id]) => Number(id));
}

test('several ways are buckets of a group, each of another kind', () => {
  const made = program(
    { ...GRE, vxlan: true },
    vrf(),
    remote(
      PREFIX,
      to(201),
      nextHop('10.77.0.3', 202, { encapsulations: [TUNNEL_TYPE.vxlan] }),
      nextHop('10.77.0.1', 203),
    ),
  );
  assert.equal(rows(made, UNIT), [
    `group_id=${FIRST},type=select,selection_method=dp_hash,` +
      'bucket=bucket_id=0,weight=1,actions=push_mpls:0x8847,set_field:201->mpls_label,set_field:10.77.0.2->tun_dst,output:1,' +
      'bucket=bucket_id=1,weight=1,actions=set_field:0xca->tun_id,set_field:10.77.0.3->tun_dst,output:2,' +
      'bucket=bucket_id=2,weight=1,actions=push_mpls:0x8847,set_field:203->mpls_label,resubmit(,1)',
    `${FLOW},group:${FIRST}`,
  ]);
});

test('machines of the VRF that share a subnet are several ways', () => {
  const made = program(
    GRE,
    vrf(),
    endpoint('12.0.0.1', { prefix: PREFIX }),
    endpoint('12.0.0.2', { prefix: PREFIX }),
    endpoint('12.0.0.3', { prefix: PREFIX, mac: B, label: 102, tap: 'tap2' }),
    remote(PREFIX, to(201)),
  );
  assert.equal(rows(made, UNIT), [
    `group_id=${FIRST},type=select,selection_method=dp_hash,` +
      'bucket=bucket_id=0,weight=1,actions=set_field:00:00:5e:00:43:64->eth_src,set_field:02:00:00:00:00:0a->eth_dst,output:11,' +
      'bucket=bucket_id=1,weight=1,actions=set_field:00:00:5e:00:43:64->eth_src,set_field:02:00:00:00:00:0b->eth_dst,output:12',
    `${FLOW},group:${FIRST}`,
  ]);
});

test('the hash method and what belongs to it', () => {
  const selection = (settings: Partial<typeof GRE>): string => {
    const made = program({ ...GRE, ...settings }, vrf(), remote(PREFIX, to(201), to(202)));
    return /type=select,(.*?),bucket=/.exec(rows(made, UNIT)[0]!)![1]!;
  };
  const hashFields = ['ip_src', 'ip_dst'];
  assert.is(selection({ hashMethod: 'hash' }), 'selection_method=hash');
  assert.is(
    selection({ hashMethod: 'hash', hashMethodParam: 2n ** 64n - 1n, hashFields }),
    'selection_method=hash,selection_method_param=18446744073709551615,fields(ip_src,ip_dst)',
  );
  assert.is(
    selection({ hashMethodParam: 7n, hashFields }),
    'selection_method=dp_hash,selection_method_param=7',
    'fields are nothing that dp_hash takes',
  );
});

test('ways that stay keep their buckets, also while one of them is alone', () => {
  const made = program(GRE, vrf(), remote(PREFIX, to(201), to(202), to(203)));
  assert.equal(buckets(made), { 0: '201', 1: '202', 2: '203' });
  ask(made, remote(PREFIX, to(203), to(202)));
  assert.equal(buckets(made), { 1: '202', 2: '203' });
  ask(made, remote(PREFIX, to(203)));
  assert.equal(
    rows(made, UNIT).map((row) => row.includes('group')),
    [false],
  );
  ask(made, remote(PREFIX, to(204), to(203)));
  assert.equal(buckets(made), { 0: '204', 2: '203' });
  ask(made, remote(PREFIX));
  ask(made, remote(PREFIX, to(203), to(204)));
  assert.equal(buckets(made), { 0: '203', 1: '204' }, 'where there was none left, nobody stays');
});

test('a way that was alone keeps the place that it would have had', () => {
  const made = program(GRE, vrf(), remote(PREFIX, to(201, { hashOrder: 5 })));
  ask(made, remote(PREFIX, to(202, { hashOrder: 5 }), to(201, { hashOrder: 5 })));
  assert.equal(buckets(made), { 0: '202', 5: '201' });
});

test('the consistent-hash order is the place where it is free', () => {
  const of = (...nextHops: readonly NextHop[]): Readonly<Record<string, string>> =>
    buckets(program(GRE, vrf(), remote(PREFIX, ...nextHops)));
  assert.equal(of(to(201, { hashOrder: 9 }), to(202, { hashOrder: 5 }), to(203)), {
    0: '203',
    5: '202',
    9: '201',
  });
  assert.equal(of(to(201), to(202), to(203, { hashOrder: 1 })), { 0: '201', 1: '203', 2: '202' });
  const reserved = { hashOrder: 0xffff_ff00 };
  assert.equal(of(to(201, reserved), to(202)), { 0: '202', 1: '201' });
  assert.equal(of(to(201, { hashOrder: 0xffff_feff }), to(202)), { 0: '202', [0xffff_feff]: '201' });
});

test('machines of the VRF have the places that they announce', () => {
  const behind = (ip: string, label: number, hashOrder: number): ReturnType<typeof endpoint> =>
    endpoint(ip, { prefix: PREFIX, label, hashOrder });
  const made = program(GRE, vrf(), behind('12.0.0.1', 101, 5), behind('12.0.0.2', 102, 9));
  assert.equal(bucketIds(made), [5, 9]);
  ask(made, behind('12.0.0.3', 103, 0));
  assert.equal(bucketIds(made), [0, 5, 9]);
  const again = program(GRE, vrf(), behind('12.0.0.1', 101, 5));
  ask(again, behind('12.0.0.1', 101, 7), behind('12.0.0.2', 102, 9));
  assert.equal(bucketIds(again), [7, 9], 'the last that was asked for counts');
});

test('of more ways than a group takes, the first are used, and those that are left out are counted', () => {
  const many = Array.from({ length: BUCKETS + 88 }, (_, index) => to(1000 + index));
  const made = program(GRE, vrf(), remote(PREFIX, ...many), remote('13.0.0.0/24', ...many.slice(0, BUCKETS)));
  assert.equal(
    bucketIds(made),
    many.slice(0, BUCKETS).map((_, id) => id),
  );
  assert.is(bucketIds(made, '7/prefix/13.0.0.0/24').length, BUCKETS);
  assert.equal(made.describeInstance(7), { ports: [], ways_left_out: { [PREFIX]: 88 } });
  ask(made, remote(PREFIX, ...many.filter((_, id) => id !== 3)));
  assert.equal(
    bucketIds(made),
    many.slice(0, BUCKETS + 1).flatMap((_, id) => (id === 3 ? [] : id)),
    'the next one takes the place of one that goes',
  );
  ask(made, remote(PREFIX, ...many.slice(0, BUCKETS)));
  assert.equal(made.describeInstance(7), { ports: [] });
});

test('a way that is not known leaves its place to another one', () => {
  const known = Array.from({ length: BUCKETS }, (_, index) => nextHop('10.77.0.2', 1000 + index));
  const made = program(BARE, vrf(), remote(PREFIX, nextHop('10.77.0.10', 201), ...known));
  assert.equal(
    bucketIds(made),
    known.map((_, index) => index + 1),
  );
});

test('a repeat leaves everything as it is, in whatever order', () => {
  const made = program(GRE, vrf(), remote(PREFIX, to(201), to(202)));
  const before = rows(made, UNIT);
  ask(made, remote(PREFIX, to(202), to(201)));
  assert.equal(rows(made, UNIT), before);
});

test('one and the same way twice is one bucket', () => {
  const made = program(GRE, vrf(), remote(PREFIX, to(201), to(201), to(202)));
  assert.equal(buckets(made), { 0: '201', 1: '202' });
});

test('a next hop that is not known is left out while there is another one', () => {
  const made = program(
    BARE,
    vrf(),
    remote(PREFIX, nextHop('10.77.0.10', 201), nextHop('10.77.0.2', 202), nextHop('10.77.0.11', 203)),
  );
  assert.equal(buckets(made), { 1: '202' });
  ask(made, remote(PREFIX, nextHop('10.77.0.10', 201), nextHop('10.77.0.11', 203)));
  assert.equal(rows(made, UNIT), ['10.77.0.10 does not answer']);
});

test('a next hop that no tunnel leads to is left out, and nobody is asked for it', () => {
  for (const settings of [GRE, BARE]) {
    for (const address of ['2001:db8::1', '0.0.0.0', '224.0.0.1', '255.255.255.255', '']) {
      const made = program(settings, vrf(), remote(PREFIX, nextHop(address, 201)));
      assert.equal(rows(made, UNIT), [`next hop ${address} is not the IPv4 address of a host`]);
      assert.equal([...made.neighbours()], []);
      ask(made, remote(PREFIX, nextHop(address, 201), nextHop('10.77.0.2', 202)));
      assert.equal(buckets(made), { 1: '202' });
      drop(made, remote(PREFIX));
      assert.equal([...made.neighbours()], []);
    }
  }
});

test('a prefix keeps its group, and what is given back is taken again late', () => {
  const other = '13.0.0.0/24';
  const made = program(GRE, vrf(), remote(PREFIX, to(201), to(202)), remote(other, to(201), to(202)));
  const group = (prefix: string): string => /group_id=(\d+)/.exec(rows(made, `7/prefix/${prefix}`)[0]!)![1]!;
  assert.is(group(other), String(FIRST + 1));
  ask(made, remote(PREFIX, to(201), to(202), to(203)));
  assert.is(group(PREFIX), String(FIRST));
  drop(made, remote(PREFIX));
  ask(made, remote('14.0.0.0/24', to(201), to(202)));
  assert.is(group('14.0.0.0/24'), String(FIRST + 2));
  assert.is(group(other), String(FIRST + 1));
});

test('a prefix gives its group back when it has one way left', () => {
  const numbers = new GroupNumbers(IPVPN_OWNER, 1);
  const prefix = new Prefix();
  prefix.replace([], [to(201), to(202)], numbers);
  assert.is(numbers.take(), undefined);
  prefix.replace([], [to(202)], numbers);
  assert.is(numbers.take(), FIRST);
});

test('group numbers run out, and come back', () => {
  const numbers = new GroupNumbers(IPVPN_OWNER, 3);
  assert.equal([numbers.take(), numbers.take(), numbers.take()], [FIRST, FIRST + 1, FIRST + 2]);
  assert.is(numbers.take(), undefined);
  numbers.giveBack(FIRST + 1);
  assert.is(numbers.take(), FIRST + 1);
});

test.run();
