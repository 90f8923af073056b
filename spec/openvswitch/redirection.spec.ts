import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MPLS_BRIDGE } from '../lab/bridges.ts';
import type { ComputeNode } from '../lab/compute-node.ts';
import { attach, detach, type Machine } from '../lab/machine.ts';
import { buildOverlay } from '../lab/overlay.ts';
import { reaches } from '../lab/reachability.ts';
import { countReceived, sendFlows, tcp } from '../lab/traffic.ts';
import { addVrfMachine } from '../lab/vrf-machine.ts';
import { cleanUp } from '../support/at-exit.ts';
import { eventually } from '../support/eventually.ts';
import { needsRoot } from '../support/needs.ts';
import type { Gobgp } from '../support/speakers/gobgp.ts';

/**
 * FlowSpec routes (RFC 8955) send some of the packets of a VRF by way of another VRF. The tests tell one story, in order.
 *
 *     client 11.0.0.1 on a, in the red VRF
 *     on b, all with the address 12.0.0.1, so that whoever receives its packets takes them: server in the red VRF; web in
 *     the blue one; proxy in the green one; trap, to which packets are attracted that are for others
 */
const redirection = suite('IP VPN over Open vSwitch: redirection');

const ADDRESS = '12.0.0.1';
const TARGET = { red: 10, blue: 20, green: 30, trap: 40 };
const FLOWS = 10;

let a: ComputeNode;
let gobgp: Gobgp;
let client: Machine;
let machines: Record<'server' | 'web' | 'proxy' | 'trap', Machine>;
/** Flows of the client's node when nothing is redirected. */
let plain: readonly string[];

redirection('without rules all packets stay in their VRF', async () => {
  const overlay = await buildOverlay({
    reflector: 'gobgp',
    nodes: ['a', 'b'],
    dataplane: {
      openVswitch: true,
      configuration: {
        DATAPLANE_DRIVER_IPVPN: { dataplane_driver: 'ovs', ovs_bridge: MPLS_BRIDGE, arp_responder: true },
      },
    },
  });
  gobgp = overlay.gobgp!;
  const [nodeOfClient, node] = overlay.nodes as [ComputeNode, ComputeNode];
  a = nodeOfClient;
  const red = { vrf: 'red', routeTarget: TARGET.red };
  client = await addVrfMachine({
    ...{ ...red, node: a, name: 'client', address: '11.0.0.1', mac: '02:00:00:00:00:01' },
  });
  // Machines of the other VRFs can answer.
  const export_rt = [TARGET.red, TARGET.blue, TARGET.green].map((number) => `64512:${number}`);
  client = { ...client, attachment: { ...client.attachment, export_rt } };
  const shared = { node, address: ADDRESS };
  const blue = { ...shared, vrf: 'blue', routeTarget: TARGET.blue };
  const green = { ...shared, vrf: 'green', routeTarget: TARGET.green };
  machines = {
    server: await addVrfMachine({ ...shared, ...red, name: 'server', mac: '02:00:00:00:00:02' }),
    web: await addVrfMachine({ ...blue, name: 'web', mac: '02:00:00:00:00:03' }),
    proxy: await addVrfMachine({ ...green, name: 'proxy', mac: '02:00:00:00:00:04' }),
    trap: await addTrap(node),
  };
  for (const machine of [client, machines.server, machines.web, machines.proxy]) await attach(machine);
  await reaches(client, machines.server);
  plain = await flows();
  await arrive('server', 80);
});

redirection.after(cleanUp);

redirection('an attachment attracts the packets to some ports', async () => {
  await attach(machines.trap);
  for (const port of [80, 83, 85]) await arrive('trap', port);
  for (const port of [79, 86, 443]) assert.is(await receiver(port), 'server');
  await tcp(client.namespace, machines.server.namespace, ADDRESS, { port: 81 });
});

redirection('until it is detached', async () => {
  await detach(machines.trap);
  await arrive('server', 80);
  await eventually('nothing is left', async () => assert.equal(await flows(), plain));
});

redirection('a rule of somebody else for TCP', async () => {
  const rule = withRedirect('protocol ==tcp destination-port >=80 &<=85', 'blue');
  await gobgp.inject('ipv4-l3vpn-flowspec', rule);
  const sent = (name: keyof typeof machines, port: number): Promise<void> =>
    tcp(client.namespace, machines[name].namespace, ADDRESS, { port });
  await eventually('session with the other VRF', () => sent('web', 80));
  await sent('web', 85);
  for (const port of [79, 86]) await sent('server', port);
  assert.is(await receiver(80), 'server', 'UDP is not TCP');
  await gobgp.withdraw('ipv4-l3vpn-flowspec', rule);
  await eventually('session with the VRF itself', () => sent('server', 80));
  await eventually('nothing is left', async () => assert.equal(await flows(), plain));
});

redirection('of two rules the one that says more wins, whatever came first', async () => {
  const broad = withRedirect('protocol ==udp', 'blue');
  const narrow = withRedirect('protocol ==udp destination-port >=80 &<=85', 'green');
  for (const [first, second] of [
    [broad, narrow],
    [narrow, broad],
  ] as const) {
    await gobgp.inject('ipv4-l3vpn-flowspec', first);
    await arrive(first === broad ? 'web' : 'proxy', 80);
    await gobgp.inject('ipv4-l3vpn-flowspec', second);
    await arrive('proxy', 80);
    await arrive('web', 86);
    await reaches(client, machines.server);
    await gobgp.withdraw('ipv4-l3vpn-flowspec', first);
    await arrive(first === broad ? 'server' : 'web', 86);
    await arrive(first === broad ? 'proxy' : 'web', 85);
    await gobgp.withdraw('ipv4-l3vpn-flowspec', second);
    await arrive('server', 80);
    await arrive('server', 86);
  }
  await eventually('nothing is left', async () => assert.equal(await flows(), plain));
});

/** It draws UDP packets of the red VRF to its own node, whatever their destination. */
async function addTrap(node: ComputeNode): Promise<Machine> {
  const machine = await addVrfMachine({
    ...{ node, name: 'trap', vrf: 'trap', routeTarget: TARGET.trap },
    ...{ address: '13.0.0.1', mac: '02:00:00:00:00:05' },
  });
  await machine.namespace.run(`ip addr add ${ADDRESS}/32 dev lo`);
  const attract_traffic = {
    redirect_rts: [`64512:${TARGET.red}`],
    to_rt: [`64512:${TARGET.trap}`],
    static_destination_prefixes: ['12.0.0.0/24'],
    classifier: { destinationPort: '80:85', protocol: 'udp' },
  };
  return { ...machine, attachment: { ...machine.attachment, attract_traffic } };
}

/** The words of `gobgp` for a rule of the red VRF. */
function withRedirect(match: string, to: 'blue' | 'green'): string {
  const action = `redirect 64512:${TARGET[to]} rt 64512:${TARGET.red}`;
  return `rd 192.0.2.9:1 match destination ${ADDRESS}/32 ${match} then ${action}`;
}

/** Who receives what the client sends to this UDP port of the address: one machine, all of it. */
async function receiver(port: number): Promise<string> {
  // In user space, Open vSwitch 3.1.0 may go on using what it has cached of flows that are others now, where what it has
  // cached overlaps. Without its cache it does what the flows say.
  if (a.openVswitch.datapath === 'netdev') await a.openVswitch.appctl('revalidator/purge');
  const names = Object.keys(machines) as (keyof typeof machines)[];
  const namespaces = names.map((name) => machines[name].namespace);
  const counts = await countReceived(namespaces, () => sendFlows(client.namespace, ADDRESS, FLOWS, port));
  const receivers = names.filter((_name, index) => counts[index] === FLOWS);
  return receivers.length === 1 ? receivers[0]! : `nobody alone: ${counts.join(', ')}`;
}

async function arrive(name: keyof typeof machines, port: number): Promise<void> {
  await eventually(`packets to port ${port} arrive at ${name}`, async () => {
    assert.is(await receiver(port), name);
  });
}

async function flows(): Promise<readonly string[]> {
  return (await a.openVswitch.dump())[MPLS_BRIDGE]!.flows;
}

if (needsRoot('IP VPN over Open vSwitch: redirection')) redirection.run();
