import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type {
  EvpnState,
  EviState,
  FloodState,
  LocalMacState,
  NeighbourState,
  RemoteMacState,
} from '../../../lib/dataplane/intent.ts';
import { want } from '../../../lib/dataplane/intent.ts';
import { Laboratory, type Namespace } from '../../support/network-namespace.ts';
import { needsRoot } from '../../support/needs.ts';
import { eventually } from '../../support/eventually.ts';
import { SinkDriver } from '../../support/sink-driver.ts';
import { snapshot } from './snapshot.ts';

/** The sink against the kernel, in one namespace: what stands in its tables after each batch. */
const test = suite<{ lab: Laboratory; node: Namespace; drivers: SinkDriver[] }>('E-VPN linux: kernel');

const evi = (externalId: string, vni: number, bridge?: string, instance = 1): EviState => ({
  kind: 'evi',
  instance,
  externalId,
  vni,
  bridge,
});
const tap = (name: string, mac: string, instance = 1): [EvpnState, LocalMacState] => {
  const port = { interface: name, description: { linuxif: name } };
  return [
    { kind: 'evpn-port', instance, port },
    { kind: 'local-mac', instance, port, mac },
  ];
};
const remote = (mac: string, vtep = '10.77.0.2', vni = 20, instance = 1): RemoteMacState => ({
  kind: 'remote-mac',
  instance,
  mac,
  vtep,
  vni,
});
const neighbour = (ip: string, mac: string, instance = 1): NeighbourState => ({
  kind: 'neighbour',
  instance,
  ip,
  mac,
});
const flood = (vtep = '10.77.0.2', vni = 20, instance = 1): FloodState => ({
  kind: 'flood',
  instance,
  vtep,
  vni,
});

const LOCAL_MAC = '02:00:00:00:00:01';
const REMOTE_MAC = '02:00:00:00:00:02';

const N1: readonly EvpnState[] = [
  evi('n1', 16),
  ...tap('tap1', LOCAL_MAC),
  flood(),
  remote(REMOTE_MAC),
  neighbour('13.0.0.2', REMOTE_MAC),
];

test.before.each(async (context) => {
  context.lab = new Laboratory();
  context.drivers = [];
  context.node = await context.lab.namespace('a');
  await context.node.script(`
    ip link add eth-u mtu 2000 type veth peer name eth-p
    ip addr add 10.77.0.1/24 dev eth-u
    ip link set eth-u up
    ip link add tap1 type veth peer name vm1
    ip link add tap2 type veth peer name vm2
  `);
});

test.after.each(async ({ lab, drivers }) => {
  for (const driver of drivers) driver.kill();
  await lab.destroy();
});

interface Context {
  readonly node: Namespace;
  readonly drivers: SinkDriver[];
}

function start({ node, drivers }: Context, options = {}): SinkDriver {
  const driver = new SinkDriver({ rootHelper: node.prefix, ...options });
  drivers.push(driver);
  return driver;
}

async function entries(node: Namespace, words: string): Promise<string[]> {
  const lines = (await node.run(`bridge fdb show ${words}`)).split('\n');
  return lines
    .filter((line) => line.includes(' static') || line.includes(' dst '))
    .map((line) => line.trim());
}

test('the platform is found fit, and left as it was', async (context) => {
  const before = await snapshot(context.node);
  assert.equal(await start(context).sink.prepare(), { ok: true, value: undefined });
  assert.is(await snapshot(context.node), before);
});

test('a platform that is not fit says why', async (context) => {
  const unprivileged = start(context, { rootHelper: ['setpriv', '--reuid=65534', '--clear-groups'] });
  const refused = await unprivileged.sink.prepare();
  assert.ok(!refused.ok && /not permitted/.test(refused.fault.reason), JSON.stringify(refused));
  const missing = await start(context, { rootHelper: ['/nonexistent/helper'] }).sink.prepare();
  assert.ok(!missing.ok && /ENOENT/.test(missing.fault.reason), JSON.stringify(missing));
});

test('attach makes exactly the target state', async (context) => {
  const { node } = context;
  await start(context).have(...N1);
  const links = (await node.json('ip -j -d link')) as {
    ifname: string;
    master?: string;
    mtu: number;
    flags: string[];
  }[];
  const link = (name: string) => links.find(({ ifname }) => ifname === name)!;
  assert.is(link('evpn---n1').mtu, 1950);
  assert.is(link('vxlan--n1').mtu, 1950);
  assert.is(link('vxlan--n1').master, 'evpn---n1');
  assert.is(link('tap1').master, 'evpn---n1');
  for (const name of ['evpn---n1', 'vxlan--n1', 'tap1']) assert.ok(link(name).flags.includes('UP'), name);
  const details = await node.run('ip -d link show vxlan--n1');
  assert.match(details, /vxlan id 16 local 10\.77\.0\.1 .*dstport 4789 nolearning/);
  assert.match(details, /bridge_slave .*learning off flood on .*neigh_suppress on .*isolated on/);
  assert.match(
    await node.run('ip -d link show evpn---n1'),
    /bridge forward_delay 0 .*stp_state 0 .*mcast_snooping 0/,
  );
  for (const name of ['evpn---n1', 'vxlan--n1']) {
    assert.is(await node.run(`cat /proc/sys/net/ipv6/conf/${name}/disable_ipv6`), '1');
  }
  assert.equal((await entries(node, 'br evpn---n1')).sort(), [
    '00:00:00:00:00:00 dev vxlan--n1 dst 10.77.0.2 vni 20 self permanent',
    '02:00:00:00:00:01 dev tap1 sticky master evpn---n1 static',
    '02:00:00:00:00:02 dev vxlan--n1 dst 10.77.0.2 vni 20 self permanent',
    '02:00:00:00:00:02 dev vxlan--n1 sticky master evpn---n1 static',
  ]);
  assert.match(
    await node.run('ip neigh show dev evpn---n1'),
    /13\.0\.0\.2 lladdr 02:00:00:00:00:02 PERMANENT/,
  );
});

test('a repeat of the same intents runs no command', async (context) => {
  const driver = start(context);
  await driver.have(...N1);
  driver.changes.length = 0;
  await driver.have(...N1);
  assert.equal(driver.changes, []);
});

test('attach and detach one by one leave the node as it was', async (context) => {
  const before = await snapshot(context.node);
  const driver = start(context);
  await driver.have(...N1);
  for (const state of N1.toReversed()) await driver.drop(state);
  assert.is(await snapshot(context.node), before);
  assert.equal(driver.warnings, []);
});

test('removal of the EVI alone leaves the node as it was, port included', async (context) => {
  const before = await snapshot(context.node);
  const driver = start(context);
  await driver.have(...N1);
  await driver.drop(N1[0]!);
  assert.is(await snapshot(context.node), before);
  await driver.drop(...N1);
});

test('neighbours survive ports that change the least MAC address of the bridge', async (context) => {
  const { node } = context;
  await node.run('ip link set tap2 address 02:00:00:00:00:00');
  const driver = start(context);
  await driver.have(...N1);
  await driver.have(...tap('tap2', '02:00:00:00:00:09'));
  await driver.drop(...tap('tap2', '02:00:00:00:00:09'));
  assert.match(await node.run('ip neigh show dev evpn---n1'), /13\.0\.0\.2 .*PERMANENT/);
});

test('a remote MAC that moves to another VTEP is replaced; a late removal of the old one touches nothing', async (context) => {
  const driver = start(context);
  await driver.have(...N1);
  driver.changes.length = 0;
  await driver.have(remote(REMOTE_MAC, '10.77.0.3', 30));
  assert.equal(driver.changes, [
    `fdb replace ${REMOTE_MAC} dev vxlan--n1 self permanent dst 10.77.0.3 vni 30`,
  ]);
  const [entry] = (await entries(context.node, 'br evpn---n1')).filter((line) =>
    line.startsWith(`${REMOTE_MAC} dev vxlan--n1 dst`),
  );
  assert.match(entry!, /dst 10\.77\.0\.3 vni 30/);
});

test('a MAC that arrives here is local at once, and remote again when it leaves', async (context) => {
  const driver = start(context);
  await driver.have(evi('n1', 16), remote(LOCAL_MAC));
  await driver.have(...tap('tap1', LOCAL_MAC));
  const inBridge = async () =>
    (await entries(context.node, 'br evpn---n1')).filter((line) => line.includes('static'));
  assert.equal(await inBridge(), [`${LOCAL_MAC} dev tap1 sticky master evpn---n1 static`]);
  await driver.drop(remote(LOCAL_MAC));
  assert.equal(await inBridge(), [`${LOCAL_MAC} dev tap1 sticky master evpn---n1 static`]);
  await driver.have(remote(LOCAL_MAC));
  await driver.drop(...tap('tap1', LOCAL_MAC));
  assert.equal(await inBridge(), [`${LOCAL_MAC} dev vxlan--n1 sticky master evpn---n1 static`]);
});

test('a missing interface fails its port and MAC with what the kernel says, and nothing else', async (context) => {
  const driver = start(context);
  const confirmations = await driver.apply(...[...N1, ...tap('tap9', '02:00:00:00:00:09')].map(want));
  const faults = confirmations.filter(({ fault }) => fault !== undefined);
  assert.equal(
    faults.map(({ intent, fault }) => [intent.key, fault?.reason]),
    [
      ['1/evpn-port/tap9', 'Cannot find device "tap9"'],
      ['1/local-mac/02:00:00:00:00:09', 'Cannot find device "tap9"'],
    ],
  );
  assert.match(faults[0]!.fault!.command!, /ip link set dev tap9 master evpn---n1 up$/);
  await driver.drop(...tap('tap9', '02:00:00:00:00:09'));
  assert.equal(driver.warnings, []);
});

test('a name that is no interface name is a fault and never a command', async (context) => {
  const driver = start(context);
  const [, port, mac] = await driver.apply(
    ...[evi('n1', 16), ...tap('tap1 up\nlink del eth-u', LOCAL_MAC)].map(want),
  );
  for (const confirmation of [port, mac]) {
    assert.match(confirmation?.fault?.reason ?? '', /not an interface name/);
    assert.is(confirmation?.fault?.command, undefined);
  }
  assert.not(driver.changes.some((line) => line.includes('eth-u')));
});

test('unplug after the interface vanished succeeds', async (context) => {
  const driver = start(context);
  await driver.have(...N1);
  await context.node.run('ip link del tap1');
  await driver.drop(...tap('tap1', LOCAL_MAC));
  assert.equal(driver.warnings, []);
});

test('everything vanished: removal succeeds', async (context) => {
  const driver = start(context);
  await driver.have(...N1);
  await context.node.script('ip link del evpn---n1\nip link del vxlan--n1');
  await driver.drop(remote(REMOTE_MAC), neighbour('13.0.0.2', REMOTE_MAC), flood());
  await driver.drop(...N1);
  assert.equal(driver.warnings, []);
});

test('an interface that was made again is enslaved again, with its MAC', async (context) => {
  const driver = start(context);
  await driver.have(...N1);
  await context.node.script('ip link del tap1\nip link add tap1 type veth peer name vm1');
  await driver.have(...tap('tap1', LOCAL_MAC));
  assert.ok(
    (await entries(context.node, 'br evpn---n1')).includes(
      `${LOCAL_MAC} dev tap1 sticky master evpn---n1 static`,
    ),
  );
});

test('an interface that was taken to another bridge is not taken from it', async (context) => {
  const { node } = context;
  const driver = start(context);
  await driver.have(...N1);
  await node.script('ip link add other type bridge\nip link set tap1 master other');
  await driver.drop(...tap('tap1', LOCAL_MAC));
  assert.match(await node.run('ip -o link show tap1'), /master other/);
});

test('devices that vanished are made again, with all that was in them, when the EVI is wanted again', async (context) => {
  const driver = start(context);
  await driver.have(...N1);
  const before = (await entries(context.node, 'br evpn---n1')).sort();
  await context.node.script('ip link del evpn---n1\nip link del vxlan--n1');
  await driver.have(evi('n1', 16));
  assert.equal((await entries(context.node, 'br evpn---n1')).sort(), before);
  assert.match(await context.node.run('ip neigh show dev evpn---n1'), /13\.0\.0\.2/);
});

test('ids with the same first eight characters have devices of their own', async (context) => {
  const driver = start(context);
  await driver.have(evi('6ba7b810-9dad-1', 16, undefined, 1), evi('6ba7b810-9dad-2', 17, undefined, 2));
  const names = (await context.node.run('ip -o link show type vxlan')).split('\n');
  assert.is(names.length, 2);
  await driver.drop(evi('6ba7b810-9dad-1', 16, undefined, 1));
  assert.is((await context.node.run('ip -o link show type vxlan')).split('\n').length, 1);
});

test('an instance that follows another of the same id has fresh devices', async (context) => {
  const driver = start(context);
  await driver.have(...N1);
  const later = [evi('n1', 17, undefined, 2), ...tap('tap1', LOCAL_MAC, 2)];
  const confirmations = await driver.apply(
    { key: '1/evi', instance: 1, state: undefined, revision: 0 },
    ...later.map(want),
  );
  assert.ok(
    confirmations.every(({ fault }) => fault === undefined),
    JSON.stringify(confirmations),
  );
  assert.equal(await entries(context.node, 'br evpn---n1'), [
    `${LOCAL_MAC} dev tap1 sticky master evpn---n1 static`,
  ]);
  assert.match(await context.node.run('ip -d link show vxlan--n1'), /vxlan id 17 /);
});

test('two instances may not have the same devices', async (context) => {
  const driver = start(context);
  await driver.have(...N1);
  const [second, port] = await driver.apply(
    want(evi('n1', 17, undefined, 2)),
    want(tap('tap2', LOCAL_MAC, 2)[0]),
  );
  assert.match(second?.fault?.reason ?? '', /evpn---n1 is in use by instance 1/);
  assert.match(port?.fault?.reason ?? '', /in use/);
});

test('a VNI that a foreign device holds fails the EVI and all in it, and leaves nothing after removal', async (context) => {
  const { node } = context;
  await node.run('ip link add foreign type vxlan id 16 local 10.77.0.1 dstport 4789');
  const before = await snapshot(node);
  const driver = start(context);
  const confirmations = await driver.apply(...N1.map(want));
  assert.is(confirmations.length, N1.length);
  for (const { fault } of confirmations) assert.match(fault?.reason ?? '', /VNI already exists/);
  await driver.drop(N1[0]!);
  assert.is(await snapshot(node), before);
});

test('linuxbr: works in the bridge of the orchestrator and leaves it there', async (context) => {
  const { node } = context;
  await node.script('ip link add brq type bridge\nip link set brq up\nip link set tap1 master brq up');
  const before = await snapshot(node);
  const driver = start(context);
  const states = [evi('n1', 16, 'brq'), ...N1.slice(1)];
  await driver.have(...states);
  assert.equal((await entries(node, 'br brq')).sort(), [
    '00:00:00:00:00:00 dev vxlan--n1 dst 10.77.0.2 vni 20 self permanent',
    '02:00:00:00:00:01 dev tap1 sticky master brq static',
    '02:00:00:00:00:02 dev vxlan--n1 dst 10.77.0.2 vni 20 self permanent',
    '02:00:00:00:00:02 dev vxlan--n1 sticky master brq static',
  ]);
  assert.match(await node.run('ip neigh show dev brq'), /13\.0\.0\.2/);
  await driver.drop(states[0]!);
  assert.is(await snapshot(node), before);
});

test('linuxbr: two EVIs in one bridge would be a storm: the second one is refused', async (context) => {
  const { node } = context;
  await node.script('ip link add brq type bridge\nip link set brq up');
  const driver = start(context);
  const second = evi('n2', 17, 'brq', 2);
  const confirmations = await driver.apply(
    want(evi('n1', 16, 'brq')),
    want(second),
    want(flood(undefined, 20, 2)),
  );
  assert.equal(
    confirmations.map(({ fault }) => fault?.reason),
    [undefined, 'bridge brq is in use by n1', 'bridge brq is in use by n1'],
  );
  const [again] = await driver.apply(want(second));
  assert.match(again?.fault?.reason ?? '', /in use by n1/);
  assert.not.match(await node.run('ip -o link show'), /vxlan--n2/);
  await driver.have(evi('own', 18, undefined, 3));
  const [third] = await driver.apply(want(evi('n4', 19, 'evpn---own', 4)));
  assert.is(third?.fault?.reason, 'bridge evpn---own is in use by own');
  await driver.drop(evi('n1', 16, 'brq'));
  await driver.have(second);
});

test('linuxbr: a port of another bridge is refused', async (context) => {
  const { node } = context;
  await node.script(`
    ip link add brq type bridge
    ip link add brz type bridge
    ip link set tap1 master brz up
  `);
  const driver = start(context);
  const [, port, mac] = await driver.apply(...[evi('n1', 16, 'brq'), ...tap('tap1', LOCAL_MAC)].map(want));
  assert.is(port?.fault?.reason, 'tap1 is a port of brz, not of brq');
  assert.is(mac?.fault?.reason, 'tap1 is a port of brz, not of brq');
  assert.equal(await entries(node, 'br brz'), []);
  await node.run('ip link set tap1 master brq');
  await driver.have(...tap('tap1', LOCAL_MAC));
});

for (const [name, complaint] of [
  ['evpn---n1', /is a bridge/],
  ['vxlan--n1', /is a VXLAN device/],
  ['foreign', /is a bridge/],
  ['lo', /loopback/],
  ['eth-u', /carries our own address 10\.77\.0\.1/],
  ['tap2', /is a port of n2/],
] satisfies [string, RegExp][]) {
  test(`${name} is no interface of a virtual machine: it is refused and left as it is`, async (context) => {
    const { node } = context;
    await node.run('ip link add foreign type bridge');
    const driver = start(context);
    await driver.have(...N1, evi('n2', 17, undefined, 2), ...tap('tap2', '02:00:00:00:00:09', 2));
    const before = await snapshot(node);
    for (const { fault } of await driver.apply(...tap(name, '02:00:00:00:00:07').map(want))) {
      assert.match(fault?.reason ?? '', complaint);
    }
    assert.is(await snapshot(node), before);
    await driver.drop(...tap(name, '02:00:00:00:00:07'));
    assert.is(await snapshot(node), before);
  });
}

for (const [what, again] of [
  ['EVI', [evi('n1', 16)]],
  ['port', tap('tap1', LOCAL_MAC).slice(0, 1)],
  ['local MAC', tap('tap1', LOCAL_MAC).slice(1)],
] satisfies [string, EvpnState[]][]) {
  test(`what was removed by hand comes back when the ${what} is wanted again`, async (context) => {
    const { node } = context;
    const driver = start(context);
    await driver.have(...N1);
    const before = await snapshot(node);
    await node.script(`
      bridge fdb del ${LOCAL_MAC} dev tap1 master
      bridge fdb del ${REMOTE_MAC} dev vxlan--n1 master
      bridge fdb del ${REMOTE_MAC} dev vxlan--n1 self
      bridge fdb del 00:00:00:00:00:00 dev vxlan--n1 dst 10.77.0.2 vni 20 self
      ip neigh del 13.0.0.2 dev evpn---n1
    `);
    await driver.have(...again);
    assert.is(await snapshot(node), before);
  });
}

test('an interface that was made again and enslaved by hand has its MAC again', async (context) => {
  const { node } = context;
  const driver = start(context);
  await driver.have(...N1);
  await node.script(`
    ip link del tap1
    ip link add tap1 type veth peer name vm1
    ip link set tap1 master evpn---n1 up
  `);
  await driver.have(...tap('tap1', LOCAL_MAC));
  assert.ok((await entries(node, 'br evpn---n1')).some((line) => line.startsWith(LOCAL_MAC)));
});

for (const [what, mishap] of [
  ['the VXLAN device left the bridge', 'ip link set vxlan--n1 nomaster'],
  ['the bridge was removed', 'ip link del evpn---n1'],
  ['the VXLAN device was removed', 'ip link del vxlan--n1'],
  ['the bridge was down for a moment', 'ip link set evpn---n1 down\nip link set evpn---n1 up'],
  ['the bridge is down', 'ip link set evpn---n1 down'],
] satisfies [string, string][]) {
  test(`${what}: all is back when the EVI is wanted again, and goes without complaint`, async (context) => {
    const { node } = context;
    const driver = start(context);
    await driver.have(...N1);
    const all = async () => [
      ...(await entries(node, 'br evpn---n1')).sort(),
      await node.run('ip neigh show dev evpn---n1 nud permanent'),
    ];
    const before = await all();
    await node.script(mishap);
    await driver.have(evi('n1', 16));
    assert.equal(await all(), before);
    await node.script(mishap);
    await driver.drop(...N1.slice(1));
    await driver.drop(evi('n1', 16));
    assert.equal(driver.warnings, []);
  });
}

test('a device that vanished is missed by the next entry, and found missing by the batch after that', async (context) => {
  const { node } = context;
  const driver = start(context);
  await driver.have(...N1);
  await node.run('ip link del vxlan--n1');
  const [missed] = await driver.apply(want(remote('02:00:00:00:00:03')));
  assert.match(missed?.fault?.reason ?? '', /Cannot find device/);
  await driver.have(remote('02:00:00:00:00:04'));
  assert.equal((await entries(node, 'dev vxlan--n1')).map((line) => line.slice(0, 17)).sort(), [
    '00:00:00:00:00:00',
    ...[2, 2, 3, 3, 4, 4].map((tail) => `02:00:00:00:00:0${tail}`),
  ]);
});

test('linuxbr: a bridge that is missing is made and stays; a port is the caller’s to enslave', async (context) => {
  const { node } = context;
  const driver = start(context);
  await driver.have(evi('n1', 16, 'brq'), ...N1.slice(1));
  assert.not.match(await node.run('ip -o link show tap1'), /master/);
  await driver.drop(evi('n1', 16, 'brq'));
  assert.match(await node.run('ip -o link show'), /brq/);
  assert.not.match(await node.run('ip -o link show'), /vxlan--/);
});

test('linuxbr: a VXLAN device with the VNI is used under its own name, and only our entries go', async (context) => {
  const { node } = context;
  await node.script(`
    ip link add brq type bridge
    ip link set brq up
    ip link add vxlan-16 type vxlan id 16 local 10.77.0.1 dstport 8472
    ip link set vxlan-16 master brq up
    ip link set tap1 master brq up
    bridge fdb append 00:00:00:00:00:00 dev vxlan-16 dst 10.77.0.9 self permanent
    bridge fdb replace 02:00:00:00:00:0a dev vxlan-16 master static
    ip neigh replace 13.0.0.10 lladdr 02:00:00:00:00:0a dev brq nud permanent
  `);
  const before = await snapshot(node);
  const driver = start(context);
  const states = [evi('n1', 16, 'brq'), ...N1.slice(1)];
  await driver.have(...states);
  assert.equal(driver.sink.describeInstance(states[0]!), { linux_bridge: 'brq', vxlan_if: 'vxlan-16' });
  assert.not.match(await node.run('ip -o link show'), /vxlan--/);
  assert.ok(
    (await entries(node, 'br brq')).includes(
      '02:00:00:00:00:02 dev vxlan-16 dst 10.77.0.2 vni 20 self permanent',
    ),
  );
  await driver.drop(states[0]!);
  assert.is(await snapshot(node), before);
});

test('restart: what stands there as wanted is adopted without a command; the rest goes after the grace period', async (context) => {
  const { node } = context;
  const first = start(context);
  await first.have(
    ...N1,
    remote('02:00:00:00:00:03'),
    neighbour('13.0.0.3', '02:00:00:00:00:03'),
    flood('10.77.0.3'),
  );
  await first.have(...tap('tap2', '02:00:00:00:00:04'), evi('gone', 18, undefined, 2));
  first.kill();
  const second = start(context, { sweepAfter: 700 });
  await second.have(...N1);
  assert.equal(second.changes, []);
  await new Promise((resolve) => setTimeout(resolve, 1200));
  assert.equal((await entries(node, 'br evpn---n1')).sort(), [
    '00:00:00:00:00:00 dev vxlan--n1 dst 10.77.0.2 vni 20 self permanent',
    '02:00:00:00:00:01 dev tap1 sticky master evpn---n1 static',
    '02:00:00:00:00:02 dev vxlan--n1 dst 10.77.0.2 vni 20 self permanent',
    '02:00:00:00:00:02 dev vxlan--n1 sticky master evpn---n1 static',
  ]);
  assert.not.match(await node.run('ip neigh show dev evpn---n1'), /13\.0\.0\.3/);
  assert.not.match(await node.run('ip -o link show'), /gone/);
  assert.not.match(await node.run('ip -o link show tap2'), /master/);
  assert.match(await node.run('ip -o link show tap1'), /master evpn---n1/);
  assert.not(
    second.changes.some((line) => line.includes(REMOTE_MAC)),
    second.changes.join('\n'),
  );
});

test('restart with other parameters: the device is made again, everything in it too', async (context) => {
  const { node } = context;
  const first = start(context);
  await first.have(...N1);
  first.kill();
  const second = start(context, { vxlanDstPort: 4790 });
  await second.have(evi('n1', 17), ...N1.slice(1));
  assert.match(await node.run('ip -d link show vxlan--n1'), /vxlan id 17 .*dstport 4790/);
  assert.is((await entries(node, 'br evpn---n1')).length, 4);
  assert.match(await node.run('ip neigh show dev evpn---n1'), /13\.0\.0\.2/);
});

test('restart: a VNI that a device of ours under another name holds is taken from it at once', async (context) => {
  const { node } = context;
  const first = start(context);
  await first.have(evi('old', 16));
  first.kill();
  await start(context).have(evi('new', 16));
  assert.match(await node.run('ip -o link show type vxlan'), /vxlan--new/);
  assert.not.match(await node.run('ip -o link show type vxlan'), /vxlan--old/);
});

test('restart: a bridge through which the node can be reached is shielded', async (context) => {
  const { node } = context;
  const settings =
    'cat /proc/sys/net/ipv4/conf/evpn---n1/rp_filter /proc/sys/net/ipv4/conf/evpn---n1/arp_ignore';
  const first = start(context);
  await first.have(...N1);
  first.kill();
  assert.is(await node.run(settings), '1\n8');
  await node.run('sysctl -q -w net.ipv4.conf.evpn---n1.arp_ignore=0');
  await start(context).have(...N1);
  assert.is(await node.run(settings), '1\n8');
  assert.match(await node.run('ip neigh show dev evpn---n1'), /13\.0\.0\.2/);
});

test('restart: entries that would roam are replaced', async (context) => {
  const { node } = context;
  const first = start(context);
  await first.have(...N1);
  first.kill();
  await node.script(`
    bridge fdb replace ${LOCAL_MAC} dev tap1 master static
    bridge fdb del ${REMOTE_MAC} dev vxlan--n1 master
    bridge fdb replace ${REMOTE_MAC} dev vxlan--n1 master static
  `);
  const second = start(context);
  await second.have(...N1);
  assert.equal(second.changes, [
    `fdb replace ${LOCAL_MAC} dev tap1 master static sticky`,
    `fdb replace ${REMOTE_MAC} dev vxlan--n1 master static sticky`,
  ]);
  assert.is((await entries(node, 'br evpn---n1')).filter((line) => line.includes('sticky')).length, 2);
});

test('what the Python daemon left is taken over: learning, proxy and IPv6 go', async (context) => {
  const { node } = context;
  await node.script(`
    ip link add evpn---n1 type bridge
    ip link set evpn---n1 up
    ip link add vxlan--n1 type vxlan id 16 local 10.77.0.1 dstport 4789 nolearning proxy
    ip link set vxlan--n1 master evpn---n1 up
  `);
  await start(context).have(...N1);
  const details = await node.run('ip -d link show vxlan--n1');
  assert.not.match(details, /nolearning proxy/);
  assert.match(details, /learning off .*neigh_suppress on/);
  assert.is(await node.run('cat /proc/sys/net/ipv6/conf/evpn---n1/disable_ipv6'), '1');
  assert.match(await node.run('ip neigh show dev evpn---n1'), /13\.0\.0\.2/);
});

test('cleanup removes all that is ours, and says what', async (context) => {
  const { node } = context;
  const before = await snapshot(node);
  const first = start(context);
  await first.have(...N1, evi('6ba7b810-9dad-11d1', 17, undefined, 2));
  first.kill();
  const cleaned = await start(context).sink.cleanup();
  assert.ok(cleaned.ok);
  assert.is(cleaned.value.length, 4);
  assert.ok(cleaned.value.includes('evpn---n1') && cleaned.value.includes('vxlan--n1'));
  assert.is(await snapshot(node), before);
  assert.equal(await start(context).sink.cleanup(), { ok: true, value: [] });
});

test('10 000 remote MACs with their addresses are confirmed and there', async (context) => {
  const { node } = context;
  const states: EvpnState[] = [];
  for (let index = 0; index < 10_000; index += 1) {
    const tail = index.toString(16).padStart(4, '0');
    const mac = `02:01:00:00:${tail.slice(0, 2)}:${tail.slice(2)}`;
    states.push(remote(mac), neighbour(`13.1.${index >> 8}.${index & 255}`, mac));
  }
  const driver = start(context);
  await driver.have(...N1);
  const begin = performance.now();
  await driver.have(...states);
  const made = performance.now();
  assert.is((await entries(node, 'dev vxlan--n1')).length, 20_003);
  assert.is((await node.run('ip neigh show dev evpn---n1')).split('\n').length, 10_001);
  const removing = performance.now();
  await driver.drop(...states);
  const removed = performance.now();
  assert.is((await entries(node, 'dev vxlan--n1')).length, 3);
  console.log(
    `10 000 remote MACs and neighbours: made and verified in ${(made - begin).toFixed()} ms,`,
    `removed in ${(removed - removing).toFixed()} ms`,
  );
});

test('restart: the sweep takes nothing that has been asked for and waits for its turn', async (context) => {
  const { node } = context;
  const remotes = Array.from({ length: 5000 }, (_, index) => {
    const tail = index.toString(16).padStart(4, '0');
    return remote(`02:03:00:00:${tail.slice(0, 2)}:${tail.slice(2)}`);
  });
  const first = start(context);
  await first.have(...N1, ...remotes, remote('02:00:00:00:00:03'));
  first.kill();
  const second = start(context, { sweepAfter: 1 });
  await second.have(...N1, ...remotes);
  await eventually('what nobody asked for is swept', async () => {
    assert.is((await entries(node, 'dev vxlan--n1')).length, 10_003);
  });
  assert.equal(
    second.changes.filter((line) => !line.startsWith('fdb get')).map((line) => line.slice(0, 25)),
    ['fdb del 02:00:00:00:00:03', 'fdb del 02:00:00:00:00:03'],
  );
});

test('entries that the kernel dropped are found missing after a large batch, and put back', async (context) => {
  const { node, drivers } = context;
  const states = Array.from({ length: 1000 }, (_, index) =>
    remote(
      `02:02:00:00:${(index >> 8).toString(16).padStart(2, '0')}:${(index & 255).toString(16).padStart(2, '0')}`,
    ),
  );
  const { runProcess } = await import('../../../streams/sinks/run-batch.ts');
  let isDropping = true;
  const driver = new SinkDriver({ rootHelper: node.prefix }, async (words, input) => {
    const result = await runProcess(words, input);
    if (isDropping && input.includes('02:02:00:00:00:07 dev vxlan--n1 master')) {
      isDropping = false;
      await node.run('bridge fdb del 02:02:00:00:00:07 dev vxlan--n1 master');
    }
    return result;
  });
  drivers.push(driver);
  await driver.have(...N1);
  await driver.have(...states);
  assert.is((await entries(node, 'dev vxlan--n1')).length, 2003);
  assert.equal(driver.changes.at(-1), 'fdb replace 02:02:00:00:00:07 dev vxlan--n1 master static sticky');
});

if (needsRoot('E-VPN linux: kernel')) test.run();
