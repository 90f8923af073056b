import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MPLS_BRIDGE, TUNNEL_BRIDGE, UNDERLAY_BRIDGE } from '../lab/bridges.ts';
import type { ComputeNode } from '../lab/compute-node.ts';
import { type ForwardingState, forwardingState } from '../lab/forwarding-state.ts';
import { addMachine, attach, detach, type Machine } from '../lab/machine.ts';
import { buildOverlay } from '../lab/overlay.ts';
import { allReach, answers, reaches } from '../lab/reachability.ts';
import type { SwitchState } from '../lab/switch-state.ts';
import { tcp } from '../lab/traffic.ts';
import { addVlanMachine } from '../lab/vlan-machine.ts';
import { addVrfMachine } from '../lab/vrf-machine.ts';
import type { AttachedPort } from '../support/api-client.ts';
import { cleanUp } from '../support/at-exit.ts';
import { needsRoot } from '../support/needs.ts';
import type { Configuration } from '../support/speakers/daemon.ts';

/**
 * An E-VPN plugged into an IP VPN of Open vSwitch. The tests tell one story, in order: what one attaches the next ones use.
 *
 *     E-VPN `net`, 10.30.0.0/24:  near on a, far on b (driver `linux`), third on c (driver `ovs`)
 *     IP VPN `corp`:              server 12.0.0.1 on b; `net` by way of a, third by way of c
 */
const packets = suite('E-VPN plugged into IP VPN over Open vSwitch');

const NET = { id: 'net', number: 30 };
const GATEWAY = '10.30.0.254';
const GATEWAY_MAC = '00:00:5e:00:43:64';
const CORP = { vrf: 'corp', routeTarget: 10 };
const VLAN = 42;

/** Of the underlay of node a: larger than anything that a pair of interfaces should have. */
const JUMBO_MTU = 20_000;

const IPVPN: Configuration = {
  DATAPLANE_DRIVER_IPVPN: { dataplane_driver: 'ovs', ovs_bridge: MPLS_BRIDGE, arp_responder: true },
};

const LINUX = {
  openVswitch: true,
  configuration: { ...IPVPN, DATAPLANE_DRIVER_EVPN: { dataplane_driver: 'linux' } },
};
const OVS = {
  openVswitch: true,
  configuration: { ...IPVPN, DATAPLANE_DRIVER_EVPN: { dataplane_driver: 'ovs' } },
};

/** How the agent of Neutron joins the two bridges. */
const WIRED: AttachedPort = {
  evpn: { id: NET.id, ovs_port_name: 'patch-to-mpls' },
  ovs: { plugged: true, port_name: 'patch-from-tun', vlan: VLAN },
};

let a: ComputeNode;
let c: ComputeNode;
let near: Machine;
let far: Machine;
let third: Machine;
let server: Machine;
let before: NodeState;

packets('each node has its session with the reflector', async () => {
  const { nodes } = await buildOverlay({
    reflector: 'gobgp',
    nodes: ['a', 'b', { name: 'c', dataplane: OVS }],
    dataplane: LINUX,
  });
  const b = nodes[1]!;
  [a, c] = [nodes[0]!, nodes[2]!];
  await a.namespace.script(`
    ip link set underlay mtu ${JUMBO_MTU}
    ip link set ${UNDERLAY_BRIDGE} mtu ${JUMBO_MTU}
  `);
  near = await addMachine({ node: a, network: NET, host: 1 });
  far = await addMachine({ node: b, network: NET, host: 2 });
  third = await addVlanMachine({ node: c, network: NET, host: 3, vlan: VLAN });
  for (const { namespace } of [near, far, third])
    await namespace.run(`ip route add default via ${GATEWAY} mtu 1400`);
  server = await addVrfMachine({
    ...{ ...CORP, node: b, name: 'server', address: '12.0.0.1', mac: '02:00:00:00:00:01' },
  });
  await joinBridges(c);
  before = await stateOf(a);
});

packets.after(cleanUp);

packets('without it the machines of the E-VPN reach nobody else', async () => {
  for (const machine of [near, far, server]) await attach(machine);
  await allReach([near, far]);
  assert.not(await answers(near, server));
});

packets('machines of the E-VPN and of the IP VPN reach each other', async () => {
  await attach(inCorp(near));
  await allReach([near, server]);
  await tcp(near.namespace, server.namespace, server.address);
  await tcp(server.namespace, near.namespace, near.address);
  // One hop each.
  assert.match(await near.namespace.run(`ping -c 1 -W 1 ${server.address}`), 'ttl=63');
});

packets('a machine on another node of the E-VPN has its gateway there', async () => {
  await attach(inCorp(far, a));
  await allReach([far, server]);
  await reaches(near, far);
});

packets('the pair of interfaces is not larger than Open vSwitch bears', async () => {
  const links = (await a.namespace.json('ip -j link show type veth')) as { ifname: string; mtu: number }[];
  const mtuOf = (name: RegExp): number | undefined => links.find(({ ifname }) => name.test(ifname))?.mtu;
  assert.is(mtuOf(/^underlay$/), JUMBO_MTU);
  assert.is(mtuOf(/^evpn\d+-ipvpn\d+$/), 9000);
  assert.is(mtuOf(/^ipvpn\d+-evpn\d+$/), 9000);
});

packets('with the last machine in the IP VPN the pair goes', async () => {
  await detach(inCorp(near));
  await reaches(far, server);
  await detach(inCorp(far, a));
  assert.equal((await a.openVswitch.dump())[MPLS_BRIDGE], before.switch[MPLS_BRIDGE]);
  assert.not.match(String((await forwardingState(a.namespace)).links), 'ipvpn');
  assert.not(await answers(near, server));
  await reaches(near, far);
});

packets('it can be plugged in again', async () => {
  await attach(inCorp(near));
  await allReach([near, server]);
});

packets('an E-VPN of Open vSwitch needs to be joined by somebody else', async () => {
  await attach(third);
  await allReach([third, near]);
  const state = await stateOf(c);
  const body = { ...inCorp(third).attachment, local_port: { evpn: { id: NET.id } } };
  const refused = await c.api.send('POST', '/attach_localport', body);
  assert.is(refused.status, 500);
  assert.match(
    refused.body,
    'an EVI of Open vSwitch is not joined to a VRF by a pair of interfaces: local_port.evpn.ovs_port_name has to name ' +
      'the interface that is wired already',
  );
  assert.equal(await stateOf(c), state);
});

packets('joined by ports of its bridge, it reaches the IP VPN', async () => {
  const state = await stateOf(c);
  const joined = inCorp(third, c, WIRED);
  await attach(joined);
  await allReach([third, server]);
  await tcp(third.namespace, server.namespace, server.address);
  await reaches(near, third);
  await detach(joined);
  assert.equal(await stateOf(c), state);
});

packets('a daemon that is stopped leaves nothing behind', async () => {
  assert.equal(await a.daemon.program.stop('SIGTERM'), { status: 0, signal: null });
  assert.equal(await stateOf(a), before);
});

/** What a node has, of the kernel and of Open vSwitch. */
interface NodeState {
  readonly kernel: ForwardingState;
  readonly switch: SwitchState;
}

async function stateOf({ namespace, openVswitch }: ComputeNode): Promise<NodeState> {
  return { kernel: await forwardingState(namespace), switch: await openVswitch.dump() };
}

/** The machine of the E-VPN as one of the IP VPN, by way of a node. */
function inCorp(
  machine: Machine,
  node = machine.node,
  local_port: AttachedPort = { evpn: { id: NET.id } },
): Machine {
  const targets = [`64512:${CORP.routeTarget}`];
  return {
    ...machine,
    node,
    attachment: {
      vpn_type: 'ipvpn',
      vpn_instance_id: CORP.vrf,
      mac_address: machine.attachment.mac_address,
      ip_address: machine.address,
      gateway_ip: GATEWAY,
      local_port,
      import_rt: targets,
      export_rt: targets,
    },
  };
}

/** As the agent of Neutron does it: frames of the network to its gateway leave the tunnel bridge for that of the IP VPN. */
async function joinBridges({ openVswitch }: ComputeNode): Promise<void> {
  await openVswitch.vsctl(`
    -- add-port ${TUNNEL_BRIDGE} patch-to-mpls -- set interface patch-to-mpls type=patch options:peer=patch-from-tun
    -- add-port ${MPLS_BRIDGE} patch-from-tun -- set interface patch-from-tun type=patch options:peer=patch-to-mpls
  `);
  const fromMachines = `in_port=patch-int,dl_vlan=${VLAN}`;
  await openVswitch.program(
    TUNNEL_BRIDGE,
    `flow add table=0,priority=1,in_port=patch-to-mpls,actions=output:patch-int
     flow add table=2,priority=1,${fromMachines},dl_dst=${GATEWAY_MAC},actions=output:patch-to-mpls
     flow add table=21,priority=2,arp,${fromMachines},arp_op=1,arp_tpa=${GATEWAY},actions=output:patch-to-mpls`,
  );
}

if (needsRoot('E-VPN plugged into IP VPN over Open vSwitch')) packets.run();
