import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MPLS_BRIDGE } from '../lab/bridges.ts';
import { completeChecksums } from '../lab/checksums.ts';
import type { ComputeNode } from '../lab/compute-node.ts';
import { attach, detach, type Machine } from '../lab/machine.ts';
import { buildOverlay, type Overlay } from '../lab/overlay.ts';
import { allReach, answers, reaches } from '../lab/reachability.ts';
import type { SwitchState } from '../lab/switch-state.ts';
import { countReceived, sendFlows, tcp } from '../lab/traffic.ts';
import { addVrfMachine, ipvpnDataplane } from '../lab/vrf-machine.ts';
import type { Attachment } from '../support/api-client.ts';
import { cleanUp } from '../support/at-exit.ts';
import { eventually } from '../support/eventually.ts';
import { needsRoot } from '../support/needs.ts';

/**
 * Machines of one VRF, and what may be behind a port. The tests tell one story, in order.
 *
 *     one 11.0.0.1, two 11.0.0.2 on a        far 12.0.0.1 on b
 */
const ipvpn = suite('IP VPN over Open vSwitch: machines and ports');

const GATEWAY_MAC = '00:00:5e:00:43:64';
const RED = { vrf: 'red', routeTarget: 10 };

let overlay: Overlay;
let a: ComputeNode;
let b: ComputeNode;
let one: Machine;
let two: Machine;
let far: Machine;
let before: readonly SwitchState[];

ipvpn('two machines of one node reach each other, and one of another node', async () => {
  const dataplane = ipvpnDataplane({ proxy_arp: true });
  overlay = await buildOverlay({ reflector: 'gobgp', nodes: ['a', 'b'], dataplane });
  [a, b] = overlay.nodes as [ComputeNode, ComputeNode];
  one = await addVrfMachine({ ...RED, node: a, name: 'one', address: '11.0.0.1', mac: '02:00:00:00:00:01' });
  two = await addVrfMachine({ ...RED, node: a, name: 'two', address: '11.0.0.2', mac: '02:00:00:00:00:02' });
  far = await addVrfMachine({ ...RED, node: b, name: 'far', address: '12.0.0.1', mac: '02:00:00:00:00:03' });
  before = await dumps();
  for (const machine of [one, two, far]) await attach(machine);
  await allReach([one, two, far]);
  assert.match(await one.namespace.run(`ping -c 1 -W 2 ${two.address}`), 'ttl=63');
  await tcp(one.namespace, two.namespace, two.address);
});

ipvpn.after(cleanUp);

ipvpn('each of them has found the gateway', async () => {
  for (const { namespace } of [one, two]) {
    assert.match(await namespace.run('ip neigh show 11.0.0.254'), `lladdr ${GATEWAY_MAC}`);
  }
});

ipvpn('a machine that is unplugged leaves the other one on its node', async () => {
  await detach(two);
  await one.namespace.run('ip neigh flush dev eth0');
  await allReach([one, far]);
  assert.not(await answers(one, two));
  await attach(two);
  await allReach([one, two, far]);
});

ipvpn('one MAC address has two IP addresses, either of which may go', async () => {
  const second = withAddress(two, '11.0.0.22');
  await two.namespace.run('ip addr add 11.0.0.22/24 dev eth0');
  await attach(second);
  for (const from of [one, far]) for (const to of [two, second]) await reaches(from, to);
  await detach(second);
  await vanished(far, second);
  await allReach([one, two, far]);
  await attach(second);
  await reaches(far, second);
  await detach(two);
  await vanished(far, two);
  for (const from of [one, far]) await reaches(from, second);
  await attach(two);
  await detach(second);
  await allReach([one, two, far]);
});

ipvpn('one port has two machines, which meet by way of it', async () => {
  const hub = await overlay.laboratory.namespace('hub');
  await overlay.laboratory.link(a.namespace, 'hub', hub, 'eth0');
  await hub.script(
    'ip link add inside type bridge \n ip link set inside up \n ip link set eth0 master inside',
  );
  const left = await addBehind('left', '14.0.0.1', '02:00:00:00:00:14');
  const right = await addBehind('right', '15.0.0.1', '02:00:00:00:00:15');
  const ports = async (): Promise<string[]> => (await portsOf(a)).filter((port) => port.startsWith('hub'));
  for (const machine of [left, right]) await attach(machine);
  await allReach([left, right, one, far]);
  assert.equal(await ports(), ['hub']);
  await detach(left);
  await allReach([right, one, far]);
  await vanished(far, left);
  assert.equal(await ports(), ['hub']);
  await detach(right);
  await vanished(far, right);
  assert.equal(await ports(), []);

  async function addBehind(name: string, address: string, mac: string): Promise<Machine> {
    const namespace = await overlay.laboratory.machine(hub, name, mac, `${address}/24`);
    await hub.script(`ip link set ${name} master inside \n ip link set ${name} up`);
    await completeChecksums(namespace, 'eth0');
    await namespace.run(`ip route add default via ${address.replace(/\d+$/, '254')}`);
    const attachment = { ...one.attachment, ip_address: address, mac_address: mac };
    return {
      name,
      node: a,
      namespace,
      address,
      attachment: { ...attachment, local_port: { linuxif: 'hub' } },
    };
  }
});

ipvpn('a machine announces its subnet, of which others may have single addresses', async () => {
  const router = await addVrfMachine({
    ...RED,
    node: b,
    name: 'router',
    address: '13.0.5.1',
    mac: '02:00:00:00:00:05',
  });
  const attachment = { ...router.attachment, ip_address: '13.0.5.1/24', advertise_subnet: true };
  await router.namespace.run('ip addr add 13.0.5.77/24 dev eth0');
  await attach({ ...router, attachment });
  await reaches(one, router);
  await reaches(one, { ...router, address: '13.0.5.77' });
  await reaches(far, { ...router, address: '13.0.5.77' });
  const single = withAddress(two, '13.0.5.99');
  for (const { namespace } of [two, router]) await namespace.run('ip addr add 13.0.5.99/32 dev lo');
  const receivers = [two.namespace, router.namespace];
  const received = (): Promise<number[]> =>
    countReceived(receivers, () => sendFlows(far.namespace, '13.0.5.99', 5));
  assert.equal(await received(), [0, 5]);
  await attach(single);
  await eventually('the single address is known', async () => assert.equal(await received(), [5, 0]));
  await detach(single);
  await eventually('and forgotten', async () => assert.equal(await received(), [0, 5]));
  await detach({ ...router, attachment });
  await vanished(one, router);
});

ipvpn('a machine that may only receive', async () => {
  const attachment: Attachment = { ...two.attachment, direction: 'to-port' };
  const listener = { ...two, attachment };
  await detach(two);
  await resolveGateway(two);
  await vanished(far, two);
  await attach(listener);
  await eventually('announced', async () => assert.ok((await routes()).includes('11.0.0.2/32')));
  for (let times = 0; times < 2; times += 1) {
    await eventually('it receives', async () => assert.is(await passing(far, two), 5));
    assert.is(await passing(one, two), 5);
    assert.is(await passing(two, far), 0);
    assert.is(await passing(two, one), 0);
    await attach(listener);
  }
  await detach(listener);
  await vanished(far, two);
  assert.is(await passing(one, two), 0);
});

ipvpn('a machine that may only send', async () => {
  const sender: Machine = { ...two, attachment: { ...two.attachment, direction: 'from-port' } };
  await attach(sender);
  for (let times = 0; times < 2; times += 1) {
    assert.is(await passing(two, far), 5);
    assert.is(await passing(two, one), 5);
    assert.is(await passing(far, two), 0);
    assert.is(await passing(one, two), 0);
    assert.not((await routes()).includes('11.0.0.2/32'), 'it is not announced');
    await attach(sender);
  }
  await detach(sender);
  assert.is(await passing(two, far), 0);
  await two.namespace.run('ip neigh flush nud permanent dev eth0');
  await attach(two);
  await allReach([one, two, far]);
});

ipvpn('a port that is not there is refused, and nothing of it is left', async () => {
  const state = await dumps();
  const announced = await routes();
  for (const port of [
    { linuxif: 'nobody' },
    { linuxif: 'two', ovs: { plugged: true, port_name: 'nobody' } },
    { linuxif: 'other', ovs: { plugged: true, port_name: 'two', to_vm_port_name: 'nobody' } },
  ]) {
    const mac_address = '02:00:00:00:00:99';
    const body: Attachment = { ...one.attachment, ip_address: '11.0.0.99', mac_address, local_port: port };
    const { status, body: answer } = await a.api.send('POST', '/attach_localport', body);
    assert.is(status, 500, answer);
    assert.match(answer, 'nobody');
    assert.equal(await dumps(), state);
    const alone = await a.api.send('POST', '/attach_localport', { ...body, vpn_instance_id: 'alone' });
    assert.is(alone.status, 500, alone.body);
    assert.equal(await dumps(), state);
  }
  const instances = await a.api.lookingGlass('vpns/instances');
  assert.not.match(JSON.stringify(instances), 'alone');
  assert.equal(await routes(), announced);
  await allReach([one, two, far]);
});

ipvpn('the last detach leaves the nodes as they were', async () => {
  for (const machine of [one, two, far]) await detach(machine);
  assert.equal(await dumps(), before);
  assert.equal(await routes(), []);
});

/** The machine once more, with another address, which it has to be given. */
function withAddress(machine: Machine, address: string): Machine {
  return { ...machine, address, attachment: { ...machine.attachment, ip_address: address } };
}

/** So that what a machine sends gets lost behind it, and not because the gateway does not answer. */
async function resolveGateway({ namespace }: Machine): Promise<void> {
  await namespace.run(`ip neigh replace 11.0.0.254 lladdr ${GATEWAY_MAC} nud permanent dev eth0`);
  await namespace.run(`ip neigh replace ${one.address} lladdr ${GATEWAY_MAC} nud permanent dev eth0`);
}

async function vanished(from: Machine, to: Machine): Promise<void> {
  await eventually(`${to.address} is gone`, async () => assert.not(await answers(from, to)));
}

/** How many of five pings arrive, whether the answer does or not. */
async function passing(from: Machine, to: Machine): Promise<number> {
  const heard = await pingsHeard(to);
  await from.namespace.attempt(`ping -c 5 -i 0.05 -W 0.2 ${to.address}`);
  return (await pingsHeard(to)) - heard;
}

async function pingsHeard({ namespace }: Machine): Promise<number> {
  const text = await namespace.run('cat /proc/net/snmp');
  const [names, values] = text.split('\n').filter((line) => line.startsWith('Icmp: '));
  return Number(values!.split(' ')[names!.split(' ').indexOf('InEchos')]);
}

/** The prefixes that the nodes have announced. */
async function routes(): Promise<string[]> {
  const all = await overlay.gobgp!.routes('vpnv4');
  return all.map(({ prefix }) => prefix!).sort();
}

async function portsOf({ openVswitch }: ComputeNode): Promise<readonly string[]> {
  return (await openVswitch.vsctl(`list-ports ${MPLS_BRIDGE}`)).split('\n');
}

async function dumps(): Promise<readonly SwitchState[]> {
  return await Promise.all([a, b].map(({ openVswitch }) => openVswitch.dump()));
}

if (needsRoot('IP VPN over Open vSwitch')) ipvpn.run();
