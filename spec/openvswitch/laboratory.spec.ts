import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MPLS_BRIDGE, UNDERLAY_BRIDGE } from '../lab/bridges.ts';
import { ComputeNode } from '../lab/compute-node.ts';
import type { Machine } from '../lab/machine.ts';
import type { OpenVswitch } from '../lab/open-vswitch.ts';
import { answers, reaches } from '../lab/reachability.ts';
import { countReceived, sendFlows, tcp } from '../lab/traffic.ts';
import { buildUnderlay, REFLECTOR_ADDRESS } from '../lab/underlay.ts';
import { addVrfMachine } from '../lab/vrf-machine.ts';
import { atExit, cleanUp } from '../support/at-exit.ts';
import { needsRoot } from '../support/needs.ts';
import { Laboratory } from '../support/network-namespace.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

/**
 * The laboratory itself: with flows written by hand instead of a daemon, packets of an IP VPN pass between two nodes.
 * What fails here is no fault of the driver.
 */
const laboratory = suite('laboratory: IP VPN over Open vSwitch, by hand');

/** A machine, the label that leads to it, and the OpenFlow number of its port. */
interface Site {
  readonly machine: Machine;
  readonly label: number;
  readonly port: number;
}

const GATEWAY_MAC = '00:00:5e:00:43:64';

let a: ComputeNode;
let b: ComputeNode;
let near: Site;
let far: Site;
let other: Site;

laboratory('two nodes have their switches, and the underlay goes through them', async () => {
  const namespaces = new Laboratory();
  atExit(() => namespaces.destroyNow());
  const files = { directory: temporaryDirectory().path };
  const underlay = await buildUnderlay(namespaces);
  a = await ComputeNode.add('a', underlay, files, { openVswitch: true });
  b = await ComputeNode.add('b', underlay, files, { openVswitch: true });
  assert.ok(await a.namespace.ping(b.address));
  assert.ok(await a.namespace.ping(REFLECTOR_ADDRESS));
  await tcp(underlay.reflector, a.namespace, a.address);
});

laboratory.after(cleanUp);

laboratory('MPLS in GRE between two nodes', async () => {
  near = await plug(a, 1, '11.0.0.1', 101);
  far = await plug(b, 2, '12.0.0.1', 201);
  other = await plug(b, 3, '12.0.0.4', 204);
  for (const node of [a, b]) {
    const options = `options:local_ip=${node.address} options:remote_ip=flow`;
    await node.openVswitch.addPort(
      MPLS_BRIDGE,
      'mpls_gre',
      `type=gre options:packet_type=legacy_l3 ${options}`,
    );
  }
  await program(a, [near], [far, other], greActions);
  await program(b, [far, other], [near], greActions);
  await reaches(near.machine, far.machine);
  await reaches(other.machine, near.machine);
  const answer = await near.machine.namespace.run('ping -c 1 -W 1 12.0.0.1');
  assert.match(answer, 'ttl=63', 'one hop');
  assert.not(await answers(far.machine, other.machine), 'nobody said how');
});

laboratory('TCP works in both directions', async () => {
  const [one, two] = [near.machine, far.machine];
  await tcp(one.namespace, two.namespace, two.address);
  await tcp(two.namespace, one.namespace, one.address);
});

laboratory('a TCP session that cannot be is an error', async () => {
  const session = tcp(far.machine.namespace, other.machine.namespace, other.machine.address, { patience: 2 });
  assert.match(await messageOf(session), /within 2 s|unreachable/);
});

laboratory('flows are spread over the buckets of a group', async () => {
  const receivers = [far.machine.namespace, other.machine.namespace];
  for (const receiver of receivers) await receiver.run('ip addr add 99.0.0.1/32 dev lo');
  const tunnel = await a.openVswitch.portNumber('mpls_gre');
  const bucket = ({ label }: Site, id: number): string =>
    `bucket=bucket_id=${id},weight=1,actions=${greActions(label, b.address, tunnel)}`;
  await a.openVswitch.program(
    MPLS_BRIDGE,
    `group add group_id=1,type=select,selection_method=dp_hash,${bucket(far, 0)},${bucket(other, 1)}
     flow add table=2,priority=36768,ip,reg0=1,nw_dst=99.0.0.1,actions=dec_ttl,group:1`,
  );
  const counts = await countReceived(receivers, () => sendFlows(near.machine.namespace, '99.0.0.1', 40));
  assert.is(counts[0]! + counts[1]!, 40);
  assert.ok(Math.min(...counts) >= 5, counts.join(' and '));
});

laboratory('a dump tells what was changed, and is the same when it is undone', async () => {
  const { openVswitch } = a;
  const before = await openVswitch.dump();
  assert.is(before[MPLS_BRIDGE]!.groups.length, 1);
  assert.ok(
    before[MPLS_BRIDGE]!.ports.some((port) => port.startsWith('mpls_gre type:gre options:local_ip=')),
  );
  await openVswitch.addPort(MPLS_BRIDGE, 'spare', 'type=internal external_ids:owner=spec');
  await openVswitch.program(MPLS_BRIDGE, 'flow add cookie=0x7,table=9,priority=1,in_port=spare,actions=drop');
  const between = (await openVswitch.dump())[MPLS_BRIDGE]!;
  assert.ok(between.ports.includes('spare type:internal external_ids:owner=spec'));
  assert.ok(between.flows.includes('cookie=0x7, table=9, priority=1,in_port=spare actions=drop'));
  await openVswitch.program(MPLS_BRIDGE, 'flow delete cookie=0x7/-1');
  await openVswitch.vsctl(`del-port ${MPLS_BRIDGE} spare`);
  assert.equal(await openVswitch.dump(), before);
});

laboratory('a port that cannot be made is an error', async () => {
  const fault = await messageOf(a.openVswitch.addPort(MPLS_BRIDGE, 'nobody'));
  assert.match(fault, /nobody of ovs-a: .*No such device/);
  await a.openVswitch.vsctl(`del-port ${MPLS_BRIDGE} nobody`);
});

laboratory('a switch that was killed comes back without flows, but with the underlay', async () => {
  const { openVswitch } = a;
  await openVswitch.killSwitch();
  await openVswitch.startSwitch();
  assert.equal((await openVswitch.dump())[MPLS_BRIDGE]!.flows, []);
  assert.ok(await a.namespace.ping(b.address));
  assert.not(await answers(near.machine, far.machine));
  await program(a, [near], [far, other], greActions);
  await reaches(near.machine, far.machine);
});

laboratory('MPLS on Ethernet between two nodes', async () => {
  for (const node of [a, b]) await node.openVswitch.ofctl(`del-flows ${MPLS_BRIDGE}`);
  await program(a, [near], [far], await ethernetActions(a, b));
  await program(b, [far], [near], await ethernetActions(b, a));
  await reaches(near.machine, far.machine);
});

async function plug(node: ComputeNode, host: number, address: string, label: number): Promise<Site> {
  const mac = `02:00:00:00:00:0${host}`;
  const machine = await addVrfMachine({
    ...{ node, name: `vm${host}`, vrf: 'red', address, mac, routeTarget: 10 },
    // Next to each other, and yet by way of the gateway.
    ...(host === 3 && { gateway: '12.0.0.254' }),
  });
  await node.namespace.run(`ip link set ${machine.name} up`);
  await node.openVswitch.addPort(MPLS_BRIDGE, machine.name);
  return { machine, label, port: await node.openVswitch.portNumber(machine.name) };
}

async function messageOf(failing: Promise<void>): Promise<string> {
  return await failing.then(() => 'it has worked', String);
}

/** What sends a packet with this label to the node there. */
type Encapsulation = (label: number, nextHop: string, tunnel: number) => string;

const greActions: Encapsulation = (label, nextHop, tunnel) =>
  `push_mpls:0x8847,set_field:${label}->mpls_label,set_field:${nextHop}->tun_dst,output:${tunnel}`;

async function ethernetActions(from: ComputeNode, to: ComputeNode): Promise<Encapsulation> {
  const uplink = await from.openVswitch.portNumber('to-phy');
  const [source, destination] = [await underlayMac(from.openVswitch), await underlayMac(to.openVswitch)];
  return (label) =>
    `push_mpls:0x8847,set_field:${label}->mpls_label,set_field:${source}->eth_src,` +
    `set_field:${destination}->eth_dst,output:${uplink}`;
}

async function underlayMac({ namespace }: OpenVswitch): Promise<string> {
  return (await namespace.run(`cat /sys/class/net/${UNDERLAY_BRIDGE}/address`)).trim();
}

/** The flows of a VRF with ports of this node and sites at the other one. */
async function program(
  node: ComputeNode,
  local: readonly Site[],
  remote: readonly Site[],
  encapsulate: Encapsulation,
): Promise<void> {
  const { openVswitch } = node;
  const tunnel = await openVswitch.portNumber('mpls_gre');
  const other = node === a ? b : a;
  const flows = ['table=0,priority=36864,mpls,actions=resubmit(,1)', ...ARP_RESPONDER];
  for (const { port, label, machine } of local) {
    const enter = `actions=move:NXM_OF_IN_PORT[]->NXM_NX_REG1[0..15],set_field:0->in_port,set_field:1->reg0,resubmit(,2)`;
    flows.push(
      `table=0,priority=36864,ip,in_port=${port},${enter}`,
      `table=0,priority=36864,arp,in_port=${port},${enter}`,
      `table=1,priority=36864,mpls,mpls_label=${label},mpls_bos=1,actions=pop_mpls:0x0800,` +
        `set_field:${GATEWAY_MAC}->eth_src,set_field:${machine.attachment.mac_address}->eth_dst,output:${port}`,
    );
  }
  for (const { label, machine } of remote) {
    const actions = `dec_ttl,${encapsulate(label, other.address, tunnel)}`;
    flows.push(`table=2,priority=36768,ip,reg0=1,nw_dst=${machine.address},actions=${actions}`);
  }
  await openVswitch.program(MPLS_BRIDGE, flows.map((flow) => `flow add ${flow}`).join('\n'));
}

/** The gateway answers for every address. */
const ARP_RESPONDER = [
  `table=2,priority=36864,arp,reg0=1,arp_op=1,actions=move:NXM_OF_ETH_SRC[]->NXM_OF_ETH_DST[],` +
    `set_field:${GATEWAY_MAC}->eth_src,set_field:2->arp_op,move:NXM_NX_ARP_SHA[]->NXM_NX_ARP_THA[],` +
    `push:NXM_OF_ARP_TPA[],move:NXM_OF_ARP_SPA[]->NXM_OF_ARP_TPA[],set_field:${GATEWAY_MAC}->arp_sha,` +
    `pop:NXM_OF_ARP_SPA[],output:NXM_NX_REG1[0..15]`,
];

if (needsRoot('laboratory: Open vSwitch')) laboratory.run();
