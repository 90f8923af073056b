import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { eventually } from '../../support/eventually.ts';
import type { EvpnState } from '../../../lib/dataplane/intent.ts';
import { Laboratory, type Namespace } from '../../support/network-namespace.ts';
import { needsRoot } from '../../support/needs.ts';
import { SinkDriver } from '../../support/sink-driver.ts';

/**
 * Two compute nodes, and an EVI whose gateway is a VRF: a namespace that is given the other end of the pair.
 *
 *     vm1 ─ tap1 ─ a (10.77.0.1, VNI 16) ═══ VXLAN ═══ (10.77.0.2, VNI 20) b ─ tap2 ─ vm2
 *                  │                                                       │
 *         evpn1-ipvpn2                                           evpn1-ipvpn2
 *         ipvpn2-evpn1 ─ VRF, 13.0.0.254 and 192.0.2.1           ipvpn2-evpn1 ─ VRF (some tests)
 */
const test = suite<{ lab: Laboratory; a: Node; b: Node; vm1: Namespace; vm2: Namespace }>(
  'E-VPN linux: gateway, traffic',
);

interface Node {
  readonly name: string;
  readonly namespace: Namespace;
  readonly driver: SinkDriver;
  readonly address: string;
}

const MAC1 = '02:00:00:00:00:01';
const MAC2 = '02:00:00:00:00:02';
const GATEWAY = '13.0.0.254';
const BEYOND = '192.0.2.1';

async function makeNode(lab: Laboratory, name: string, address: string): Promise<Node> {
  const namespace = await lab.namespace(name);
  const driver = new SinkDriver({ rootHelper: namespace.prefix, localAddress: address });
  return { name, namespace, driver, address };
}

function network(vni: number, tap: string, mac: string): readonly EvpnState[] {
  const port = { interface: tap, description: { linuxif: tap } };
  return [
    { kind: 'evi', instance: 1, externalId: 'net', vni, bridge: undefined },
    { kind: 'evpn-port', instance: 1, port },
    { kind: 'local-mac', instance: 1, port, mac },
  ];
}

function routes(vtep: string, vni: number, mac: string, ip: string): readonly EvpnState[] {
  return [
    { kind: 'flood', instance: 1, vtep, vni },
    { kind: 'remote-mac', instance: 1, mac, vtep, vni },
    { kind: 'neighbour', instance: 1, ip, mac },
  ];
}

const PLUG: readonly EvpnState[] = [
  { kind: 'veth-pair', instance: 1, interface: 'evpn1-ipvpn2', peer: 'ipvpn2-evpn1' },
  { kind: 'gateway-port', instance: 1, interface: 'evpn1-ipvpn2', gatewayIp: GATEWAY },
];

/** Plugs the EVI of a node into a VRF, which has an address that is only reached through it. */
async function plug(lab: Laboratory, { name, namespace, driver }: Node): Promise<Namespace> {
  await driver.have(...PLUG);
  const vrf = await lab.namespace(`vrf-${name}`);
  await namespace.run(`ip link set ipvpn2-evpn1 netns ${vrf.name}`);
  await vrf.script(`
    ip addr add ${GATEWAY}/24 dev ipvpn2-evpn1
    ip addr add ${BEYOND}/32 dev lo
    ip link set ipvpn2-evpn1 up
  `);
  // The bridge hears of the link some time after it is up; what is sent before that is lost, whatever the sink does.
  await eventually('the bridge forwards', async () => {
    assert.match(await namespace.run('bridge link show dev evpn1-ipvpn2'), /LOWER_UP.* state forwarding/);
  });
  return vrf;
}

test.before.each(async (context) => {
  const lab = (context.lab = new Laboratory());
  const a = (context.a = await makeNode(lab, 'a', '10.77.0.1'));
  const b = (context.b = await makeNode(lab, 'b', '10.77.0.2'));
  await lab.link(a.namespace, 'eth-u', b.namespace, 'eth-u', 2000);
  for (const { namespace, address } of [a, b]) await namespace.run(`ip addr add ${address}/24 dev eth-u`);
  context.vm1 = await lab.machine(a.namespace, 'tap1', MAC1, '13.0.0.1/24');
  context.vm2 = await lab.machine(b.namespace, 'tap2', MAC2, '13.0.0.2/24');
  for (const vm of [context.vm1, context.vm2]) await vm.run(`ip route add default via ${GATEWAY}`);
  await a.driver.have(...network(16, 'tap1', MAC1), ...routes(b.address, 20, MAC2, '13.0.0.2'));
  await b.driver.have(...network(20, 'tap2', MAC2), ...routes(a.address, 16, MAC1, '13.0.0.1'));
});

test.after.each(async ({ lab, a, b }) => {
  a.driver.kill();
  b.driver.kill();
  await lab.destroy();
});

test('the gateway and what is beyond it are reached, and reach back', async ({ lab, a, vm1 }) => {
  const vrf = await plug(lab, a);
  assert.ok(await vm1.ping(GATEWAY));
  assert.ok(await vm1.ping(BEYOND));
  assert.ok(await vrf.ping('13.0.0.1'));
});

test('the first packet from a gateway that has never sent anything arrives, and the first answer', async ({
  lab,
  a,
  vm1,
}) => {
  const vrf = await plug(lab, a);
  assert.is((await vrf.attempt('ping -c 1 -W 1 13.0.0.1')).exitCode, 0);
  assert.is((await vm1.attempt(`ping -c 1 -W 1 ${BEYOND}`)).exitCode, 0);
});

test('a machine of a node without gateway reaches the one of another node, through the tunnel', async ({
  lab,
  a,
  vm1,
  vm2,
}) => {
  const vrf = await plug(lab, a);
  assert.ok(await vm2.ping(GATEWAY));
  assert.ok(await vm2.ping(BEYOND));
  assert.ok(await vrf.ping('13.0.0.2'), 'and back, its address being known');
  assert.ok(await vm1.ping('13.0.0.2'), 'machines among themselves as ever');
});

test('each of two nodes has a gateway of the same address: all are reached', async ({
  lab,
  a,
  b,
  vm1,
  vm2,
}) => {
  const vrfs = [await plug(lab, a), await plug(lab, b)];
  for (const vm of [vm1, vm2]) {
    assert.ok(await vm.ping(GATEWAY));
    assert.ok(await vm.ping(BEYOND));
  }
  // A question of the one gateway to a machine of the other node is answered to the other gateway.
  assert.ok((await vrfs[0]!.ping('13.0.0.1')) && (await vrfs[1]!.ping('13.0.0.2')));
  assert.ok(await vm1.ping('13.0.0.2'));
});

test('a gateway whose MAC address the VRF changes is found again', async ({ lab, a, vm1 }) => {
  const vrf = await plug(lab, a);
  assert.ok(await vm1.ping(BEYOND));
  await vrf.run('ip link set ipvpn2-evpn1 address 00:00:5e:00:43:64');
  await vm1.run('ip neigh flush dev eth0');
  assert.ok(await vm1.ping(BEYOND));
  assert.match(await vm1.run(`ip neigh show ${GATEWAY}`), /00:00:5e:00:43:64/);
});

test('packets as large as the tunnel takes pass to the gateway', async ({ lab, a, vm1 }) => {
  await plug(lab, a);
  await vm1.run('ip link set eth0 mtu 1500');
  await vm1.ping(GATEWAY, 1);
  assert.is((await vm1.attempt(`ping -c 2 -i 0.05 -W 1 -M do -s 1472 ${BEYOND}`)).exitCode, 0);
});

test('without the port towards it the gateway is not reached, and all else is', async ({ lab, a, vm1 }) => {
  await plug(lab, a);
  assert.ok(await vm1.ping(GATEWAY));
  await a.driver.drop(...PLUG);
  assert.not(await vm1.ping(GATEWAY, 1));
  assert.ok(await vm1.ping('13.0.0.2'));
});

test('a restart of the daemon does not interrupt a flow through the gateway', async ({ a, vm1 }) => {
  // The VRF is of the same node here: both ends are seen, as they are in a real one.
  await a.driver.have(...PLUG);
  await a.namespace.script(`
    ip addr add ${GATEWAY}/24 dev ipvpn2-evpn1
    sysctl -q -w net.ipv4.conf.all.rp_filter=0
  `);
  assert.ok(await vm1.ping(GATEWAY));
  const flow = vm1.attempt(`ping -c 100 -i 0.01 -W 1 ${GATEWAY}`);
  a.driver.kill();
  const restarted = new SinkDriver({
    rootHelper: a.namespace.prefix,
    localAddress: a.address,
    sweepAfter: 300,
  });
  await restarted.have(...network(16, 'tap1', MAC1), ...PLUG);
  const { stdout } = await flow;
  restarted.kill();
  assert.match(stdout, /100 packets transmitted, 100 received/);
});

test('a machine does not reach the node through a pair that no VRF has taken yet', async ({ a, vm1 }) => {
  const { namespace, driver } = a;
  await namespace.run('sysctl -q -w net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0');
  // Every address has a route, as on a node with a default route.
  await namespace.run('ip route add default via 10.77.0.2');
  await driver.have(...PLUG);
  await vm1.run('ip route add 10.77.0.0/24 dev eth0');
  const ask = async () => (await vm1.attempt('arping -c 1 -w 1 -I eth0 10.77.0.1')).exitCode;
  const end = JSON.parse(await namespace.run('ip -j link show ipvpn2-evpn1')) as { address: string }[];
  const before = await received(namespace);
  await vm1.run(`ip neigh replace 10.77.0.1 lladdr ${end[0]!.address} dev eth0`);
  await vm1.attempt('ping -c 2 -i 0.05 -W 1 10.77.0.1');
  assert.is(await received(namespace), before);
  assert.is(await ask(), 1);
  // Without the shield it would: the way is there.
  await namespace.run('sysctl -q -w net.ipv4.conf.ipvpn2-evpn1.rp_filter=0');
  await vm1.attempt('ping -c 2 -i 0.05 -W 1 10.77.0.1');
  assert.is(await received(namespace), before + 2);
  assert.is(await ask(), 0);
});

/** How many questions of `ping` the node has taken to be for itself. */
async function received(node: Namespace): Promise<number> {
  const [names, values] = (await node.run('cat /proc/net/snmp'))
    .split('\n')
    .filter((line) => line.startsWith('Icmp:'))
    .map((line) => line.split(' '));
  return Number(values![names!.indexOf('InEchos')]);
}

if (needsRoot('E-VPN linux: gateway, traffic')) test.run();
