import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { contentOf, STAGES } from '../../../../lib/dataplane/linux-ipvpn/row.ts';
import { metricOf } from '../../../../lib/dataplane/linux-ipvpn/names.ts';
import { A, B, classifier, endpoint, nextHop, remote, vrf } from '../ovs-ipvpn/scene.ts';
import { ask, allRows, drop, ETHERNET, nodeWith, PAIR, program, puts, route, rowsOf, VIEW } from './scene.ts';

const TCP_80 = [
  { type: 'destination', prefix: '12.0.0.1/32' },
  { type: 'protocol', matches: [{ and: false, operator: 1, value: 6 }] },
  { type: 'destination-port', matches: [{ and: false, operator: 1, value: 80 }] },
] as const;

test('the addresses of the node come after the tables of VRFs, and first again when all VRFs have gone', () => {
  const made = program(ETHERNET, vrf());
  assert.equal(
    rowsOf(made, 'isolation').map(({ stage, put, remove }) => [stage, ...put, ...remove]),
    [
      ['guard', 'rule add pref 1000 l3mdev protocol 19', 'rule del pref 1000 l3mdev protocol 19'],
      ['guard', 'rule add pref 32765 table local protocol 19', 'rule del pref 32765 table local protocol 19'],
      ['isolation', 'rule del pref 0 table local', 'rule add pref 0 table local protocol kernel'],
    ],
  );
  drop(made, vrf());
  assert.equal(rowsOf(made, 'isolation'), []);
});

test('a rule stands for the first one before that goes', () => {
  const stages = STAGES.map(({ stage }) => stage);
  assert.ok(stages.indexOf('guard') < stages.indexOf('isolation'));
});

test('labels are switched on, and off again where they were off', () => {
  const made = program(ETHERNET, vrf());
  const view = nodeWith({}, { 'net/mpls/conf/lo/input': '1', 'net/mpls/platform_labels': '1000' });
  assert.equal(
    rowsOf(made, 'mpls', view).map(({ put, remove }) => [...put, ...remove]),
    [
      ['net/mpls/platform_labels=1048575', 'net/mpls/platform_labels=1000'],
      ['net/mpls/conf/lo/input=1'],
      ['net/ipv4/fib_multipath_hash_policy=1', 'net/ipv4/fib_multipath_hash_policy=0'],
    ],
  );
  assert.equal(puts(made, 'underlay', view), ['net/mpls/conf/underlay/input=1']);
});

test('a kernel without MPLS is named', () => {
  const made = program(ETHERNET, vrf());
  assert.equal(puts(made, 'mpls', nodeWith({}, {}, ['net/mpls/'])), [
    'net/mpls/platform_labels: there is no such key (kernel modules: mpls_router, for routes with labels also mpls_iptunnel)',
  ]);
});

test('a kernel without multipath routes does without their hash', () => {
  const made = program(ETHERNET, vrf());
  assert.is(rowsOf(made, 'mpls', nodeWith({}, {}, ['net/ipv4/fib_multipath'])).length, 2);
});

for (const [what, link, reason] of [
  ['missing', undefined, 'there is no interface underlay'],
  ['down', { up: false }, 'underlay is down'],
] as const) {
  test(`an underlay that is ${what} is named`, () => {
    const made = program(ETHERNET, vrf(), remote('12.0.0.1/32', nextHop('10.77.0.2', 201)));
    const view = nodeWith({ underlay: link });
    assert.equal(puts(made, 'underlay', view), [`mpls_interface: ${reason}`]);
    assert.equal(puts(made, '7/prefix/12.0.0.1/32', view), [`mpls_interface: ${reason}`]);
  });
}

test('a VRF is a device, and a table in which nothing is sought in vain', () => {
  assert.equal(rowsOf(program(ETHERNET, vrf()), '7/vrf'), [
    {
      key: 'link bvrf-7',
      stage: 'device',
      put: [
        'link add name bvrf-7 type vrf table 1007',
        'link set dev bvrf-7 up',
        'route replace table 1007 unreachable default metric 4278198272 proto 19',
      ],
      remove: ['link del dev bvrf-7', 'route flush table 1007 proto 19'],
      present: ['File exists'],
      tolerate: ['Cannot find device', 'No such process', 'FIB table does not exist', 'Cannot find device'],
    },
  ]);
});

test('a port is enslaved, forwards, answers ARP, and has the gateway and the machine', () => {
  const made = program(ETHERNET, vrf(), endpoint('11.0.0.1'));
  assert.equal(
    rowsOf(made, 'port/tap1').map(({ stage, put, remove, ground }) => [stage, ground, ...put, ...remove]),
    [
      ['port', 'tap1#11', 'link set dev tap1 master bvrf-7 up', 'link set dev tap1 nomaster'],
      ['setting', 'tap1#11', 'net/ipv6/conf/tap1/disable_ipv6=1', 'net/ipv6/conf/tap1/disable_ipv6=0'],
      ['setting', 'tap1#11', 'net/ipv4/conf/tap1/rp_filter=0', 'net/ipv4/conf/tap1/rp_filter=2'],
      ['setting', 'tap1#11', 'net/ipv4/neigh/tap1/proxy_delay=0', 'net/ipv4/neigh/tap1/proxy_delay=80'],
      ['setting', 'tap1#11', 'net/ipv4/conf/tap1/forwarding=1', 'net/ipv4/conf/tap1/forwarding=0'],
      ['setting', 'tap1#11', 'net/ipv4/conf/tap1/proxy_arp=1', 'net/ipv4/conf/tap1/proxy_arp=0'],
      ['setting', 'tap1#11', 'net/ipv4/conf/tap1/proxy_arp_pvlan=1', 'net/ipv4/conf/tap1/proxy_arp_pvlan=0'],
      [
        'neighbour',
        'tap1#11 bvrf-7',
        `neigh replace 11.0.0.1 lladdr ${A} dev tap1 nud permanent protocol 19`,
        `neigh replace 11.0.0.1 lladdr ${A} dev tap1 nud permanent protocol 19`,
        'neigh del 11.0.0.1 dev tap1',
      ],
      ['address', 'tap1#11', 'addr replace 11.0.0.254/32 dev tap1', 'addr del 11.0.0.254/32 dev tap1'],
    ],
  );
  const withoutIpv6 = nodeWith({}, {}, ['net/ipv6/']);
  assert.is(rowsOf(made, 'port/tap1', withoutIpv6).length, 8);
});

test('a machine has a route in its VRF, and a label', () => {
  const made = program(ETHERNET, vrf(), endpoint('11.0.0.1'));
  assert.equal(rowsOf(made, '7/prefix/11.0.0.1/32'), [
    {
      key: 'route 1007 11.0.0.1/32',
      stage: 'route',
      put: [`route replace ${route(1007, '11.0.0.1/32')} dev tap1`],
      remove: [`route del ${route(1007, '11.0.0.1/32')}`],
      tolerate: ['No such process', 'FIB table does not exist', 'Cannot find device'],
      ground: 'tap1#11 bvrf-7',
    },
  ]);
  assert.equal(rowsOf(made, '7/label/101'), [
    {
      key: 'label 101',
      stage: 'label',
      put: ['route replace 101 via inet 11.0.0.1 dev tap1 proto 19'],
      remove: ['route del 101 proto 19'],
      tolerate: ['No such process', 'FIB table does not exist', 'Cannot find device'],
      ground: 'tap1#11',
    },
  ]);
});

test('the gateway is absent where none is known', () => {
  const made = program(ETHERNET, vrf({ gatewayIp: undefined }), endpoint('11.0.0.1'));
  assert.not(puts(made, 'port/tap1').some((line) => line.startsWith('addr')));
});

test('a subnet is behind the machine that announces it, and its label is looked up in the VRF', () => {
  const made = program(ETHERNET, vrf(), endpoint('11.0.0.1', { prefix: '11.0.0.0/24' }));
  assert.equal(puts(made, '7/prefix/11.0.0.0/24'), [
    `route replace ${route(1007, '11.0.0.0/24')} via 11.0.0.1 dev tap1 onlink`,
  ]);
  assert.equal(puts(made, '7/prefix/11.0.0.1/32'), [`route replace ${route(1007, '11.0.0.1/32')} dev tap1`]);
  assert.equal(puts(made, '7/label/101'), ['route replace 101 dev bvrf-7 proto 19']);
});

for (const [how, port] of [
  ['by its name', { tap: PAIR }],
  ['by what was asked for', { port: { interface: 'tap2', description: { evpn: { id: 'net' } } } }],
] as const) {
  test(`an EVI behind a port is known ${how}: no ARP for others, the MAC address of the gateway`, () => {
    const made = program(ETHERNET, vrf(), endpoint('11.0.0.1', { prefix: '11.0.0.0/24', ...port }));
    const name = 'tap' in port ? port.tap : port.port.interface;
    const lines = puts(made, `port/${name}`);
    assert.is(lines[0], `link set dev ${name} address 00:00:5e:00:43:64 master bvrf-7 up`);
    assert.ok(lines.includes(`net/ipv4/conf/${name}/proxy_arp=0`));
    assert.ok(lines.includes(`net/ipv4/conf/${name}/proxy_arp_pvlan=0`));
    assert.equal(puts(made, '7/prefix/11.0.0.0/24'), [
      `route replace ${route(1007, '11.0.0.0/24')} dev ${name}`,
    ]);
  });
}

test('a machine that only sends has no route, no label and no neighbour', () => {
  const made = program(ETHERNET, vrf(), endpoint('11.0.0.1', { direction: 'from-port' }));
  assert.equal([...made.units()], ['isolation', 'mpls', 'underlay', 'port/tap1', '7/vrf', '7/classifiers']);
  assert.not(puts(made, 'port/tap1').some((line) => line.startsWith('neigh')));
});

test('a machine that only sends must not be filtered by its missing route', () => {
  const made = program(ETHERNET, vrf(), endpoint('11.0.0.1', { direction: 'from-port' }));
  assert.equal(puts(made, 'port/tap1', nodeWith({}, { 'net/ipv4/conf/all/rp_filter': '1' })), [
    'direction from-port: net.ipv4.conf.all.rp_filter is 1, and would drop its packets: 0 is expected',
  ]);
});

test('a machine that only receives is in no VRF, and what it sends is dropped', () => {
  const made = program(ETHERNET, vrf(), endpoint('11.0.0.1', { direction: 'to-port' }));
  assert.equal(puts(made, 'port/tap1'), [
    'rule add pref 98 iif tap1 blackhole protocol 19',
    'link set dev tap1 nomaster up',
    'net/ipv6/conf/tap1/disable_ipv6=1',
    'net/ipv4/conf/tap1/forwarding=0',
    `neigh replace 11.0.0.1 lladdr ${A} dev tap1 nud permanent protocol 19`,
  ]);
  assert.is(rowsOf(made, '7/prefix/11.0.0.1/32')[0]!.ground, 'tap1#11 free');
  assert.is(rowsOf(made, '7/label/101').length, 1);
});

test('a port sends into one VRF and receives from another', () => {
  const made = program(
    ETHERNET,
    vrf(),
    vrf({ instance: 8 }),
    endpoint('11.0.0.1', { direction: 'to-port', instance: 8, label: 102 }),
    endpoint('11.0.0.1', { direction: 'from-port' }),
  );
  assert.ok(puts(made, 'port/tap1').includes('link set dev tap1 master bvrf-7 up'));
  assert.equal(puts(made, '8/prefix/11.0.0.1/32'), [`route replace ${route(1008, '11.0.0.1/32')} dev tap1`]);
  assert.equal(puts(made, '8/label/102'), ['route replace 102 via inet 11.0.0.1 dev tap1 proto 19']);
});

for (const [what, tap, view, reason] of [
  ['that is missing', 'tap9', VIEW, 'there is no interface tap9'],
  ['of a bridge', 'bridged', VIEW, 'bridged is a port of br-int'],
] as const) {
  test(`an interface ${what} is refused`, () => {
    const made = program(ETHERNET, vrf(), endpoint('11.0.0.1', { tap }));
    for (const unit of [`port/${tap}`, '7/prefix/11.0.0.1/32', '7/label/101']) {
      assert.equal(puts(made, unit, view), [`local_port: ${reason}`]);
    }
  });
}

test('what lies on a port is put again when it is another one', () => {
  const made = program(ETHERNET, vrf(), endpoint('11.0.0.1'));
  const changed = (view: typeof VIEW): readonly string[] => {
    const before = rowsOf(made, 'port/tap1').concat(rowsOf(made, '7/prefix/11.0.0.1/32'));
    const after = rowsOf(made, 'port/tap1', view).concat(rowsOf(made, '7/prefix/11.0.0.1/32', view));
    return after.filter((row, index) => contentOf(row) !== contentOf(before[index]!)).map(({ key }) => key);
  };
  assert.equal(changed(VIEW), []);
  assert.is(changed(nodeWith({ tap1: { index: 99 } })).length, 10);
});

test('packets to other nodes get a label', () => {
  const made = program(ETHERNET, vrf(), remote('12.0.0.0/24', nextHop('10.77.0.2', 201)));
  assert.equal(rowsOf(made, '7/prefix/12.0.0.0/24'), [
    {
      key: 'route 1007 12.0.0.0/24',
      stage: 'route',
      put: [`route replace ${route(1007, '12.0.0.0/24')} encap mpls 201 via inet 10.77.0.2 dev underlay`],
      remove: [`route del ${route(1007, '12.0.0.0/24')}`],
      tolerate: ['No such process', 'FIB table does not exist', 'Cannot find device'],
      ground: 'underlay#2',
    },
  ]);
});

test('metrics of prefixes that lie side by side are different ones', () => {
  const counts = new Map<number, number>();
  for (let index = 0; index < 10_000; index += 1) {
    const metric = metricOf({ address: `20.${index >> 8}.${index & 255}.0`, length: 24 });
    assert.ok(metric >= 100 && metric < 1124);
    counts.set(metric, (counts.get(metric) ?? 0) + 1);
  }
  assert.ok(Math.max(...counts.values()) < 40, 'the kernel has short lists');
});

test('several ways share the packets, in the order of their consistent-hash orders', () => {
  const ways = [
    nextHop('10.77.0.3', 202, { hashOrder: 2 }),
    nextHop('10.77.0.2', 201, { hashOrder: 1 }),
    nextHop('10.77.0.1', 203, { hashOrder: 2 }),
    nextHop('10.77.0.2', 201, { hashOrder: 3 }),
  ];
  const made = program(ETHERNET, vrf(), remote('0.0.0.0/0', ...ways));
  assert.equal(puts(made, '7/prefix/0.0.0.0/0'), [
    `route replace ${route(1007, '0.0.0.0/0')}` +
      ' nexthop encap mpls 201 via inet 10.77.0.2 dev underlay weight 1' +
      ' nexthop encap mpls 203 via inet 127.0.0.1 dev lo weight 1' +
      ' nexthop encap mpls 202 via inet 10.77.0.3 dev underlay weight 1',
  ]);
});

test('a way that cannot be is left out while there is another one', () => {
  const bad = nextHop('10.77.0.3', 3);
  const made = program(ETHERNET, vrf(), remote('12.0.0.0/24', bad, nextHop('10.77.0.2', 201)));
  assert.match(puts(made, '7/prefix/12.0.0.0/24')[0]!, /proto 19 encap mpls 201 via inet 10\.77\.0\.2/);
  const alone = program(ETHERNET, vrf(), remote('12.0.0.0/24', bad));
  assert.equal(puts(alone, '7/prefix/12.0.0.0/24'), [
    'next hop 10.77.0.3: 3 is not a label that a packet can have',
  ]);
});

test('machines of this node win over other nodes, and share with each other', () => {
  const made = program(
    ETHERNET,
    vrf(),
    remote('11.0.0.1/32', nextHop('10.77.0.2', 201)),
    endpoint('11.0.0.1', { tap: 'tap2', mac: B, label: 102 }),
    endpoint('11.0.0.1'),
  );
  assert.equal(puts(made, '7/prefix/11.0.0.1/32'), [
    `route replace ${route(1007, '11.0.0.1/32')} nexthop dev tap1 weight 1 nexthop dev tap2 weight 1`,
  ]);
});

test('of two machines with one address behind one port, the last one has it', () => {
  const made = program(ETHERNET, vrf(), endpoint('11.0.0.1'), endpoint('11.0.0.1', { mac: B, label: 102 }));
  const neighbours = (): readonly string[] =>
    puts(made, 'port/tap1').filter((line) => line.startsWith('neigh'));
  assert.equal(neighbours(), [`neigh replace 11.0.0.1 lladdr ${B} dev tap1 nud permanent protocol 19`]);
  drop(made, endpoint('11.0.0.1', { mac: B }));
  assert.equal(neighbours(), [`neigh replace 11.0.0.1 lladdr ${A} dev tap1 nud permanent protocol 19`]);
});

test('without an interface for labels, VRFs of this node reach each other only', () => {
  const settings = { ...ETHERNET, mplsInterface: undefined };
  const made = program(
    settings,
    vrf(),
    remote('12.0.0.1/32', nextHop('10.77.0.2', 201)),
    remote('12.0.0.2/32', nextHop('10.77.0.1', 202)),
  );
  assert.equal(puts(made, '7/prefix/12.0.0.1/32'), [
    'mpls_interface is missing: there is no way to 10.77.0.2',
  ]);
  assert.match(puts(made, '7/prefix/12.0.0.2/32')[0]!, / dev lo$/);
  assert.equal(puts(made, 'underlay'), []);
});

test('rules send packets of each port of the VRF to the table of another one, the gateway excepted', () => {
  const states = [endpoint('11.0.0.1'), endpoint('11.0.0.2', { tap: 'tap2', mac: B, label: 102 })];
  const made = program(
    ETHERNET,
    vrf(),
    vrf({ instance: 8 }),
    ...states,
    classifier('all', [{ type: 'source', prefix: '11.0.0.0/24' }]),
    classifier('web', TCP_80),
  );
  assert.equal(
    puts(made, '7/classifiers'),
    ['tap1', 'tap2'].flatMap((tap) => [
      `rule add pref 99 iif ${tap} to 11.0.0.254/32 lookup 1007 protocol 19`,
      `rule add pref 100 iif ${tap} to 12.0.0.1/32 ipproto 6 dport 80 lookup 1008 protocol 19`,
      `rule add pref 101 iif ${tap} from 11.0.0.0/24 lookup 1008 protocol 19`,
    ]),
  );
  assert.ok(
    rowsOf(made, '7/classifiers').every(({ put, remove }) => remove[0] === put[0]!.replace('add', 'del')),
  );
});

test('rules of a machine that only receives, into the VRF itself, or into none are not made', () => {
  const made = program(
    ETHERNET,
    vrf(),
    vrf({ instance: 8 }),
    endpoint('11.0.0.1'),
    classifier('loop', TCP_80, { redirectTo: 'vpn-7' }),
    classifier('nowhere', TCP_80, { redirectTo: 'vpn-9' }),
  );
  assert.equal(puts(made, '7/classifiers'), []);
  const muted = program(
    ETHERNET,
    vrf(),
    vrf({ instance: 8 }),
    endpoint('11.0.0.1', { direction: 'to-port' }),
    classifier('web', TCP_80),
  );
  assert.equal(puts(muted, '7/classifiers'), []);
});

test('what was redirected into a VRF is not redirected again: that is told', () => {
  const made = program(ETHERNET, vrf(), vrf({ instance: 8 }), classifier('all', []));
  const reason =
    'traffic classifiers: packets that were redirected into a VRF cannot be redirected again from there';
  assert.equal(made.compile('7/classifiers', VIEW), { ok: false, fault: { command: undefined, reason } });
  ask(made, endpoint('11.0.0.1'));
  assert.is(puts(made, '7/classifiers').length, 2);
});

test('more rules than there are preferences are refused', () => {
  const rules = Array.from({ length: 901 }, (_, index) =>
    classifier(`${index}`, [{ type: 'source', prefix: `11.0.${index >> 8}.${index & 255}/32` }]),
  );
  const made = program(ETHERNET, vrf(), vrf({ instance: 8 }), endpoint('11.0.0.1'), ...rules);
  assert.equal(puts(made, '7/classifiers'), [
    'traffic classifiers: 901 policy rules, and at most 900 are made',
  ]);
  drop(made, rules[0]!);
  assert.is(puts(made, '7/classifiers').length, 901);
});

test('no row has a line that a batch file would take for several, or for a comment', () => {
  const made = program(
    ETHERNET,
    vrf(),
    endpoint('11.0.0.1'),
    remote('12.0.0.0/24', nextHop('10.77.0.2', 201)),
  );
  assert.ok(allRows(made).length > 10);
  for (const unit of made.units()) {
    for (const { put, remove } of rowsOf(made, unit)) {
      for (const line of [...put, ...remove]) assert.match(line, /^[\w/.:=-]+( [\w/.:=-]+)*$/);
    }
  }
});

test.run();
