import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MPLS_BRIDGE } from '../lab/bridges.ts';
import { captureUnderlay } from '../lab/capture.ts';
import type { ComputeNode } from '../lab/compute-node.ts';
import { labelled, tagged, udpFrame } from '../lab/frames.ts';
import { attach, detach, type Machine } from '../lab/machine.ts';
import { buildOverlay, type Overlay } from '../lab/overlay.ts';
import { allReach, answers } from '../lab/reachability.ts';
import { countReceived, sendFlows, tcp, udpReceived } from '../lab/traffic.ts';
import { REFLECTOR_ADDRESS } from '../lab/underlay.ts';
import { addVrfMachine, ipvpnDataplane } from '../lab/vrf-machine.ts';
import { cleanUp } from '../support/at-exit.ts';
import { eventually } from '../support/eventually.ts';
import { needsRoot } from '../support/needs.ts';

/**
 * Two VRFs with the same addresses on the same two nodes, and a machine of each with the same MAC address.
 *
 *     red:  11.0.0.1 on a, 12.0.0.1 on b        blue:  11.0.0.1 on a, 12.0.0.1 on b
 */
const ipvpn = suite('IP VPN over Open vSwitch: isolation');

const GATEWAY_MAC = '00:00:5e:00:43:64';
const NEAR = '11.0.0.1';
const FAR = '12.0.0.1';
/** What the machine on node a has in both VRFs. */
const NEAR_MAC = '02:00:00:00:00:01';
const RED = { vrf: 'red', routeTarget: 10 };
const BLUE = { vrf: 'blue', routeTarget: 20 };

let overlay: Overlay;
let a: ComputeNode;
let b: ComputeNode;
let red: Record<'near' | 'far', Machine>;
let blue: Record<'near' | 'far', Machine>;

ipvpn('machines of a VRF reach each other, beside those of another one', async () => {
  overlay = await buildOverlay({ reflector: 'gobgp', nodes: ['a', 'b'], dataplane: ipvpnDataplane({}) });
  [a, b] = overlay.nodes as [ComputeNode, ComputeNode];
  red = {
    near: await addVrfMachine({ ...RED, node: a, name: 'red1', address: NEAR, mac: NEAR_MAC }),
    far: await addVrfMachine({ ...RED, node: b, name: 'red2', address: FAR, mac: '02:00:00:00:00:02' }),
  };
  blue = {
    near: await addVrfMachine({ ...BLUE, node: a, name: 'blue1', address: NEAR, mac: NEAR_MAC }),
    far: await addVrfMachine({ ...BLUE, node: b, name: 'blue2', address: FAR, mac: '02:00:00:00:00:03' }),
  };
  for (const machine of [red.near, red.far, blue.near, blue.far]) await attach(machine);
  await allReach([red.near, red.far]);
  await allReach([blue.near, blue.far]);
});

ipvpn.after(cleanUp);

ipvpn('each machine reaches that of its own VRF, although another one has the address', async () => {
  const everybody = [red.near, red.far, blue.near, blue.far].map(({ namespace }) => namespace);
  const received = (from: Machine, address: string): Promise<number[]> =>
    countReceived(everybody, () => sendFlows(from.namespace, address, 10));
  assert.equal(await received(red.near, FAR), [0, 10, 0, 0]);
  assert.equal(await received(blue.near, FAR), [0, 0, 0, 10]);
  assert.equal(await received(red.far, NEAR), [10, 0, 0, 0]);
  assert.equal(await received(blue.far, NEAR), [0, 0, 10, 0]);
  await Promise.all([red, blue].map(({ near, far }) => tcp(near.namespace, far.namespace, FAR)));
});

ipvpn('addresses of the nodes are out of reach', async () => {
  const hosts = [a.address, b.address, REFLECTOR_ADDRESS];
  const answered = (): Promise<boolean[]> =>
    Promise.all(hosts.map((address) => answers(red.near, { ...red.near, address })));
  assert.equal(await answered(), [false, false, false], 'by way of the gateway');
  // An address of the underlay makes them its neighbours.
  await red.near.namespace.run('ip addr add 10.77.0.77/24 dev eth0');
  assert.equal(await answered(), [false, false, false], 'as neighbours');
  await red.near.namespace.run('ip addr del 10.77.0.77/24 dev eth0');
  assert.not(await a.namespace.ping(NEAR), 'and the other way round');
});

ipvpn('what has no route stays on the node', async () => {
  const wire = await captureUnderlay(overlay, a);
  // Without the answer of the machine at which nobody listens.
  const isMine = (packet: string): boolean =>
    (packet.includes(NEAR) || packet.includes(NEAR_MAC)) && !packet.includes('unreachable');
  const unknown = ['198.51.100.1', '12.0.0.99', '11.0.0.254', '224.0.0.5', REFLECTOR_ADDRESS, b.address];
  const counts = await countReceived([b.namespace, red.far.namespace, blue.far.namespace], async () => {
    for (const address of unknown) await sendFlows(red.near.namespace, address, 1);
  });
  assert.equal(counts, [0, 0, 0]);
  // What has a route comes after it.
  await sendFlows(red.near.namespace, FAR, 1, 4000);
  await eventually('seen', () => assert.ok(wire.packets().some((packet) => packet.includes('4000: UDP'))));
  const packets = (await wire.stop()).filter(isMine);
  assert.is(packets.length, 1, packets.join('\n'));
  assert.match(packets[0]!, 'proto TEB');
});

ipvpn('a machine cannot send with labels or VLAN tags', async () => {
  const datagram = udpFrame({ from: [NEAR_MAC, NEAR], to: [GATEWAY_MAC, FAR], port: 5000 });
  const stranger = udpFrame({ from: [NEAR_MAC, FAR], to: [GATEWAY_MAC, NEAR], port: 5000 });
  const received = (): Promise<number[]> =>
    Promise.all([red.far, blue.near, blue.far].map(({ namespace }) => udpReceived(namespace)));
  const label = await labelOf(blue.near);
  for (const frame of [labelled(stranger, label), tagged(datagram, 5)]) {
    const before = await received();
    await send(a, red.near.name, frame);
    // What may be sent comes after it.
    await send(a, red.near.name, datagram);
    const news = async (): Promise<number[]> => (await received()).map((count, at) => count - before[at]!);
    await eventually('something has arrived', async () => assert.ok((await news())[0]! > 0));
    assert.equal(await news(), [1, 0, 0]);
  }
});

ipvpn('detaching the machines of one VRF leaves those of the other', async () => {
  await detach(blue.near);
  await detach(blue.far);
  await allReach([red.near, red.far]);
  assert.not(await answers(blue.near, blue.far));
});

/** As if the machine behind this port had sent it. */
async function send({ openVswitch }: ComputeNode, port: string, frame: Buffer): Promise<void> {
  const number = await openVswitch.portNumber(port);
  const words = `in_port=${number},packet=${frame.toString('hex')},actions=resubmit(,0)`;
  await openVswitch.ofctl(`packet-out ${MPLS_BRIDGE} ${words}`);
}

/** With which its packets come from other nodes. */
async function labelOf({ node, name }: Machine): Promise<number> {
  const { flows } = (await node.openVswitch.dump())[MPLS_BRIDGE]!;
  const delivery = flows.find((flow) => flow.includes('mpls_label=') && flow.endsWith(`output:${name}`));
  return Number(/mpls_label=(\d+)/.exec(delivery!)![1]);
}

if (needsRoot('IP VPN over Open vSwitch')) ipvpn.run();
