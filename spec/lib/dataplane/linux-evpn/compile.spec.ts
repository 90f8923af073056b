import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Change, stagesOf } from '../../../../lib/dataplane/linux-evpn/change.ts';
import { FLUSH_ORDER, isTolerated, saysTransient } from '../../../../lib/dataplane/linux-evpn/command.ts';
import { compile } from '../../../../lib/dataplane/linux-evpn/compile.ts';
import type { Row, VethPairRow, VxlanRow } from '../../../../lib/dataplane/linux-evpn/row.ts';

const bridge: Row = {
  kind: 'bridge',
  name: 'evpn---n1',
  address: '0e:00:00:00:00:01',
  mtu: 1950,
  settled: true,
};
const vxlan: VxlanRow = {
  kind: 'vxlan',
  name: 'vxlan--n1',
  bridge: 'evpn---n1',
  vni: 16,
  local: '10.77.0.1',
  dstPort: 4789,
  mtu: 1950,
  plain: true,
  settled: true,
};
const pair: VethPairRow = {
  kind: 'veth-pair',
  interface: 'evpn1-ipvpn2',
  peer: 'ipvpn2-evpn1',
  joined: true,
  mtu: 1950,
  settled: true,
};
const settledPair = [
  'link set dev evpn1-ipvpn2 mtu 1950',
  'net/ipv6/conf/evpn1-ipvpn2/disable_ipv6=1',
  'link set dev evpn1-ipvpn2 up',
  'link set dev ipvpn2-evpn1 mtu 1950',
  'net/ipv6/conf/ipvpn2-evpn1/disable_ipv6=1',
  'link set dev ipvpn2-evpn1 up',
  'net/ipv4/conf/ipvpn2-evpn1/rp_filter=2',
];
const port: Row = { kind: 'port', role: 'evpn-port', interface: 'tap1', bridge: 'evpn---n1', up: true };
const local: Row = {
  kind: 'local-entry',
  mac: '02:00:00:00:00:01',
  interface: 'tap1',
  bridge: 'evpn---n1',
  shared: false,
  sticky: true,
};
const tunnel: Row = {
  kind: 'tunnel',
  mac: '02:00:00:00:00:02',
  device: 'vxlan--n1',
  vtep: '10.77.0.2',
  vni: 20,
};
const remote: Row = { kind: 'remote-entry', mac: '02:00:00:00:00:02', device: 'vxlan--n1', sticky: true };
const flood: Row = { kind: 'flood', device: 'vxlan--n1', vtep: '10.77.0.2', vni: 20 };
const neighbour: Row = { kind: 'neighbour', device: 'evpn---n1', ip: '13.0.0.2', mac: '02:00:00:00:00:02' };

const TABLE: [name: string, from: Row | undefined, to: Row | undefined, lines: string[]][] = [
  [
    'bridge',
    undefined,
    bridge,
    [
      'link add name evpn---n1 address 0e:00:00:00:00:01 type bridge stp_state 0 forward_delay 0 mcast_snooping 0',
      'link set dev evpn---n1 address 0e:00:00:00:00:01 mtu 1950',
      'net/ipv6/conf/evpn---n1/disable_ipv6=1',
      'net/ipv4/conf/evpn---n1/rp_filter=1',
      'net/ipv4/conf/evpn---n1/arp_ignore=8',
      'link set dev evpn---n1 up',
    ],
  ],
  [
    'VXLAN device',
    undefined,
    vxlan,
    [
      'link add name vxlan--n1 type vxlan id 16 local 10.77.0.1 dstport 4789 nolearning',
      'link set dev vxlan--n1 mtu 1950 master evpn---n1',
      'link set dev vxlan--n1 type bridge_slave learning off neigh_suppress on flood on isolated on',
      'net/ipv6/conf/vxlan--n1/disable_ipv6=1',
      'link set dev vxlan--n1 up',
    ],
  ],
  ['port', undefined, port, ['link set dev tap1 master evpn---n1 up']],
  ['pair', undefined, pair, ['link add name evpn1-ipvpn2 type veth peer name ipvpn2-evpn1', ...settledPair]],
  ['local MAC', undefined, local, ['fdb replace 02:00:00:00:00:01 dev tap1 master static sticky']],
  [
    'tunnel entry',
    undefined,
    tunnel,
    ['fdb replace 02:00:00:00:00:02 dev vxlan--n1 self permanent dst 10.77.0.2 vni 20'],
  ],
  ['remote MAC', undefined, remote, ['fdb replace 02:00:00:00:00:02 dev vxlan--n1 master static sticky']],
  [
    'flood',
    undefined,
    flood,
    ['fdb append 00:00:00:00:00:00 dev vxlan--n1 dst 10.77.0.2 vni 20 self permanent'],
  ],
  [
    'neighbour',
    undefined,
    neighbour,
    ['neigh replace 13.0.0.2 lladdr 02:00:00:00:00:02 dev evpn---n1 nud permanent'],
  ],

  ['bridge removed', bridge, undefined, ['link del dev evpn---n1']],
  ['bridge of others stays', { kind: 'shared-bridge', name: 'br' }, undefined, []],
  ['port removed', port, undefined, ['link set dev tap1 nomaster']],
  ['pair removed: one end takes the other along', pair, undefined, ['link del dev evpn1-ipvpn2']],
  [
    'what has the names of a pair removed',
    { ...pair, joined: false },
    undefined,
    ['link del dev evpn1-ipvpn2', 'link del dev ipvpn2-evpn1'],
  ],
  [
    'what has the names of a pair: made anew',
    { ...pair, joined: false },
    pair,
    [
      'link del dev evpn1-ipvpn2',
      'link del dev ipvpn2-evpn1',
      'link add name evpn1-ipvpn2 type veth peer name ipvpn2-evpn1',
      ...settledPair,
    ],
  ],
  ['a pair that is down, or of another MTU: in place', { ...pair, mtu: 1500 }, pair, settledPair],
  ['local MAC removed', local, undefined, ['fdb del 02:00:00:00:00:01 dev tap1 master']],
  [
    'tunnel entry removed',
    tunnel,
    undefined,
    ['fdb del 02:00:00:00:00:02 dev vxlan--n1 self dst 10.77.0.2 vni 20'],
  ],
  ['remote MAC removed', remote, undefined, ['fdb del 02:00:00:00:00:02 dev vxlan--n1 master']],
  ['flood removed', flood, undefined, ['fdb del 00:00:00:00:00:00 dev vxlan--n1 self dst 10.77.0.2 vni 20']],
  [
    'neighbour removed',
    neighbour,
    undefined,
    [
      'neigh replace 13.0.0.2 lladdr 02:00:00:00:00:02 dev evpn---n1 nud permanent',
      'neigh del 13.0.0.2 dev evpn---n1',
    ],
  ],

  [
    'another VTEP: replaced without a gap',
    tunnel,
    { ...tunnel, vtep: '10.77.0.3', vni: 30 },
    ['fdb replace 02:00:00:00:00:02 dev vxlan--n1 self permanent dst 10.77.0.3 vni 30'],
  ],
  [
    'another MAC of a neighbour: replaced',
    neighbour,
    { ...neighbour, mac: '02:00:00:00:00:03' },
    ['neigh replace 13.0.0.2 lladdr 02:00:00:00:00:03 dev evpn---n1 nud permanent'],
  ],
  [
    'an entry that would roam: replaced',
    { ...remote, sticky: false },
    remote,
    ['fdb replace 02:00:00:00:00:02 dev vxlan--n1 master static sticky'],
  ],
  [
    'a remote MAC becomes local: replaced',
    { ...remote, mac: '02:00:00:00:00:01' },
    local,
    ['fdb replace 02:00:00:00:00:01 dev tap1 master static sticky'],
  ],
  [
    'a local MAC becomes remote: replaced',
    { ...local, mac: '02:00:00:00:00:02' },
    remote,
    ['fdb replace 02:00:00:00:00:02 dev vxlan--n1 master static sticky'],
  ],
  [
    'another MTU: in place',
    { ...vxlan, mtu: 1450 },
    vxlan,
    [
      'link set dev vxlan--n1 mtu 1950 master evpn---n1',
      'link set dev vxlan--n1 type bridge_slave learning off neigh_suppress on flood on isolated on',
      'net/ipv6/conf/vxlan--n1/disable_ipv6=1',
      'link set dev vxlan--n1 up',
    ],
  ],
  [
    'an entry of another bridge: removed there, made here',
    { ...local, bridge: 'br' },
    local,
    [
      'fdb del 02:00:00:00:00:01 dev tap1 master',
      'fdb replace 02:00:00:00:00:01 dev tap1 master static sticky',
    ],
  ],
];

for (const [name, from, to, lines] of TABLE) {
  test(`compile: ${name}`, () =>
    assert.equal(
      compile(from, to).map((step) => step.line),
      lines,
    ));
}

for (const [what, from] of [
  ['VNI', { ...vxlan, vni: 17 }],
  ['address', { ...vxlan, local: '10.77.0.9' }],
  ['port', { ...vxlan, dstPort: 8472 }],
  ['learning', { ...vxlan, plain: false }],
] satisfies [string, Row][]) {
  test(`compile: a VXLAN device with another ${what} is made again`, () => {
    const lines = compile(from, vxlan).map((step) => step.line);
    assert.is(lines[0], 'link del dev vxlan--n1');
    assert.match(lines[1]!, /^link add name vxlan--n1 /);
  });
}

test('removals are tolerant, additions are not', () => {
  for (const row of [bridge, vxlan, pair, port, local, tunnel, remote, flood, neighbour]) {
    for (const step of compile(row, undefined)) assert.match(step.tolerate!, 'gone');
    for (const step of compile(undefined, row)) assert.is(step.tolerate, undefined);
  }
});

const change = (from: Row | undefined, to: Row | undefined): Change => ({
  instance: 1,
  rowKey: undefined,
  from,
  to,
  owner: undefined,
  steps: compile(from, to),
  needs: [],
  outcome: { state: 'open' },
});

test('flush order: referents first, removals in reverse and before all', () => {
  const added = [neighbour, remote, tunnel, flood, local, port, pair, vxlan, bridge].map((row) =>
    change(undefined, row),
  );
  const removed = [pair, bridge, port, neighbour, flood, local, tunnel, remote].map((row) =>
    change(row, undefined),
  );
  const stages = stagesOf([...added, ...removed]);
  assert.equal(
    stages.map(({ tool }) => tool),
    ['ip', 'bridge', 'ip', 'sysctl', 'ip', 'bridge', 'bridge', 'ip'],
  );
  const verbs = stages.flatMap(({ commands }) => commands.map(({ line }) => line.split(' ', 2).join(' ')));
  assert.equal(verbs, [
    ...['neigh replace', 'neigh del', 'fdb del', 'fdb del', 'fdb del', 'fdb del'],
    ...['link set', 'link del', 'link del'],
    ...['link add', 'link set', 'link add', 'link set', 'link set', 'link add', 'link set', 'link set'],
    ...['net/ipv6/conf/evpn1-ipvpn2/disable_ipv6=1', 'net/ipv6/conf/ipvpn2-evpn1/disable_ipv6=1'],
    ...['net/ipv4/conf/ipvpn2-evpn1/rp_filter=2'],
    ...['net/ipv6/conf/vxlan--n1/disable_ipv6=1', 'net/ipv6/conf/evpn---n1/disable_ipv6=1'],
    ...['net/ipv4/conf/evpn---n1/rp_filter=1', 'net/ipv4/conf/evpn---n1/arp_ignore=8'],
    ...['link set', 'link set', 'link set', 'link set', 'link set'],
    ...['fdb replace', 'fdb append', 'fdb replace', 'fdb replace', 'neigh replace'],
  ]);
});

test('the flush order names each phase once', () => {
  assert.is(new Set(FLUSH_ORDER.map(({ phase }) => phase)).size, FLUSH_ORDER.length);
});

const SAYINGS: [reason: string, gone: boolean, transient: boolean][] = [
  ['Cannot find device "tap1"', true, false],
  ['RTNETLINK answers: No such file or directory', true, false],
  ['RTNETLINK answers: No such device', true, false],
  ['Device "tap1" does not exist.', true, false],
  ['RTNETLINK answers: Operation not permitted', false, false],
  ['RTNETLINK answers: Device or resource busy', false, true],
  ['RTNETLINK answers: Resource temporarily unavailable', false, true],
  ['RTNETLINK answers: No buffer space available', false, true],
];

for (const [reason, gone, transient] of SAYINGS) {
  test(`what "${reason}" means`, () => {
    assert.is(isTolerated(reason, 'gone'), gone);
    assert.is(isTolerated(reason, undefined), false);
    assert.is(isTolerated(reason, 'gone or not a port'), gone);
    assert.is(saysTransient(reason, 'flood'), transient);
    assert.is(saysTransient(reason, 'port'), transient && !/busy/.test(reason));
  });
}

test.run();
