import { existsSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ComputeNode } from '../../lab/compute-node.ts';
import { type KernelState, kernelState } from '../../lab/kernel-state.ts';
import { killLinkMonitor } from '../../lab/link-monitor.ts';
import { addMachine, attach, detach, type Machine } from '../../lab/machine.ts';
import { buildOverlay, type Overlay } from '../../lab/overlay.ts';
import { allAnswer, answered, PINGS, pingsReceived } from '../../lab/pings.ts';
import { answers } from '../../lab/reachability.ts';
import { addVrfMachine, kernelDataplane } from '../../lab/vrf-machine.ts';
import type { Attachment } from '../../support/api-client.ts';
import { cleanUp } from '../../support/at-exit.ts';
import { eventually } from '../../support/eventually.ts';
import { needs } from '../../support/needs.ts';
import type { Namespace } from '../../support/network-namespace.ts';

/**
 * Machines of one VRF, and what may be behind a port and become of it. MPLS in GRE between the nodes. The tests tell one
 * story, in order.
 *
 *     one 11.0.0.1, two 11.0.0.2 on a        far 12.0.0.1 on b
 */
const ipvpn = suite('IP VPN in the kernel: machines and ports');

const GATEWAY = '11.0.0.254';
const RED = { vrf: 'red', routeTarget: 10 };
const GREEN_TARGETS = { vpn_instance_id: 'green', import_rt: ['64512:20'], export_rt: ['64512:20'] };

/** Of what `exchanged` tells. */
const ONLY_RECEIVES = [2 * PINGS, 0, 0];
const ONLY_SENDS = [0, PINGS, PINGS];
const NOTHING = [0, 0, 0];

/** Milliseconds until traffic flows again after somebody has changed an interface: programs start slowly here. */
const RECOVERY = 20_000;

let overlay: Overlay;
let a: ComputeNode;
let b: ComputeNode;
let one: Machine;
let two: Machine;
let far: Machine;
let before: readonly KernelState[];

ipvpn('two machines of one node reach each other, and one of another node', async () => {
  overlay = await buildOverlay({
    reflector: 'gobgp',
    nodes: ['a', 'b'],
    dataplane: {
      configuration: {
        ...kernelDataplane('*gre*').configuration,
        DATAPLANE_DRIVER_EVPN: { dataplane_driver: 'linux' },
      },
    },
  });
  [a, b] = overlay.nodes as [ComputeNode, ComputeNode];
  one = await addVrfMachine({ ...RED, node: a, name: 'one', address: '11.0.0.1', mac: '02:00:00:00:00:01' });
  two = await addVrfMachine({ ...RED, node: a, name: 'two', address: '11.0.0.2', mac: '02:00:00:00:00:02' });
  far = await addVrfMachine({ ...RED, node: b, name: 'far', address: '12.0.0.1', mac: '02:00:00:00:00:03' });
  before = await dumps();
  for (const machine of [one, two, far]) await attach(machine);
  await allAnswer([one, two, far]);
  assert.match(await one.namespace.run(`ping -c 1 -W 2 ${two.address}`), 'ttl=63');
});

ipvpn.after(cleanUp);

ipvpn('each of them has found the gateway, and its neighbour, at its port', async () => {
  for (const { namespace, name } of [one, two]) {
    const mac = await portMac(a, name);
    const other = name === 'one' ? two.address : one.address;
    for (const address of [GATEWAY, other]) {
      await namespace.attempt(`ping -c 1 -W 1 ${address}`);
      assert.match(await namespace.run(`ip neigh show ${address}`), `lladdr ${mac}`);
    }
  }
});

ipvpn('a machine that is unplugged leaves the other one on its node', async () => {
  await detach(two);
  await one.namespace.run('ip neigh flush dev eth0');
  await allAnswer([one, far]);
  assert.not(await answers(one, two));
  await attach(two);
  await allAnswer([one, two, far]);
});

ipvpn('one MAC address has two IP addresses, either of which may go', async () => {
  const second = withAddress(two, '11.0.0.22');
  await two.namespace.run('ip addr add 11.0.0.22/24 dev eth0');
  await attach(second);
  for (const from of [one, far]) for (const to of [two, second]) await answered(from, to);
  await detach(second);
  await vanished(far, second);
  for (const from of [one, far]) await answered(from, two);
  await attach(second);
  await answered(far, second);
  await detach(two);
  await vanished(far, two);
  for (const from of [one, far]) await answered(from, second);
  await attach(two);
  await detach(second);
  for (const from of [one, far]) await answered(from, two);
});

ipvpn('one port has two machines, which meet by way of it', async () => {
  const hub = await overlay.laboratory.namespace('hub');
  await overlay.laboratory.link(a.namespace, 'hub', hub, 'eth0');
  await hub.script(
    'ip link add inside type bridge \n ip link set inside up \n ip link set eth0 master inside',
  );
  const left = await addBehind('left', '14.0.0.1', '02:00:00:00:00:14');
  const right = await addBehind('right', '15.0.0.1', '02:00:00:00:00:15');
  for (const machine of [left, right]) await attach(machine);
  await allAnswer([left, right, far]);
  await answered(left, one);
  await detach(left);
  await vanished(far, left);
  await allAnswer([right, far]);
  await detach(right);
  await vanished(far, right);
  await hub.run('ip link del eth0');

  async function addBehind(name: string, address: string, mac: string): Promise<Machine> {
    const namespace = await overlay.laboratory.machine(hub, name, mac, `${address}/24`);
    await hub.script(`ip link set ${name} master inside \n ip link set ${name} up`);
    await namespace.run(`ip route add default via ${GATEWAY} dev eth0 onlink`);
    const attachment = {
      ...one.attachment,
      ip_address: address,
      mac_address: mac,
      local_port: { linuxif: 'hub' },
    };
    return { name, node: a, namespace, address, attachment };
  }
});

ipvpn('a machine announces its subnet, of which others may have single addresses', async () => {
  const machine = await addVrfMachine({
    ...{ ...RED, node: b, name: 'router', address: '12.0.0.5', mac: '02:00:00:00:00:05' },
  });
  const router: Machine = {
    ...machine,
    attachment: { ...machine.attachment, ip_address: '12.0.0.5/24', advertise_subnet: true },
  };
  await router.namespace.run('ip addr add 12.0.0.77/24 dev eth0');
  await attach(router);
  for (const from of [one, far]) {
    for (const address of [router.address, '12.0.0.77']) await answered(from, { ...router, address });
  }
  await allAnswer([router, far]);
  await answered(one, far);
  const single = withAddress(two, '12.0.0.99');
  for (const { namespace } of [two, router]) await namespace.run('ip addr add 12.0.0.99/32 dev lo');
  // Of two journeys: one on each node.
  const received = (): Promise<number[]> =>
    pingsReceived(
      [far, one].map(({ namespace }) => [namespace, single.address]),
      [two.namespace, router.namespace],
    );
  assert.equal(await received(), [0, 2 * PINGS]);
  await attach(single);
  await eventually('the single address is known', async () => assert.equal(await received(), [2 * PINGS, 0]));
  await detach(single);
  await eventually('and forgotten', async () => assert.equal(await received(), [0, 2 * PINGS]));
  await two.namespace.run('ip addr del 12.0.0.99/32 dev lo');
  await detach(router);
  await vanished(one, router);
  await b.namespace.run('ip link del router');
});

ipvpn('a machine that may only receive', async () => {
  const listener = withDirection(two, 'to-port');
  await detach(two);
  await resolveAtPort(two, GATEWAY, one.address);
  await vanished(far, two);
  await attach(listener);
  await eventually('announced', async () => assert.ok((await routes()).includes('11.0.0.2/32')));
  await eventually('it receives', async () => assert.equal(await exchanged(), ONLY_RECEIVES));
  await attach(listener);
  assert.equal(await exchanged(), ONLY_RECEIVES);
  await detach(listener);
  await vanished(far, two);
  assert.equal(await exchanged(), NOTHING);
});

ipvpn('a machine that may only send', async () => {
  const sender = withDirection(two, 'from-port');
  for (let times = 0; times < 2; times += 1) {
    await attach(sender);
    assert.equal(await exchanged(), ONLY_SENDS);
    assert.not((await routes()).includes('11.0.0.2/32'), 'it is not announced');
  }
  await detach(sender);
  assert.equal(await exchanged(), NOTHING);
});

ipvpn('machines send into one VRF, and receive from another', async () => {
  const inGreen = (machine: Machine): Machine => ({
    ...machine,
    attachment: { ...machine.attachment, ...GREEN_TARGETS },
  });
  await detach(far);
  const plugged = [
    withDirection(two, 'from-port'),
    withDirection(far, 'to-port'),
    inGreen(withDirection(two, 'to-port')),
    inGreen(withDirection(far, 'from-port')),
  ];
  for (const machine of plugged) await attach(machine);
  await allAnswer([two, far]);
  assert.not(await answers(one, two), 'its answers go another way');
  for (const machine of plugged) await detach(machine);
  await two.namespace.run('ip neigh flush nud permanent dev eth0');
  for (const machine of [two, far]) await attach(machine);
  await allAnswer([one, two, far]);
});

ipvpn('a port that is not there, or is of a bridge, is refused without a trace', async () => {
  await a.namespace.script(`
    ip link add theirs type bridge
    ip link add taken type dummy
    ip link set taken master theirs
  `);
  const state = await kernelState(a.namespace, ['taken']);
  const announced = await routes();
  for (const [port, message] of [
    ['nobody', 'there is no interface nobody'],
    ['taken', 'taken is a port of theirs'],
  ] as const) {
    for (const vpn_instance_id of ['red', 'alone']) {
      const body: Attachment = {
        ...{ ...one.attachment, vpn_instance_id, local_port: { linuxif: port } },
        ...{ ip_address: '11.0.0.99', mac_address: '02:00:00:00:00:99' },
      };
      const answer = await a.api.send('POST', '/attach_localport', body);
      assert.is(answer.status, 500, answer.body);
      assert.match(answer.body, `local_port: ${message}`);
    }
  }
  assert.equal(await kernelState(a.namespace, ['taken']), state);
  assert.not.match(JSON.stringify(await a.api.lookingGlass('vpns/instances')), 'alone');
  assert.equal(await routes(), announced);
  await a.namespace.script('ip link del taken \n ip link del theirs');
  await allAnswer([one, far]);
});

ipvpn('a machine that is started again has a new interface, which is used', async () => {
  const { namespace, attachment, address } = two;
  await a.namespace.run('ip link del two');
  await allAnswer([one, far]);
  const peer = `peer name eth0 netns ${namespace.name} address ${attachment.mac_address}`;
  await a.namespace.run(`ip link add two type veth ${peer}`);
  await namespace.script(`
    ip link set eth0 up
    ip addr add ${address}/24 dev eth0 nodad
    ip route add default via ${GATEWAY}
  `);
  await recovers(two, far);
  await answered(one, two);
});

ipvpn('an underlay that goes down and up again is used again', async () => {
  await a.namespace.run('ip link set underlay down');
  assert.not(await answers(two, far));
  await a.namespace.run('ip link set underlay up');
  await recovers(two, far);
  await allAnswer([one, two, far]);
});

ipvpn('what somebody else does to ports and devices is put right', async () => {
  const [vrf] = /bvrf-\d+/.exec(await a.namespace.run('ip -oneline link show type vrf'))!;
  const [tunnel] = /bgre-0a4d0002/.exec(await a.namespace.run('ip -oneline link show type gre'))!;
  const state = await dumps();
  const changes = ['set two nomaster', 'set two down', `set ${vrf} down`, `del ${vrf}`, `del ${tunnel}`];
  for (const change of [...changes, 'del bgre-any']) {
    await a.namespace.run(`ip link ${change}`);
    await eventually(`after ip link ${change}`, async () => assert.equal(await dumps(), state), RECOVERY);
  }
  await allAnswer([one, two, far]);
});

ipvpn('what happens while nobody watches is made up for', async () => {
  const state = await dumps();
  await killLinkMonitor(a.namespace);
  // As it is before, but for what the kernel has dropped.
  await a.namespace.script('ip link set two down \n ip link set two up');
  await eventually('as before', async () => assert.equal(await dumps(), state), RECOVERY);
  await allAnswer([one, two, far]);
});

ipvpn('an E-VPN is plugged into the IP VPN', async () => {
  const network = { id: 'net', number: 30 };
  const near = await addMachine({ node: a, network, host: 1 });
  const next = await addMachine({ node: b, network, host: 2 });
  for (const { namespace } of [near, next]) await namespace.run('ip route add default via 10.30.0.254');
  for (const machine of [near, next]) await attach(machine);
  await allAnswer([near, next]);
  assert.not(await answers(near, far));
  // All of it has its gateway on node a.
  const plugged = [near, next].map((machine) => inCorp(machine));
  for (const machine of plugged) await attach(machine);
  await allAnswer([near, next, far]);
  await answered(near, one);
  assert.match(await near.namespace.run(`ping -c 1 -W 2 ${far.address}`), 'ttl=62');
  for (const { namespace } of [near, next]) {
    assert.match(await namespace.run('ip neigh show 10.30.0.254'), 'lladdr 00:00:5e:00:43:64');
  }
  for (const machine of plugged) await detach(machine);
  assert.not(await answers(near, far));
  await allAnswer([near, next]);
  for (const machine of [near, next]) await detach(machine);
  await a.namespace.run(`ip link del ${near.name}`);
  await b.namespace.run(`ip link del ${next.name}`);

  /** By way of node a. */
  function inCorp(machine: Machine): Machine {
    const { mac_address } = machine.attachment;
    const attachment: Attachment = {
      ...{ ...one.attachment, vpn_instance_id: 'corp', mac_address, ip_address: machine.address },
      ...{ gateway_ip: '10.30.0.254', local_port: { evpn: { id: network.id } } },
    };
    return { ...machine, node: a, attachment };
  }
});

ipvpn('the last detach leaves the nodes as they were', async () => {
  for (const machine of [one, two, far]) await detach(machine);
  assert.equal(await dumps(), before);
  assert.equal(await routes(), []);
});

ipvpn('a port that was down is set up, and stays so', async () => {
  await a.namespace.run('ip link set one down');
  for (const machine of [one, far]) await attach(machine);
  await answered(far, one);
  for (const machine of [one, far]) await detach(machine);
  assert.equal(await dumps(), before);
});

/** The machine once more, with another address, which it has to be given. */
function withAddress(machine: Machine, address: string): Machine {
  return { ...machine, address, attachment: { ...machine.attachment, ip_address: address } };
}

function withDirection(machine: Machine, direction: 'to-port' | 'from-port'): Machine {
  return { ...machine, attachment: { ...machine.attachment, direction } };
}

async function portMac({ namespace }: ComputeNode, port: string): Promise<string> {
  return (await namespace.run(`cat /sys/class/net/${port}/address`)).trim();
}

/** So that what a machine sends gets lost behind it, and not because nobody answers its ARP requests. */
async function resolveAtPort({ namespace, node, name }: Machine, ...addresses: string[]): Promise<void> {
  const mac = await portMac(node, name);
  for (const address of addresses) {
    await namespace.run(`ip neigh replace ${address} lladdr ${mac} nud permanent dev eth0`);
  }
}

async function vanished(from: Machine, to: Machine): Promise<void> {
  await eventually(`${to.address} is gone`, async () => assert.not(await answers(from, to)));
}

async function recovers(from: Machine, to: Machine): Promise<void> {
  const ping = async (): Promise<void> => {
    await from.namespace.run(`ping -c 1 -W 0.2 ${to.address}`);
  };
  await eventually(`${from.name} reaches ${to.name} again`, ping, RECOVERY);
}

/** What comes to `two` from the others, and from it to `one` and to `far`, whether it is answered or not. */
function exchanged(): Promise<number[]> {
  const others = [one, far];
  return pingsReceived(
    others.flatMap(({ namespace, address }) => [
      [namespace, two.address],
      [two.namespace, address],
    ]),
    [two, ...others].map(({ namespace }) => namespace),
  );
}

/** The prefixes that the nodes have announced. */
async function routes(): Promise<string[]> {
  const all = await overlay.gobgp!.routes('vpnv4');
  return all.map(({ prefix }) => prefix!).sort();
}

async function dumps(): Promise<readonly KernelState[]> {
  const state = (node: Namespace, ...ports: string[]): Promise<KernelState> => kernelState(node, ports);
  return [await state(a.namespace, 'one', 'two'), await state(b.namespace, 'far')];
}

const there = ['mpls_router', 'vrf'].every((name) => existsSync(`/sys/module/${name}`));
if (needs('IP VPN in the kernel: machines and ports', there, 'a kernel with MPLS and VRFs')) ipvpn.run();
