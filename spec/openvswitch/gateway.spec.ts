import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { INTEGRATION_BRIDGE, MPLS_BRIDGE, plugIntoVlan, TUNNEL_BRIDGE } from '../lab/bridges.ts';
import type { ComputeNode } from '../lab/compute-node.ts';
import { attach, detach, type Machine } from '../lab/machine.ts';
import { buildOverlay } from '../lab/overlay.ts';
import { allReach, answers, reaches } from '../lab/reachability.ts';
import { countReceived, sendFlows } from '../lab/traffic.ts';
import { REFLECTOR_ADDRESS } from '../lab/underlay.ts';
import { addVrfMachine, VRF_MTU } from '../lab/vrf-machine.ts';
import type { Attachment } from '../support/api-client.ts';
import { cleanUp } from '../support/at-exit.ts';
import { eventually } from '../support/eventually.ts';
import { assertEstablished } from '../support/looking-glass.ts';
import { needsRoot } from '../support/needs.ts';
import type { Namespace } from '../support/network-namespace.ts';

/**
 * The gateway that machines of a VRF see: how they find it, and where it sends what matches no route. The tests tell one
 * story, in order.
 *
 *     near 11.0.0.1, next 11.0.0.2 on a: ports of br-mpls      tagged 11.0.0.3 on a: in VLAN 42 of br-int      far 12.0.0.1 on b
 *     router, router-2: in VLAN 42 of br-int, with an address that no route leads to
 */
const gateway = suite('IP VPN over Open vSwitch: the gateway');

const GATEWAY = '11.0.0.254';
const GATEWAY_MAC = '00:00:5e:00:43:64';
const FALLBACK_MAC = '00:00:5e:2a:10:00';
const VLAN = 42;
/** Behind the routers only. */
const OUTSIDE = '192.0.2.1';

const RED = { vrf: 'red', routeTarget: 10, gateway: GATEWAY };

let a: ComputeNode;
let near: Machine;
let next: Machine;
let tagged: Machine;
let far: Machine;
let routers: Record<'first' | 'second', Router>;
/** A router that is a port of br-mpls. */
let beside: Router;

interface Router {
  readonly namespace: Namespace;
  readonly mac: string;
}

gateway('it answers the ARP requests of each machine', async () => {
  const { nodes } = await buildOverlay({
    reflector: 'gobgp',
    nodes: ['a', 'b'],
    dataplane: { openVswitch: true, configuration: responder({ arp_responder: true }) },
  });
  a = nodes[0]!;
  near = await addVrfMachine({ ...RED, node: a, name: 'near', address: '11.0.0.1', mac: macOf(1) });
  next = await addVrfMachine({ ...RED, node: a, name: 'next', address: '11.0.0.2', mac: macOf(2) });
  const other = { ...RED, node: nodes[1]!, gateway: '12.0.0.254' };
  far = await addVrfMachine({ ...other, name: 'far', address: '12.0.0.1', mac: macOf(4) });
  tagged = await addTaggedMachine();
  for (const machine of [near, next, tagged, far]) await attach(machine);
  for (const machine of [near, next, tagged]) await resolves(machine, GATEWAY);
  await allReach([near, far]);
  await reaches(tagged, far);
});

gateway.after(cleanUp);

gateway('it answers for no other address', async () => {
  for (const machine of [near, tagged]) assert.is(await resolve(machine, '11.0.0.77'), undefined);
});

gateway('it answers machines that look whether it is still there', async () => {
  for (const machine of [near, next, tagged]) {
    await resolves(machine, GATEWAY);
    // They ask the address that they know: it is not a broadcast.
    await machine.namespace.run(`ip neigh replace ${GATEWAY} lladdr ${GATEWAY_MAC} nud probe dev eth0`);
    await eventually(`${machine.name} has its answer`, async () => {
      assert.is((await neighbour(machine, GATEWAY))?.state, 'REACHABLE');
    });
  }
});

gateway('it answers those that are left when one goes', async () => {
  await detach(near);
  await resolves(next, GATEWAY);
  await resolves(tagged, GATEWAY);
  assert.is(await resolve(near, GATEWAY), undefined);
  await attach(near);
  await resolves(near, GATEWAY);
});

gateway('a proxy answers for every address, but not for that of the machine that asks', async () => {
  await restart({ arp_responder: true, proxy_arp: true });
  for (const machine of [near, next, tagged]) {
    for (const address of [GATEWAY, '11.0.0.77', '11.0.0.9']) await resolves(machine, address);
    // It looks whether its address is free, for which it must not have it.
    const { namespace, address } = machine;
    await namespace.script(`
      ip addr del ${address}/24 dev eth0
      ip addr add 11.0.0.200/24 dev eth0
      ip route replace default via ${GATEWAY}
    `);
    assert.is(await resolve(machine, address), undefined, 'the address is free');
    await resolves(machine, '11.0.0.77');
    await namespace.script(`
      ip addr del 11.0.0.200/24 dev eth0
      ip addr add ${address}/24 dev eth0
      ip route replace default via ${GATEWAY}
    `);
  }
  await reaches(near, next);
  await reaches(tagged, near);
});

gateway('without a responder there is no answer; machines that need none work', async () => {
  await restart({ arp_responder: false });
  for (const machine of [near, tagged]) assert.is(await resolve(machine, GATEWAY), undefined);
  assert.not(await answers(near, far));
  for (const machine of [near, tagged]) {
    await machine.namespace.run(`ip neigh replace ${GATEWAY} lladdr ${GATEWAY_MAC} nud permanent dev eth0`);
    await reaches(machine, far);
    await machine.namespace.run(`ip neigh del ${GATEWAY} dev eth0`);
  }
  await restart({ arp_responder: true });
});

gateway('what no route leads to goes nowhere without a fallback', async () => {
  const { first, second } = (routers = {
    first: await addRouter('router', 11),
    second: await addRouter('router-2', 12),
  });
  for (const machine of [near, tagged]) {
    assert.equal(await outsideFrom(machine, [first, second]), [0, 0]);
  }
});

gateway('a fallback takes it to the router, and what the router answers comes back', async () => {
  await attach(withFallback(tagged, { dst_mac: routers.first.mac, ovs_port_name: 'to-int' }));
  await eventually('answer from outside', async () => {
    assert.ok(await tagged.namespace.ping(OUTSIDE));
  });
  assert.equal(await outsideFrom(tagged, [routers.first, routers.second]), [FLOWS, 0]);
  // The router's side has learned where the packets come from: until the gateway, which has the same address, answers an
  // ARP request from elsewhere.
  const port = await a.openVswitch.portNumber('from-mpls');
  const entry = new RegExp(`^ *${port} +${VLAN} +${FALLBACK_MAC} `, 'm');
  await eventually('the port is learned', async () => {
    assert.ok(await tagged.namespace.ping(OUTSIDE));
    assert.match(await a.openVswitch.appctl(`fdb/show ${INTEGRATION_BRIDGE}`), entry);
  });
});

gateway('what a route leads to does not go there', async () => {
  const { first, second } = routers;
  const [beside, inside] = await countReceived([first.namespace, far.namespace], () =>
    sendFlows(tagged.namespace, far.address, FLOWS),
  );
  assert.equal([beside, inside], [0, FLOWS]);
  await reaches(tagged, far);
  assert.equal(await outsideFrom(tagged, [first, second]), [FLOWS, 0]);
});

gateway('a fallback that changes is followed, with a port by its number', async () => {
  const number = await a.openVswitch.portNumber('to-int');
  const { first, second } = routers;
  await attach(withFallback(tagged, { dst_mac: second.mac, ovs_port_number: number }));
  assert.equal(await outsideFrom(tagged, [first, second]), [0, FLOWS]);
  assert.ok(await tagged.namespace.ping(OUTSIDE));
  await attach(withFallback(tagged, { dst_mac: first.mac, ovs_port_number: number }));
  assert.equal(await outsideFrom(tagged, [first, second]), [FLOWS, 0]);
});

gateway('the fallback may be a port of the bridge itself', async () => {
  const namespace = await a.addMachine('beside', macOf(13), '11.0.0.240/24', VRF_MTU);
  beside = { namespace, mac: macOf(13) };
  await namespace.run(`ip addr add ${OUTSIDE}/32 dev lo`);
  await a.namespace.run('ip link set beside up');
  await a.openVswitch.addPort(MPLS_BRIDGE, 'beside');
  await attach(withFallback(near, { dst_mac: beside.mac, ovs_port_name: 'beside' }));
  assert.equal(await outsideFrom(near, [beside, routers.first]), [FLOWS, 0]);
});

gateway('a fallback to a port that is not there is refused, and changes nothing', async () => {
  const { attachment } = withFallback(near, { dst_mac: macOf(14), ovs_port_name: 'nowhere' });
  const { status, body } = await a.api.send('POST', '/attach_localport', attachment);
  assert.is(status, 500);
  assert.match(body, 'bridge br-mpls has no port nowhere');
  assert.equal(await outsideFrom(near, [beside, routers.first]), [FLOWS, 0]);
});

gateway('all of it goes with the last machine', async () => {
  for (const machine of [near, next, tagged]) await detach(machine);
  const { flows, groups } = (await a.openVswitch.dump())[MPLS_BRIDGE]!;
  assert.equal([flows, groups], [[], []]);
});

const FLOWS = 10;

function responder(options: Record<string, boolean>) {
  return {
    DATAPLANE_DRIVER_IPVPN: { dataplane_driver: 'ovs', ovs_bridge: MPLS_BRIDGE, ...options },
  };
}

/** The daemon of the node with another configuration, and the same machines. */
async function restart(options: Record<string, boolean>): Promise<void> {
  await a.daemon.program.stop();
  await a.start(responder(options));
  for (const machine of [near, next, tagged]) await attach(machine);
  await eventually('session', () => assertEstablished(a.api, REFLECTOR_ADDRESS), 20_000);
}

/**
 * A machine as Neutron has it: what it sends to the gateway goes through the tunnel bridge to the bridge of IP VPNs, and
 * what has no way there goes to the integration bridge.
 *
 *     br-int ─── br-tun  patch-to-mpls ─── patch-from-tun  br-mpls
 *     br-int  from-mpls ─────────────────────────── to-int  br-mpls
 */
async function addTaggedMachine(): Promise<Machine> {
  const { openVswitch } = a;
  const machine = await addVrfMachine({
    ...{ ...RED, node: a, name: 'tagged', address: '11.0.0.3', mac: macOf(3) },
  });
  await plugIntoVlan(openVswitch, 'tagged', VLAN);
  await connect(`${TUNNEL_BRIDGE} patch-to-mpls`, `${MPLS_BRIDGE} patch-from-tun`);
  await connect(`${INTEGRATION_BRIDGE} from-mpls`, `${MPLS_BRIDGE} to-int`);
  await openVswitch.program(
    TUNNEL_BRIDGE,
    `flow add table=0,priority=1,in_port=patch-to-mpls,actions=output:patch-int
     flow add table=2,priority=2,in_port=patch-int,dl_vlan=${VLAN},dl_dst=${GATEWAY_MAC},actions=output:patch-to-mpls
     flow add table=21,priority=2,arp,dl_vlan=${VLAN},actions=output:patch-to-mpls`,
  );
  const local_port = {
    linuxif: `patch2tun:${VLAN}`,
    ovs: { plugged: true, port_number: await openVswitch.portNumber('patch-from-tun'), vlan: VLAN },
  };
  return { ...machine, attachment: { ...machine.attachment, local_port } };
}

/** Joins two bridges: `<bridge> <port>` each. */
async function connect(one: string, other: string): Promise<void> {
  const end = (place: string, peer: string): string => {
    const port = place.split(' ')[1]!;
    return `-- add-port ${place} -- set interface ${port} type=patch options:peer=${peer.split(' ')[1]!}`;
  };
  await a.openVswitch.vsctl(`${end(one, other)} ${end(other, one)}`);
}

async function addRouter(name: string, host: number): Promise<Router> {
  const mac = macOf(host);
  const namespace = await a.addMachine(name, mac, `11.0.0.2${host}/24`, VRF_MTU);
  await namespace.run(`ip addr add ${OUTSIDE}/32 dev lo`);
  await plugIntoVlan(a.openVswitch, name, VLAN);
  return { namespace, mac };
}

function withFallback(machine: Machine, fallback: Attachment['fallback']): Machine {
  return {
    ...machine,
    attachment: { ...machine.attachment, fallback: { src_mac: FALLBACK_MAC, ...fallback } },
  };
}

/** How many packets to the outside each router receives. */
function outsideFrom(machine: Machine, at: readonly Router[]): Promise<number[]> {
  const namespaces = at.map(({ namespace }) => namespace);
  return countReceived(namespaces, () => sendFlows(machine.namespace, OUTSIDE, FLOWS));
}

async function resolves(machine: Machine, address: string): Promise<void> {
  await eventually(`${machine.name} resolves ${address}`, async () => {
    assert.is(await resolve(machine, address, 0.2), GATEWAY_MAC);
  });
}

/** The MAC address that the machine is told when it asks; undefined if nobody answers within so many seconds. */
async function resolve(machine: Machine, address: string, patience = 1): Promise<string | undefined> {
  await machine.namespace.run('ip neigh flush dev eth0');
  // Nobody answers the ping itself.
  await machine.namespace.attempt(`ping -c 1 -W ${patience} ${address}`);
  return (await neighbour(machine, address))?.mac;
}

async function neighbour({ namespace }: Machine, address: string) {
  const [entry] = (await namespace.json(`ip -j neigh show ${address} dev eth0`)) as {
    readonly lladdr?: string;
    readonly state: readonly string[];
  }[];
  return entry && { mac: entry.lladdr, state: entry.state.join() };
}

function macOf(host: number): string {
  return `02:00:00:00:00:${host.toString(16).padStart(2, '0')}`;
}

if (needsRoot('IP VPN over Open vSwitch: the gateway')) gateway.run();
