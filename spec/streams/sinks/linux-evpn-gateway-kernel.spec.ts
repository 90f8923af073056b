import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type EvpnState, type EviState, want } from '../../../lib/dataplane/intent.ts';
import { Laboratory, type Namespace } from '../../support/network-namespace.ts';
import { needsRoot } from '../../support/needs.ts';
import { SinkDriver } from '../../support/sink-driver.ts';
import { snapshot } from './snapshot.ts';

/** An EVI that is plugged into a VRF: the pair and the port of the gateway in the kernel, after each batch. */
const test = suite<{ lab: Laboratory; node: Namespace; drivers: SinkDriver[] }>(
  'E-VPN linux: gateway, kernel',
);

const evi = (externalId: string, vni: number, bridge?: string, instance = 1): EviState => ({
  kind: 'evi',
  instance,
  externalId,
  vni,
  bridge,
});
const gateway = (name: string, instance = 1): EvpnState => ({
  kind: 'gateway-port',
  instance,
  interface: name,
  gatewayIp: '13.0.0.254',
});
const plug = (vrf: number, instance = 1): readonly [EvpnState, EvpnState] => {
  const [port, peer] = [`evpn${instance}-ipvpn${vrf}`, `ipvpn${vrf}-evpn${instance}`];
  return [{ kind: 'veth-pair', instance, interface: port, peer }, gateway(port, instance)];
};

const MAC = '02:00:00:00:00:01';
const tap1 = { interface: 'tap1', description: { linuxif: 'tap1' } };

/** With a port of a virtual machine, so that a gateway is seen to leave it alone. */
const N1: readonly EvpnState[] = [
  evi('n1', 16),
  { kind: 'evpn-port', instance: 1, port: tap1 },
  { kind: 'local-mac', instance: 1, port: tap1, mac: MAC },
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
    ip link add wired type veth peer name wire
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

interface LinkDump {
  readonly ifname: string;
  readonly link?: string;
  readonly master?: string;
  readonly mtu: number;
  readonly flags: readonly string[];
  readonly linkinfo?: { readonly info_kind: string };
  readonly addr_info: readonly { readonly family: string }[];
}

async function links(node: Namespace): Promise<ReadonlyMap<string, LinkDump>> {
  const list = (await node.json('ip -j -d addr')) as LinkDump[];
  return new Map(list.map((link) => [link.ifname, link]));
}

/** The pair is as it should be, and its end a port of this bridge. */
async function expectPlugged(node: Namespace, vrf: number, bridge = 'evpn---n1', mtu = 1950): Promise<void> {
  const [port, peer] = [`evpn1-ipvpn${vrf}`, `ipvpn${vrf}-evpn1`];
  const found = await links(node);
  assert.is(found.get(port)?.master, bridge);
  for (const [name, other] of [
    [port, peer],
    [peer, port],
  ] as const) {
    const link = found.get(name);
    assert.ok(link !== undefined, name);
    assert.is(link.linkinfo?.info_kind, 'veth', name);
    assert.is(link.link, other, name);
    assert.is(link.mtu, mtu, name);
    assert.ok(link.flags.includes('UP') && link.flags.includes('LOWER_UP'), name);
    assert.equal(link.addr_info, [], name);
    assert.is(await node.run(`cat /proc/sys/net/ipv6/conf/${name}/disable_ipv6`), '1');
  }
}

test('a pair and its port are made, a repeat runs no command, and removal leaves the node as it was', async (context) => {
  const { node } = context;
  const driver = start(context);
  await driver.have(...N1);
  const before = await snapshot(node);
  await driver.have(...plug(2));
  await expectPlugged(node, 2);
  const details = await node.run('ip -d link show evpn1-ipvpn2');
  assert.match(details, /bridge_slave .*learning on flood on .*neigh_suppress off .*isolated off/);
  driver.changes.length = 0;
  await driver.have(...plug(2));
  assert.equal(driver.changes, []);
  await driver.drop(...plug(2));
  assert.equal(driver.changes, ['link set dev evpn1-ipvpn2 nomaster', 'link del dev evpn1-ipvpn2']);
  assert.is(await snapshot(node), before);
  assert.equal(driver.warnings, []);
});

test('removal of the EVI takes the pair along, in one command', async (context) => {
  const before = await snapshot(context.node);
  const driver = start(context);
  await driver.have(...N1, ...plug(2));
  driver.changes.length = 0;
  await driver.drop(N1[0]!);
  assert.equal(driver.changes.toSorted(), [
    'link del dev evpn---n1',
    'link del dev evpn1-ipvpn2',
    'link del dev vxlan--n1',
  ]);
  assert.is(await snapshot(context.node), before);
});

test('the MTU of a wide underlay does not become that of the pair', async (context) => {
  await context.node.run('ip link set eth-u mtu 20000');
  await start(context).have(...N1, ...plug(2));
  await expectPlugged(context.node, 2, 'evpn---n1', 9000);
});

for (const [what, mishap] of [
  ['a bridge has the name of the port', 'ip link add evpn1-ipvpn2 type bridge'],
  ['a bridge has the name of the other end', 'ip link add ipvpn2-evpn1 type bridge'],
  ['the port has another peer', 'ip link add evpn1-ipvpn2 type veth peer name other'],
  ['the other end has another peer', 'ip link add other type veth peer name ipvpn2-evpn1'],
  [
    'a pair of these names is down, of another MTU and with IPv6',
    'ip link add evpn1-ipvpn2 mtu 1400 type veth peer name ipvpn2-evpn1 mtu 1300\nip link set ipvpn2-evpn1 up',
  ],
  [
    'a pair of these names is in another bridge',
    `ip link add evpn1-ipvpn2 type veth peer name ipvpn2-evpn1
     ip link add elsewhere type bridge
     ip link set evpn1-ipvpn2 master elsewhere up`,
  ],
] satisfies [string, string][]) {
  test(`${what}: all is well after the attachment`, async (context) => {
    const { node } = context;
    await node.script(mishap);
    const driver = start(context);
    await driver.have(...N1, ...plug(2));
    await expectPlugged(node, 2);
    await driver.drop(...plug(2));
    const found = await links(node);
    for (const name of ['evpn1-ipvpn2', 'ipvpn2-evpn1', 'other']) assert.not(found.has(name), name);
  });
}

for (const [what, mishap] of [
  ['the pair was removed', 'ip link del ipvpn2-evpn1'],
  ['the port left the bridge', 'ip link set evpn1-ipvpn2 nomaster'],
  ['both ends are down', 'ip link set evpn1-ipvpn2 down\nip link set ipvpn2-evpn1 down'],
  ['the MTU was changed', 'ip link set ipvpn2-evpn1 mtu 1400'],
  ['the bridge was removed', 'ip link del evpn---n1'],
] satisfies [string, string][]) {
  for (const [asked, again] of [
    ['the EVI', N1.slice(0, 1)],
    ['the gateway', plug(2)],
  ] satisfies [string, readonly EvpnState[]][]) {
    test(`${what}: it is repaired when ${asked} is wanted again`, async (context) => {
      const { node } = context;
      const driver = start(context);
      await driver.have(...N1, ...plug(2));
      await node.script(mishap);
      await driver.have(...again);
      await expectPlugged(node, 2);
      await node.script(mishap);
      await driver.drop(...plug(2));
      await driver.drop(N1[0]!);
      assert.equal(driver.warnings, []);
    });
  }
}

test('an end in another namespace: removal succeeds, and the next attachment makes a new pair', async (context) => {
  const { node, lab } = context;
  const driver = start(context);
  await driver.have(...N1, ...plug(2));
  const other = await lab.namespace('vrf');
  await node.run(`ip link set ipvpn2-evpn1 netns ${other.name}`);
  await driver.have(...plug(2));
  await expectPlugged(node, 2);
  await node.run(`ip link set ipvpn2-evpn1 netns ${other.name}`);
  await driver.drop(...plug(2));
  assert.not((await links(node)).has('evpn1-ipvpn2'));
  assert.not((await links(other)).has('ipvpn2-evpn1'));
});

test('a gateway port that somebody made: enslaved, released, never removed', async (context) => {
  const { node } = context;
  const driver = start(context);
  await driver.have(...N1);
  const before = await snapshot(node);
  await driver.have(gateway('wired'));
  const link = (await links(node)).get('wired');
  assert.is(link?.master, 'evpn---n1');
  assert.ok(link?.flags.includes('UP'));
  await driver.drop(gateway('wired'));
  assert.is(await snapshot(node), before);
});

test('a gateway port that is missing, or must not be one, fails and leaves nothing', async (context) => {
  const { node } = context;
  const driver = start(context);
  await driver.have(...N1);
  const before = await snapshot(node);
  for (const [name, complaint] of [
    ['missing', /Cannot find device "missing"/],
    ['eth-u', /carries our own address 10\.77\.0\.1/],
    ['tap1', /tap1 is a port of n1/],
    ['a b', /not an interface name/],
  ] satisfies [string, RegExp][]) {
    const [confirmation] = await driver.apply(want(gateway(name)));
    assert.match(confirmation?.fault?.reason ?? '', complaint);
    await driver.drop(gateway(name));
    assert.is(await snapshot(node), before);
  }
});

test('a pair that cannot be made fails with its port, for the one reason', async (context) => {
  const { node } = context;
  const driver = start(context);
  await driver.have(...N1);
  // A second name is not seen in the list of interfaces, and takes the first name of others.
  await node.run('ip link property add dev wired altname ipvpn2-evpn1');
  const confirmations = await driver.apply(...plug(2).map(want));
  for (const { fault } of confirmations) {
    assert.match(fault?.reason ?? '', /File exists/);
    assert.match(fault?.command ?? '', /ip link add name evpn1-ipvpn2 type veth peer name ipvpn2-evpn1$/);
  }
  await driver.drop(...plug(2));
  const found = await links(node);
  assert.ok(found.has('wired') && !found.has('evpn1-ipvpn2'));
  await node.run('ip link property del dev wired altname ipvpn2-evpn1');
  await driver.have(...plug(2));
  await expectPlugged(node, 2);
});

test('linuxbr: the port is enslaved, neighbours survive it, and the bridge is left as it was', async (context) => {
  const { node } = context;
  // Any port has a lower address than the bridge has now, so that its address moves with each of them.
  await node.script(`
    ip link add brq type bridge
    ip link set brq up
    ip link set wired address 02:ff:00:00:00:01
    ip link set wired master brq up
  `);
  const before = await snapshot(node);
  const driver = start(context);
  const remote: EvpnState = { kind: 'neighbour', instance: 1, ip: '13.0.0.2', mac: '02:00:00:00:00:02' };
  const neighbours = () => node.run('ip neigh show dev brq nud permanent');
  await driver.have(evi('n1', 16, 'brq'), remote);
  await node.run('ip link set tap1 address 02:00:00:00:00:00');
  for (const port of [[gateway('tap1')], plug(2)]) {
    await driver.have(...port);
    if (port.length > 1) await expectPlugged(node, 2, 'brq');
    assert.match(await neighbours(), /13\.0\.0\.2 .*PERMANENT/);
    await driver.drop(...port);
    assert.match(await neighbours(), /13\.0\.0\.2 .*PERMANENT/);
  }
  await driver.have(...plug(2));
  await driver.drop(evi('n1', 16, 'brq'));
  await node.run('ip link set tap1 down');
  const address = /tap1@\S+ .*link\/ether \S+/;
  const steady = (text: string) => text.replace(address, 'tap1');
  assert.is(steady(await snapshot(node)), steady(before));
});

test('restart: a pair is adopted without a command; others go after the grace period, both ends', async (context) => {
  const { node } = context;
  const first = start(context);
  await first.have(...N1, ...plug(2), evi('n2', 17, undefined, 3), ...plug(4, 3));
  first.kill();
  await node.script(`
    ip link add evpn8-ipvpn9 type veth peer name other
    ip link add evpn7-ipvpn9 type bridge
    ip link add evpn6-ipvpn9x type veth peer name xipvpn9-evpn6
  `);
  const second = start(context, { sweepAfter: 700 });
  await second.have(...N1, ...plug(2));
  assert.equal(second.changes, []);
  assert.ok((await links(node)).has('ipvpn4-evpn3'));
  await new Promise((resolve) => setTimeout(resolve, 1200));
  const found = await links(node);
  for (const gone of ['evpn3-ipvpn4', 'ipvpn4-evpn3', 'evpn---n2', 'evpn8-ipvpn9', 'other']) {
    assert.not(found.has(gone), gone);
  }
  for (const kept of ['evpn7-ipvpn9', 'evpn6-ipvpn9x', 'xipvpn9-evpn6']) assert.ok(found.has(kept), kept);
  await expectPlugged(node, 2);
});

test('restart with other numbers: the former gateway of the network goes when it gets its new one', async (context) => {
  const { node } = context;
  const first = start(context);
  await first.have(...N1, ...plug(2));
  first.kill();
  const second = start(context);
  await second.have(...N1);
  assert.ok((await links(node)).has('evpn1-ipvpn2'));
  await second.have(...plug(5));
  await expectPlugged(node, 5);
  assert.not((await links(node)).has('evpn1-ipvpn2'));
});

test('cleanup removes pairs, names each once, and leaves what only looks like one', async (context) => {
  const { node } = context;
  await node.run('ip link add evpn7-ipvpn9 type bridge');
  const before = await snapshot(node);
  const first = start(context);
  await first.have(...N1, ...plug(2));
  first.kill();
  const cleaned = await start(context).sink.cleanup();
  assert.ok(cleaned.ok);
  assert.is(cleaned.value.length, 3);
  assert.is(cleaned.value.filter((name) => name.includes('ipvpn')).length, 1);
  assert.is(await snapshot(node), before);
});

if (needsRoot('E-VPN linux: gateway, kernel')) test.run();
