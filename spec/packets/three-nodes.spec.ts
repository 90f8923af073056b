import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ComputeNode } from '../lab/compute-node.ts';
import { type ForwardingState, forwardingState } from '../lab/forwarding-state.ts';
import { addMachine, attach, detach, type Machine, OVERLAY_MTU } from '../lab/machine.ts';
import { buildOverlay, type Overlay } from '../lab/overlay.ts';
import { allReach, answers, reaches } from '../lab/reachability.ts';
import { REFLECTOR_ADDRESS } from '../lab/underlay.ts';
import { cleanUp } from '../support/at-exit.ts';
import { eventually } from '../support/eventually.ts';
import { assertEstablished } from '../support/looking-glass.ts';
import { needsRoot } from '../support/needs.ts';

/**
 * Three compute nodes and a gobgpd, with two E-VPNs across them. The tests tell one story, in order: what one attaches
 * the next ones use.
 *
 *     red:  a1 on a, b2 on b, c3 on c (which calls it VNI 130), MAC-only c4 on c      blue: a11 on a, b12 on b
 */
const packets = suite('three compute nodes');

const RED = { id: 'red', number: 30 };
const BLUE = { id: 'blue', number: 40 };
/** In seconds. */
const HOLD_TIME = 9;

let overlay: Overlay;
let a: ComputeNode;
let b: ComputeNode;
let c: ComputeNode;
let red: Record<'a1' | 'b2' | 'c3' | 'c4', Machine>;
let blue: Record<'a11' | 'b12', Machine>;
let before: ForwardingState;

packets('each node has its session with the reflector', async () => {
  overlay = await buildOverlay({ reflector: 'gobgp', nodes: ['a', 'b', 'c'], holdTime: HOLD_TIME });
  [a, b, c] = overlay.nodes as [ComputeNode, ComputeNode, ComputeNode];
  red = {
    a1: await addMachine({ node: a, network: RED, host: 1 }),
    b2: await addMachine({ node: b, network: RED, host: 2 }),
    c3: await addMachine({ node: c, network: RED, host: 3, vni: 130 }),
    c4: await addMachine({ node: c, network: RED, host: 4, vni: 130, macOnly: true }),
  };
  blue = {
    a11: await addMachine({ node: a, network: BLUE, host: 11 }),
    b12: await addMachine({ node: b, network: BLUE, host: 12 }),
  };
  before = await forwardingState(c.namespace);
});

packets.after(cleanUp);

packets('every machine of an E-VPN reaches every other one', async () => {
  for (const machine of [red.a1, red.b2, red.c3]) await attach(machine);
  await allReach([red.a1, red.b2, red.c3]);
});

packets('a machine whose address nobody was told is found', async () => {
  await attach(red.c4);
  await reaches(red.a1, red.c4);
  await reaches(red.c4, red.b2);
});

packets('machines of another E-VPN are out of reach, on the same node too', async () => {
  for (const machine of [blue.a11, blue.b12]) await attach(machine);
  await allReach([blue.a11, blue.b12]);
  // The same subnet, so that nothing but the E-VPN keeps them apart.
  await blue.a11.namespace.run(`ip addr add 10.${RED.number}.0.11/24 dev eth0`);
  await blue.b12.namespace.run(`ip addr add 10.${RED.number}.0.12/24 dev eth0`);
  await reaches(blue.a11, { ...blue.b12, address: `10.${RED.number}.0.12` });
  const strangers = [blue.a11, blue.b12].flatMap((from) =>
    Object.values(red).map((to) => [from, to] as const),
  );
  const answered = await Promise.all(strangers.map(([from, to]) => answers(from, to)));
  assert.not(answered.includes(true));
});

packets('a packet as large as the underlay allows arrives whole', async () => {
  // IPv4 and ICMP headers: 28 bytes.
  const largest = OVERLAY_MTU - 28;
  const ping = (size: number): string => `ping -M do -c 2 -i 0.2 -W 1 -s ${size} ${red.c3.address}`;
  await red.a1.namespace.run(ping(largest));
  const { exitCode } = await red.a1.namespace.attempt(ping(largest + 1));
  assert.is.not(exitCode, 0);
});

packets('a namespace that the command line tool attaches is reached', async () => {
  const { name } = await overlay.laboratory.namespace('tool');
  const words = ['--network-type', 'evpn', '--vpn-instance-id', RED.id, '--rt', `64512:${RED.number}`];
  const port = ['--port', 'netns', '--netns', name, '--ip', `10.${RED.number}.0.5/24`];
  await b.command('bagpipe-rest-attach', '--attach', ...words, ...port, '--vni', String(RED.number));
  const machine = { ...red.b2, name: 'tool', address: `10.${RED.number}.0.5` };
  await reaches(red.a1, machine);
  await reaches(red.b2, machine);
  await b.command('bagpipe-rest-attach', '--detach', ...words, ...port, '--vni', String(RED.number));
  await eventually('forgotten', async () => assert.not(await answers(red.a1, machine)), 15_000);
});

packets('what is detached is forgotten by the other nodes', async () => {
  const mentions = async (node: ComputeNode): Promise<string[]> => {
    const { entries, neighbours } = await forwardingState(node.namespace);
    const marks = [c.address, red.c3.address, red.c3.attachment.mac_address, red.c4.attachment.mac_address];
    return [...entries, ...neighbours].filter((line) => marks.some((mark) => line.split(' ').includes(mark)));
  };
  for (const node of [a, b]) assert.ok((await mentions(node)).length >= 4, 'there is something to forget');
  await detach(red.c3);
  await detach(red.c4);
  for (const node of [a, b]) {
    await eventually('forgotten', async () => assert.equal(await mentions(node), []));
  }
  await reaches(red.a1, red.b2);
  assert.not(await answers(red.a1, red.c3));
});

packets('the last detach leaves a node as it was', async () => {
  await eventually('as before', async () => assert.equal(await forwardingState(c.namespace), before));
});

packets('what is attached again is reached again', async () => {
  await attach(red.c3);
  await allReach([red.a1, red.b2, red.c3]);
});

packets('a daemon that is killed is forgotten by the others, and a new one has it all again', async () => {
  const stateOfB = await forwardingState(b.namespace);
  const knownToA = async (): Promise<boolean> =>
    (await forwardingState(a.namespace)).entries.some((line) => line.includes(`dst ${b.address}`));
  assert.ok(await knownToA());
  await b.daemon.program.stop('SIGKILL');
  await eventually('forgotten', async () => assert.not(await knownToA()), (HOLD_TIME + 3) * 1000);
  await reaches(red.a1, red.c3);
  await b.start();
  await eventually('session', () => assertEstablished(b.api, REFLECTOR_ADDRESS), 20_000);
  for (const machine of [red.b2, blue.b12]) await attach(machine);
  await allReach([red.a1, red.b2, red.c3]);
  await allReach([blue.a11, blue.b12]);
  await eventually('the same as before, once', async () => {
    assert.equal(await forwardingState(b.namespace), stateOfB);
  });
});

packets('a daemon that is stopped leaves nothing behind, and is forgotten by the others', async () => {
  assert.equal(await c.daemon.program.stop('SIGTERM'), { status: 0, signal: null });
  assert.equal(await forwardingState(c.namespace), before);
  await eventually('forgotten', async () => {
    const { entries } = await forwardingState(a.namespace);
    assert.not(entries.some((line) => line.includes(`dst ${c.address}`)));
  });
});

if (needsRoot('packets: three compute nodes')) packets.run();
