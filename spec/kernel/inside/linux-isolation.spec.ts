import { existsSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { capture, captureUnderlay } from '../../lab/capture.ts';
import type { ComputeNode } from '../../lab/compute-node.ts';
import { type KernelState, kernelState } from '../../lab/kernel-state.ts';
import { attach, detach, type Machine } from '../../lab/machine.ts';
import { buildOverlay, type Overlay } from '../../lab/overlay.ts';
import { answered, PINGS, pingsReceived } from '../../lab/pings.ts';
import { answers } from '../../lab/reachability.ts';
import { tcp } from '../../lab/traffic.ts';
import { REFLECTOR_ADDRESS, UNDERLAY_MTU } from '../../lab/underlay.ts';
import { addVrfMachine, kernelDataplane } from '../../lab/vrf-machine.ts';
import { cleanUp } from '../../support/at-exit.ts';
import { eventually } from '../../support/eventually.ts';
import { needs } from '../../support/needs.ts';

/**
 * Two VRFs with the same addresses on the same two nodes, whose machines have the same MAC addresses, and a third one on
 * node a. MPLS on Ethernet between the nodes. The tests tell one story, in order.
 *
 *     red:  11.0.0.1 on a, 12.0.0.1 on b     blue:  11.0.0.1 on a, 12.0.0.1 on b     green:  13.0.0.1 on a
 */
const ipvpn = suite('IP VPN in the kernel: isolation');

const GATEWAY = '11.0.0.254';
const NEAR = '11.0.0.1';
const FAR = '12.0.0.1';
const NEAR_MAC = '02:00:00:00:00:01';
const FAR_MAC = '02:00:00:00:00:02';
const RED = { vrf: 'red', routeTarget: 10 };
const BLUE = { vrf: 'blue', routeTarget: 20 };
const GREEN = { vrf: 'green', routeTarget: 30 };
/** What an IP header and one of ICMP take from the MTU. */
const PING_OVERHEAD = 28;
const LABEL_SIZE = 4;

let overlay: Overlay;
let a: ComputeNode;
let b: ComputeNode;
let red: Record<'near' | 'far', Machine>;
let blue: Record<'near' | 'far', Machine>;
let green: Machine;
let before: readonly KernelState[];

ipvpn('each machine reaches that of its own VRF, although another one has its addresses', async () => {
  overlay = await buildOverlay({
    reflector: 'gobgp',
    nodes: ['a', 'b'],
    dataplane: kernelDataplane('underlay'),
  });
  [a, b] = overlay.nodes as [ComputeNode, ComputeNode];
  red = {
    near: await addVrfMachine({ ...RED, node: a, name: 'red1', address: NEAR, mac: NEAR_MAC }),
    far: await addVrfMachine({ ...RED, node: b, name: 'red2', address: FAR, mac: FAR_MAC }),
  };
  blue = {
    near: await addVrfMachine({ ...BLUE, node: a, name: 'blue1', address: NEAR, mac: NEAR_MAC }),
    far: await addVrfMachine({ ...BLUE, node: b, name: 'blue2', address: FAR, mac: FAR_MAC }),
  };
  green = await addVrfMachine({
    ...{ ...GREEN, node: a, name: 'green', address: '13.0.0.1', mac: '02:00:00:00:00:03' },
  });
  before = await dumps();
  // What is not held back has a way to leave.
  await a.namespace.run(`ip route add default via ${REFLECTOR_ADDRESS}`);
  const machines = [red.near, red.far, blue.near, blue.far];
  for (const machine of machines) await attach(machine);
  const everybody = machines.map(({ namespace }) => namespace);
  for (const [from, to] of [
    [red.near, red.far],
    [red.far, red.near],
    [blue.near, blue.far],
    [blue.far, blue.near],
  ] as const) {
    await answered(from, to);
    const expected = machines.map((machine) => (machine === to ? PINGS : 0));
    const received = await pingsReceived([[from.namespace, to.address]], everybody);
    assert.equal(received, expected, `from ${from.name} to ${to.name}`);
  }
});

ipvpn.after(cleanUp);

ipvpn('addresses of the nodes are out of reach of machines', async () => {
  const { namespace } = red.near;
  const hosts = [a.address, b.address, REFLECTOR_ADDRESS];
  await allOutOfReach('by way of the gateway');
  // An address of the underlay makes them its neighbours.
  await namespace.run('ip addr add 10.77.0.77/24 dev eth0');
  await allOutOfReach('as neighbours');
  // Whoever knows where the gateway is need not ask for them.
  const mac = (await a.namespace.run(`cat /sys/class/net/${red.near.name}/address`)).trim();
  for (const host of hosts) {
    await namespace.run(`ip neigh replace ${host} lladdr ${mac} nud permanent dev eth0`);
  }
  await allOutOfReach('as neighbours that are found at the port');
  await namespace.run('ip neigh flush nud permanent dev eth0');
  await namespace.run('ip addr del 10.77.0.77/24 dev eth0');

  async function allOutOfReach(how: string): Promise<void> {
    const answered = await Promise.all(hosts.map((address) => answers(red.near, { ...red.near, address })));
    assert.equal(answered, [false, false, false], how);
  }
});

ipvpn('the nodes do not reach machines, and machines no service of their node', async () => {
  assert.not(await answers({ ...red.near, namespace: a.namespace }, red.near));
  // The gateway is an address of the node, and a server that listens at any of them does not listen there.
  assert.ok(await red.near.namespace.ping(GATEWAY, 1));
  const refused = await tcp(red.near.namespace, a.namespace, GATEWAY).then(
    () => undefined,
    (error: unknown) => String(error),
  );
  assert.match(refused ?? 'the node has answered', 'ECONNREFUSED');
});

ipvpn('the nodes themselves reach each other as before', async () => {
  for (const address of [b.address, REFLECTOR_ADDRESS, a.address, '127.0.0.1']) {
    assert.ok(await a.namespace.ping(address, 1), address);
  }
  assert.ok(await b.namespace.ping(a.address, 1));
});

ipvpn('what has no route stays on the node', async () => {
  const wire = await captureUnderlay(overlay, a);
  const isMine = (packet: string): boolean => packet.includes(NEAR) || packet.includes(NEAR_MAC);
  const unknown = '198.51.100.1';
  for (const address of [unknown, '12.0.0.99', REFLECTOR_ADDRESS, b.address]) {
    assert.not(await answers(red.near, { ...red.near, address }), address);
  }
  // The kernel rations such answers.
  await eventually('the machine is told', async () => {
    const { stdout } = await red.near.namespace.attempt(`ping -c 1 -W 1 ${unknown}`);
    assert.match(stdout, `From ${GATEWAY} icmp_seq=1 Destination Host Unreachable`);
  });
  for (const address of ['224.0.0.5', '255.255.255.255']) {
    await red.near.namespace.attempt(`ping -b -c 1 -W 0.2 ${address}`);
  }
  // What has a route comes after it.
  assert.is((await red.near.namespace.attempt(`ping -c 1 -W 2 ${FAR}`)).exitCode, 0);
  const packets = (await wire.stop()).filter(isMine);
  assert.is(packets.length, 2, packets.join('\n'));
  for (const packet of packets) assert.match(packet, 'ethertype MPLS unicast');
});

ipvpn('each node takes one from the TTL', async () => {
  assert.match(await red.near.namespace.run(`ping -c 1 -W 2 ${FAR}`), 'ttl=62');
  const { stdout } = await red.near.namespace.attempt(`ping -c 1 -W 2 -t 1 ${FAR}`);
  assert.match(stdout, `From ${GATEWAY} icmp_seq=1 Time to live exceeded`);
});

ipvpn('a machine cannot send packets with labels', async () => {
  const { namespace } = red.near;
  const there = '198.51.100.2';
  const label = await labelOf(blue.near);
  await blue.near.namespace.run(`ip addr add ${there}/32 dev lo`);
  await namespace.run('ip addr add 198.51.100.1/32 dev lo');
  await namespace.run(
    `ip route add ${there} encap mpls ${label} via inet ${GATEWAY} dev eth0 src 198.51.100.1`,
  );
  const input = `net.mpls.conf.${red.near.name}.input`;
  const received = async (): Promise<number> =>
    (await pingsReceived([[namespace, there]], [blue.near.namespace]))[0]!;
  const port = await capture(a.namespace, red.near.name, 'mpls');
  assert.is(await received(), 0);
  const sent = await port.stop();
  assert.is(sent.length, PINGS, sent.join('\n'));
  for (const packet of sent) assert.match(packet, `MPLS (label ${label}, `);
  assert.is((await a.namespace.run(`sysctl -n ${input}`)).trim(), '0');
  // They would arrive if the port took them in.
  await a.namespace.run(`sysctl -qw ${input}=1`);
  assert.is(await received(), PINGS);
  await a.namespace.run(`sysctl -qw ${input}=0`);
  await namespace.run(`ip route del ${there}`);
  await namespace.run('ip addr del 198.51.100.1/32 dev lo');
  await blue.near.namespace.run(`ip addr del ${there}/32 dev lo`);
});

ipvpn('VRFs of one node that import from each other reach each other, until they do not', async () => {
  await attach(green);
  assert.not(await answers(red.near, green));
  await attach(importing(red.near, RED.routeTarget, GREEN.routeTarget));
  await attach(importing(green, GREEN.routeTarget, RED.routeTarget));
  await answered(red.near, green);
  await answered(green, red.near);
  const everybody = [red.near, blue.near].map(({ namespace }) => namespace);
  assert.equal(await pingsReceived([[green.namespace, NEAR]], everybody), [PINGS, 0]);
  await attach(red.near);
  await attach(green);
  for (const [from, to] of [
    [red.near, green],
    [green, red.near],
  ] as const) {
    await eventually('out of reach', async () => assert.not(await answers(from, to)));
  }
  await answered(red.near, red.far);
  await detach(green);
});

ipvpn('a packet that is too big with its label is said to be', async () => {
  for (const { namespace, node, name } of [red.near, red.far]) {
    await namespace.run(`ip link set eth0 mtu ${UNDERLAY_MTU}`);
    await node.namespace.run(`ip link set ${name} mtu ${UNDERLAY_MTU}`);
  }
  const largest = UNDERLAY_MTU - LABEL_SIZE;
  const pingOf = (size: number): string => `ping -c 1 -W 2 -M do -s ${size - PING_OVERHEAD} ${FAR}`;
  const { exitCode, stdout } = await red.near.namespace.attempt(pingOf(largest + 1));
  assert.is(exitCode, 1, stdout);
  assert.match(stdout, `From ${GATEWAY} icmp_seq=1 Frag needed and DF set (mtu = ${largest})`);
  assert.is((await red.near.namespace.attempt(pingOf(largest))).exitCode, 0);
  for (const { namespace } of [red.near, red.far]) await namespace.run('ip route flush cache');
  await tcp(red.near.namespace, red.far.namespace, FAR, { patience: 30 });
});

ipvpn('an underlay that goes down and up again is used again', async () => {
  await a.namespace.run('ip route del default');
  await a.namespace.run('ip link set underlay down');
  assert.not(await answers(red.near, red.far));
  await a.namespace.run('ip link set underlay up');
  for (const { near, far } of [red, blue]) await answered(near, far);
});

ipvpn('the routing table of somebody else is refused, and left alone', async () => {
  await attach(green);
  const numbers = (await a.namespace.run('ip -oneline link show type vrf')).matchAll(/bvrf-(\d+):/g);
  const last = Math.max(...Array.from(numbers, ([, number]) => Number(number)));
  await detach(green);
  // Numbers of VRFs are given in their order.
  const [first, second] = [1000 + last + 1, 1000 + last + 2];
  await a.namespace.script(`
    ip link add vrf-others type vrf table ${first}
    ip link set vrf-others up
    ip link add theirs type dummy
    ip link set theirs master vrf-others up
    ip addr add 172.16.0.1/24 dev theirs
    ip route add 172.17.0.0/16 via 172.16.0.2 vrf vrf-others proto 99
    ip route add 172.18.0.0/16 via ${REFLECTOR_ADDRESS} table ${second} proto 99
  `);
  const state = await dumps();
  for (const [table, who] of [
    [first, 'it is that of the VRF device vrf-others'],
    [second, 'it has a route to 172.18.0.0/16'],
  ] as const) {
    const { status, body } = await a.api.send('POST', '/attach_localport', green.attachment);
    assert.is(status, 500, body);
    assert.match(body, `routing table ${table} is in use: ${who}`);
    assert.equal(await dumps(), state);
  }
  // The next number is nobody's.
  await attach(green);
  await detach(green);
  assert.equal(await dumps(), state);
  await a.namespace.script(`
    ip link del vrf-others
    ip link del theirs
    ip route flush table ${second}
  `);
});

ipvpn('detaching the machines of one VRF leaves those of the other', async () => {
  for (const machine of [blue.near, blue.far]) await detach(machine);
  await answered(red.near, red.far);
  assert.not(await answers(blue.near, blue.far));
  for (const machine of [red.near, red.far]) await detach(machine);
  assert.equal(await dumps(), before);
});

/** The machine, whose VRF imports these route targets. */
function importing(machine: Machine, ...targets: readonly number[]): Machine {
  const import_rt = targets.map((target) => `64512:${target}`);
  return { ...machine, attachment: { ...machine.attachment, import_rt } };
}

/** With which its packets come from other nodes. */
async function labelOf({ node, name, address }: Machine): Promise<number> {
  const routes = await node.namespace.run('ip -f mpls route');
  const [, label] = new RegExp(String.raw`^(\d+) via inet ${address} dev ${name} `, 'm').exec(routes)!;
  return Number(label);
}

async function dumps(): Promise<readonly KernelState[]> {
  return [
    await kernelState(a.namespace, ['red1', 'blue1', 'green']),
    await kernelState(b.namespace, ['red2', 'blue2']),
  ];
}

const there = ['mpls_router', 'vrf'].every((name) => existsSync(`/sys/module/${name}`));
if (needs('IP VPN in the kernel: isolation', there, 'a kernel with MPLS and VRFs')) ipvpn.run();
