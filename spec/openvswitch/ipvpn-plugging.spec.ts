import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { INTEGRATION_BRIDGE, MPLS_BRIDGE, plugIntoVlan } from '../lab/bridges.ts';
import { completeChecksums } from '../lab/checksums.ts';
import type { ComputeNode } from '../lab/compute-node.ts';
import { attach, detach, type Machine } from '../lab/machine.ts';
import { buildOverlay, type Overlay } from '../lab/overlay.ts';
import { allReach, answers, reaches } from '../lab/reachability.ts';
import type { SwitchState } from '../lab/switch-state.ts';
import { countReceived, sendFlows, tcp } from '../lab/traffic.ts';
import { addVrfMachine, ipvpnDataplane } from '../lab/vrf-machine.ts';
import type { AttachedPort } from '../support/api-client.ts';
import { cleanUp } from '../support/at-exit.ts';
import { needsRoot } from '../support/needs.ts';

/**
 * What `local_port.ovs` says of a port. The tests tell one story, in order. Most machines of node a are behind one patch
 * port, in a VLAN each; those of node b are plugged in the plain way.
 *
 *     red1, red3, blue1 ── br-int ── int-mpls / trunk ── br-mpls
 */
const ipvpn = suite('IP VPN over Open vSwitch: ports of the bridge');

const RED = { vrf: 'red', routeTarget: 10 };
const BLUE = { vrf: 'blue', routeTarget: 20 };
const RED_VLAN = 101;
const BLUE_VLAN = 102;
const TRUNK = 'trunk';

let overlay: Overlay;
let a: ComputeNode;
let b: ComputeNode;
let red: Record<'near' | 'next' | 'far', Machine>;
let blue: Record<'near' | 'far', Machine>;
let before: readonly SwitchState[];

ipvpn('two VRFs have a VLAN each of one port', async () => {
  const dataplane = ipvpnDataplane({ proxy_arp: true });
  overlay = await buildOverlay({ reflector: 'gobgp', nodes: ['a', 'b'], dataplane });
  [a, b] = overlay.nodes as [ComputeNode, ComputeNode];
  await a.openVswitch.vsctl(`
    -- add-port ${INTEGRATION_BRIDGE} int-mpls -- set interface int-mpls type=patch options:peer=${TRUNK}
    -- add-port ${MPLS_BRIDGE} ${TRUNK} -- set interface ${TRUNK} type=patch options:peer=int-mpls
  `);
  const number = await a.openVswitch.portNumber(TRUNK);
  const byName = {
    linuxif: `${TRUNK}:${RED_VLAN}`,
    ovs: { plugged: true, port_name: TRUNK, vlan: RED_VLAN },
  };
  const byNumber = {
    linuxif: `${TRUNK}:${BLUE_VLAN}`,
    ovs: { plugged: true, port_number: number, vlan: BLUE_VLAN },
  };
  red = {
    near: at(byName, await addVrfMachine({ ...RED, node: a, name: 'red1', ...host('11.0.0.1', 1) })),
    next: at(byName, await addVrfMachine({ ...RED, node: a, name: 'red3', ...host('11.0.0.3', 3) })),
    far: await addVrfMachine({ ...RED, node: b, name: 'red2', ...host('12.0.0.1', 2) }),
  };
  blue = {
    near: at(byNumber, await addVrfMachine({ ...BLUE, node: a, name: 'blue1', ...host('11.0.0.1', 1) })),
    far: await addVrfMachine({ ...BLUE, node: b, name: 'blue2', ...host('12.0.0.1', 4) }),
  };
  for (const { name } of [red.near, red.next]) await plugIntoVlan(a.openVswitch, name, RED_VLAN);
  await plugIntoVlan(a.openVswitch, blue.near.name, BLUE_VLAN);
  before = await dumps();
  for (const machine of [red.near, red.next, red.far, blue.near, blue.far]) await attach(machine);
  await allReach([red.near, red.next, red.far]);
  await allReach([blue.near, blue.far]);
  await tcp(red.near.namespace, red.far.namespace, red.far.address);
  await tcp(blue.far.namespace, blue.near.namespace, blue.near.address);
});

ipvpn.after(cleanUp);

ipvpn('machines in the VLANs have the same addresses, and do not meet', async () => {
  const everybody = [red.near, red.far, blue.near, blue.far].map(({ namespace }) => namespace);
  const received = (from: Machine, to: Machine): Promise<number[]> =>
    countReceived(everybody, () => sendFlows(from.namespace, to.address, 10));
  assert.equal(await received(red.near, red.far), [0, 10, 0, 0]);
  assert.equal(await received(blue.near, blue.far), [0, 0, 0, 10]);
  assert.equal(await received(red.far, red.near), [10, 0, 0, 0]);
  assert.equal(await received(blue.far, blue.near), [0, 0, 10, 0]);
});

ipvpn('a VLAN of a port belongs to one VRF, whatever the port is called', async () => {
  const number = await a.openVswitch.portNumber(TRUNK);
  const state = await dumps();
  for (const port of [
    { plugged: true, port_name: TRUNK, vlan: RED_VLAN },
    { plugged: true, port_number: number, vlan: RED_VLAN },
    { plugged: true, port_name: TRUNK, vlan: BLUE_VLAN },
  ]) {
    const local_port = { linuxif: 'somewhere', ovs: port };
    const { status, body } = await a.api.send('POST', '/attach_localport', {
      ...blue.near.attachment,
      vpn_instance_id: 'green',
      local_port,
    });
    assert.is(status, 500, body);
    assert.match(body, port.vlan === RED_VLAN ? / of red|to red/ : / of blue|to blue/);
    assert.equal(await dumps(), state);
  }
  await reaches(red.near, red.far);
});

ipvpn('a VRF has machines in a VLAN and without one', async () => {
  const plain = await addVrfMachine({ ...RED, node: a, name: 'red4', ...host('11.0.0.4', 5) });
  await attach(plain);
  await allReach([red.near, plain, red.far]);
  await detach(red.near);
  await allReach([red.next, plain, red.far]);
  assert.not(await answers(red.far, red.near));
  await detach(red.next);
  await allReach([plain, red.far]);
  await detach(plain);
  await detach(red.far);
  await allReach([blue.near, blue.far]);
  for (const machine of [blue.near, blue.far]) await detach(machine);
  assert.equal(await dumps(), before);
});

ipvpn('a port that is plugged already stays plugged', async () => {
  const machine = await addVrfMachine({ ...RED, node: a, name: 'plugged', ...host('11.0.0.6', 6) });
  await a.openVswitch.addPort(MPLS_BRIDGE, machine.name);
  const state = await dumps();
  const number = await a.openVswitch.portNumber(machine.name);
  await attach(red.far);
  for (const port of [
    { linuxif: machine.name },
    { linuxif: 'nowhere', ovs: { port_name: machine.name } },
    { linuxif: machine.name, ovs: { plugged: true, port_name: machine.name } },
    { linuxif: 'nowhere', ovs: { plugged: true, port_number: number } },
  ]) {
    await attach(at(port, machine));
    await allReach([machine, red.far]);
    await detach(at(port, machine));
  }
  await detach(red.far);
  assert.equal(await dumps(), state);
});

ipvpn('a machine sends by one port, and receives by another', async () => {
  const machine = await addVrfMachine({ ...RED, node: a, name: 'sending', ...host('11.0.0.7', 7) });
  const { namespace } = machine;
  await overlay.laboratory.link(a.namespace, 'receiving', namespace, 'eth1');
  await namespace.script(`
    ip link set eth1 address ${machine.attachment.mac_address}
    sysctl -qw net.ipv4.conf.all.rp_filter=0
    sysctl -qw net.ipv4.conf.eth1.rp_filter=0
  `);
  await completeChecksums(namespace, 'eth1');
  await a.openVswitch.addPort(MPLS_BRIDGE, 'receiving');
  const state = await dumps();
  const number = await a.openVswitch.portNumber('receiving');
  await attach(red.far);
  await attach(red.near);
  for (const to of [{ to_vm_port_name: 'receiving' }, { to_vm_port_number: number }]) {
    const plugged = at({ linuxif: machine.name, ovs: to }, machine);
    await attach(plugged);
    await allReach([plugged, red.far, red.near]);
    const counts = await Promise.all(['eth0', 'eth1'].map((device) => receivedBy(machine, device)));
    await tcp(red.far.namespace, namespace, machine.address);
    await tcp(red.near.namespace, namespace, machine.address);
    const [sending, receiving] = await Promise.all(
      ['eth0', 'eth1'].map((device) => receivedBy(machine, device)),
    );
    // ARP is answered where the question came from.
    assert.ok(sending! - counts[0]! < 10, `${sending! - counts[0]!} packets came where the machine sends`);
    assert.ok(receiving! - counts[1]! > 30, `${receiving! - counts[1]!} packets`);
    await detach(plugged);
  }
  await detach(red.near);
  await detach(red.far);
  assert.equal(await dumps(), state);
});

function host(address: string, number: number): { readonly address: string; readonly mac: string } {
  return { address, mac: `02:00:00:00:00:0${number}` };
}

/** The machine, whose port is this one. */
function at(local_port: AttachedPort, machine: Machine): Machine {
  return { ...machine, attachment: { ...machine.attachment, local_port } };
}

async function receivedBy({ namespace }: Machine, device: string): Promise<number> {
  return Number(await namespace.run(`cat /sys/class/net/${device}/statistics/rx_packets`));
}

async function dumps(): Promise<readonly SwitchState[]> {
  return await Promise.all([a, b].map(({ openVswitch }) => openVswitch.dump()));
}

if (needsRoot('IP VPN over Open vSwitch')) ipvpn.run();
