import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { restartNeutronAgent, TUNNEL_BRIDGE } from '../lab/bridges.ts';
import { capture, captureUnderlay } from '../lab/capture.ts';
import type { ComputeNode } from '../lab/compute-node.ts';
import { addMachine, attach, detach, type Machine } from '../lab/machine.ts';
import { buildOverlay, type Overlay } from '../lab/overlay.ts';
import { allReach, answers, reaches } from '../lab/reachability.ts';
import type { SwitchState } from '../lab/switch-state.ts';
import { tcp } from '../lab/traffic.ts';
import { addVlanMachine } from '../lab/vlan-machine.ts';
import type { Answer } from '../support/api-client.ts';
import { cleanUp } from '../support/at-exit.ts';
import { eventually } from '../support/eventually.ts';
import { needsRoot } from '../support/needs.ts';

/**
 * E-VPNs across three nodes with Open vSwitch and one without. The tests tell one story, in order: what one attaches the
 * next ones use.
 *
 *     red:          a1 on a, b2 and MAC-only b4 on b, c3 on c, d5 on d, which has the driver for Linux bridges
 *     blue:         a1 on a, b2 and b9 on b, with the addresses of red
 *     green, lime:  one on a, two on a, in two EVIs that import each other
 */
const packets = suite('E-VPN over Open vSwitch');

const RED = { id: 'red', number: 30 };
const BLUE = { id: 'blue', number: 30 };
const GREEN = { id: 'green', number: 60 };
const LIME = { id: 'lime', number: 60 };

/** What red is on each node. */
const AT = { a: { vni: 30, vlan: 42 }, b: { vni: 130, vlan: 43 }, c: { vni: 230, vlan: 44 } };

/** In milliseconds: how long traffic may stand still when the switch has lost its flows. */
const INTERRUPTION = 5000;

let overlay: Overlay;
let a: ComputeNode;
let b: ComputeNode;
let c: ComputeNode;
let red: Record<'a1' | 'b2' | 'c3' | 'b4' | 'd5', Machine>;
let blue: Record<'a1' | 'b2' | 'b9', Machine>;
/** b2 when it has moved to c. */
let arrived: Machine;
let green: Machine;
let lime: Machine;
let before: readonly SwitchState[];

packets('each node has its session with the reflector', async () => {
  overlay = await buildOverlay({
    reflector: 'gobgp',
    nodes: ['a', 'b', 'c', { name: 'd', dataplane: {} }],
    dataplane: {
      openVswitch: true,
      configuration: { DATAPLANE_DRIVER_EVPN: { dataplane_driver: 'ovs', ovs_bridge: TUNNEL_BRIDGE } },
    },
  });
  const [first, second, third, d] = overlay.nodes as [ComputeNode, ComputeNode, ComputeNode, ComputeNode];
  [a, b, c] = [first, second, third];
  const b4 = await addVlanMachine({ ...AT.b, node: b, network: RED, host: 4, macOnly: true });
  red = {
    a1: await addVlanMachine({ ...AT.a, node: a, network: RED, host: 1 }),
    b2: await addVlanMachine({ ...AT.b, node: b, network: RED, host: 2 }),
    c3: await addVlanMachine({ ...AT.c, node: c, network: RED, host: 3 }),
    b4: changed(b4, { local_port: { linuxif: b4.name, vlan: AT.b.vlan } }),
    d5: await addMachine({ node: d, network: RED, host: 5 }),
  };
  const addBlue = async (node: ComputeNode, host: number, vlan: number): Promise<Machine> =>
    changed(await addVlanMachine({ node, network: BLUE, host, vlan, vni: 40 }), targets(40));
  // At b it has the VLAN that red has at a.
  blue = { a1: await addBlue(a, 1, 50), b2: await addBlue(b, 2, 42), b9: await addBlue(b, 9, 42) };
  green = await addVlanMachine({ node: a, network: GREEN, host: 1, vlan: 60 });
  lime = await addVlanMachine({ node: a, network: LIME, host: 2, vlan: 61, vni: 61 });
  arrived = await addVlanMachine({ ...AT.c, node: c, network: RED, host: 2 });
  await arrived.namespace.run('ip link set eth0 down');
  before = await dumps();
});

packets.after(cleanUp);

packets(
  'every machine of an E-VPN reaches every other one, whatever its VNI and VLAN are there',
  async () => {
    const { a1, b2, c3 } = red;
    for (const machine of [a1, b2, c3]) await attach(machine);
    await allReach([a1, b2, c3]);
    await tcp(a1.namespace, b2.namespace, b2.address);
  },
);

packets('ARP for what is known is answered on the node', async () => {
  assert.equal(await questionsOnTheWire(red.a1, red.b2), []);
});

packets('a machine whose address nobody was told is found: ARP is flooded', async () => {
  await attach(red.b4);
  await reaches(red.a1, red.b4);
  await reaches(red.b4, red.c3);
  // To b and c.
  assert.is((await questionsOnTheWire(red.a1, red.b4)).length, 2);
});

packets('a node with Linux bridges is one of them', async () => {
  await attach(red.d5);
  await allReach([red.d5, red.a1, red.b2]);
  await reaches(red.d5, red.b4);
  await tcp(red.d5.namespace, red.a1.namespace, red.a1.address);
});

packets('machines of another E-VPN may have the same addresses', async () => {
  for (const machine of Object.values(blue)) await attach(machine);
  await allReach(Object.values(blue));
  assert.equal(await received(red.a1, red.b2.address), [0, 5, 0, 0, 0, 0, 0, 0]);
  assert.equal(await received(blue.a1, blue.b2.address), [0, 0, 0, 0, 0, 0, 5, 0]);
  const strangers = await Promise.all([
    answers(red.a1, blue.b9),
    answers(red.b2, blue.b9),
    answers(blue.a1, red.c3),
    answers(blue.b9, red.b4),
  ]);
  assert.equal(strangers, [false, false, false, false]);
});

packets('a broadcast reaches each machine of its E-VPN once, and no other', async () => {
  const back = await capture(red.a1.namespace, 'eth0', 'inbound and icmp[0] = 8');
  // What a machine sends to all, its own kernel gives to itself.
  assert.equal(await received(red.a1, '10.30.0.255'), [5, 5, 5, 5, 5, 0, 0, 0]);
  assert.equal(await back.stop(), []);
  assert.equal(await received(red.b4, '10.30.0.255'), [5, 5, 5, 5, 5, 0, 0, 0]);
  assert.equal(await received(red.d5, '10.30.0.255'), [5, 5, 5, 5, 5, 0, 0, 0]);
  assert.equal(await received(blue.b2, '10.30.0.255'), [0, 0, 0, 0, 0, 5, 5, 5]);
});

packets('two EVIs of a node that import each other exchange packets', async () => {
  for (const machine of [green, lime]) await attach(machine);
  await allReach([green, lime]);
  await tcp(green.namespace, lime.namespace, lime.address);
  const back = await capture(green.namespace, 'eth0', 'inbound and icmp[0] = 8');
  assert.equal(await receivedBy([green, lime], green, '10.60.0.255'), [5, 5]);
  assert.equal(await back.stop(), []);
});

packets('a machine that moves to another node is followed', async () => {
  const { a1, b2, b4 } = red;
  // Attached there before it is detached here, and back in the other order.
  await b2.namespace.run('ip link set eth0 down');
  await arrived.namespace.run('ip link set eth0 up');
  await attach(arrived);
  await detach(b2);
  // As its hypervisor has it do: it says where it is now, and the switches on the way learn it.
  await reaches(arrived, a1);
  for (const from of [a1, b4, red.d5]) await reaches(from, arrived);

  await arrived.namespace.run('ip link set eth0 down');
  await detach(arrived);
  await b2.namespace.run('ip link set eth0 up');
  await attach(b2);
  await reaches(b2, a1);
  for (const from of [a1, b4, red.c3, red.d5]) await reaches(from, b2);
});

packets('a port without its VLAN, or with a wrong one, is refused', async () => {
  const { a1 } = red;
  const refused = async (port: Machine['attachment']['local_port'], id = 'red'): Promise<Answer> => {
    // What is undefined is not sent.
    const others = { mac_address: '02:00:00:00:00:99', ip_address: undefined, vni: undefined };
    const body = { ...a1.attachment, vpn_instance_id: id, ...others, local_port: port };
    return await a.api.send('POST', '/attach_localport', body);
  };
  const missing = await refused({ linuxif: 'tap9' });
  assert.is(missing.status, 500);
  assert.match(
    missing.body,
    'local_port.vlan is missing: the VLAN by which bridge br-tun knows the network is expected',
  );
  const shared = await refused({ linuxif: 'patch2tun:42' });
  assert.match(shared.body, 'local_port.vlan is missing');
  for (const linuxif of ['tap9', 'patch2tun:42']) {
    const other = await refused({ linuxif, vlan: 45 });
    assert.match(other.body, /local_port\.vlan 45 is not that of the network, .*: 42 is expected/);
  }
  const taken = await refused({ linuxif: 'tap9', vlan: 50 }, 'another');
  assert.match(taken.body, 'local_port.vlan 50 is in use by blue');
  await reaches(a1, red.b2);
});

packets('a switch that was killed has all flows again, and traffic goes on', async () => {
  const [state] = await dumps();
  await a.openVswitch.killSwitch();
  await a.openVswitch.startSwitch();
  await resumed('after the crash', state!);
});

packets('what an agent of Neutron takes away comes back', async () => {
  const [state] = await dumps();
  await restartNeutronAgent(a.openVswitch);
  await resumed('after the restart of the agent', state!);
});

packets('when all are detached, the nodes are as before', async () => {
  for (const machine of [...Object.values(red), ...Object.values(blue), green, lime]) await detach(machine);
  assert.equal(await dumps(), before);
});

/** What the switches have. */
async function dumps(): Promise<readonly SwitchState[]> {
  return await Promise.all([a, b, c].map(({ openVswitch }) => openVswitch.dump()));
}

/** The bridge of `a` has the rows of before, and packets pass in both directions. */
async function resumed(what: string, state: SwitchState): Promise<void> {
  const { a1, b2 } = red;
  const check = async (): Promise<void> => {
    for (const [from, to] of [
      [a1, b2],
      [b2, a1],
    ] as const) {
      assert.is((await from.namespace.attempt(`ping -c 1 -W 0.5 ${to.address}`)).exitCode, 0);
    }
  };
  await eventually(what, check, INTERRUPTION);
  await eventually(what, async () =>
    assert.equal((await a.openVswitch.dump())[TUNNEL_BRIDGE], state[TUNNEL_BRIDGE]),
  );
  await reaches(red.d5, a1);
  await allReach([green, lime]);
}

/** Requests for the address of `to`, that node `a` has sent to others, or been sent. */
async function questionsOnTheWire(from: Machine, to: Machine): Promise<readonly string[]> {
  const capture = await captureUnderlay(overlay, a);
  await from.namespace.run('ip neigh flush dev eth0');
  await reaches(from, to);
  const lines = await capture.stop();
  assert.ok(
    lines.some((line) => line.includes('VXLAN')),
    'the capture sees what passes',
  );
  return lines.filter((line) => line.includes(`who-has ${to.address}`));
}

/** Sends five pings: how many of them a1, b2, c3, b4 and d5 of red and a1, b2, b9 of blue have received. */
async function received(from: Machine, address: string): Promise<readonly number[]> {
  const { a1, b2, c3, b4, d5 } = red;
  return await receivedBy([a1, b2, c3, b4, d5, blue.a1, blue.b2, blue.b9], from, address);
}

async function receivedBy(
  machines: readonly Machine[],
  from: Machine,
  address: string,
): Promise<readonly number[]> {
  const before = await Promise.all(machines.map(pingsReceived));
  // Machines do not answer pings to all.
  await from.namespace.attempt(`ping -b -c 5 -i 0.05 -W 1 ${address}`);
  const after = await Promise.all(machines.map(pingsReceived));
  return after.map((count, index) => count - before[index]!);
}

async function pingsReceived({ namespace }: Machine): Promise<number> {
  const [names, values] = (await namespace.run('cat /proc/net/snmp'))
    .split('\n')
    .filter((line) => line.startsWith('IcmpMsg:'))
    .map((line) => line.split(' '));
  return Number(values?.[names!.indexOf('InType8')] ?? 0);
}

function changed(machine: Machine, changes: Partial<Machine['attachment']>): Machine {
  return { ...machine, attachment: { ...machine.attachment, ...changes } };
}

function targets(number: number): Pick<Machine['attachment'], 'import_rt' | 'export_rt'> {
  return { import_rt: [`64512:${number}`], export_rt: [`64512:${number}`] };
}

if (needsRoot('E-VPN over Open vSwitch')) packets.run();
