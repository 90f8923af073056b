import { existsSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { captureUnderlay } from '../../lab/capture.ts';
import type { ComputeNode } from '../../lab/compute-node.ts';
import { type KernelState, kernelState } from '../../lab/kernel-state.ts';
import { attach, detach, type Machine } from '../../lab/machine.ts';
import { buildOverlay, type Overlay } from '../../lab/overlay.ts';
import { allReach } from '../../lab/reachability.ts';
import { tcp } from '../../lab/traffic.ts';
import { REFLECTOR_ADDRESS } from '../../lab/underlay.ts';
import { addVrfMachine, ipvpnDataplane, kernelDataplane } from '../../lab/vrf-machine.ts';
import { cleanUp } from '../../support/at-exit.ts';
import { eventually } from '../../support/eventually.ts';
import { assertEstablished } from '../../support/looking-glass.ts';
import { needs } from '../../support/needs.ts';

/**
 * A VRF on three nodes, two of which forward by their kernels; their daemons are started with one encapsulation after the
 * other, and what is on the wire is what was configured. The third one has an Open vSwitch that speaks MPLS in GRE.
 */
const ipvpn = suite('IP VPN in the kernel: encapsulations');

interface Encapsulation {
  /** `mpls_interface`. */
  readonly way: string;
  /** The headers between the two nodes and the packet of the machine. */
  readonly wire: RegExp;
}

const MPLS = String.raw`MPLS \(label \d+, (exp|tc) 0, \[S\], ttl 63\)`;

const ETHERNET: Encapsulation = {
  way: 'underlay',
  wire: new RegExp(String.raw`^\S+ > \S+ ethertype MPLS unicast \(0x8847\), length \d+: ${MPLS}`),
};
const GRE: Encapsulation = {
  way: '*gre*',
  wire: new RegExp(String.raw`GREv0, Flags \[none\], proto MPLS unicast \(0x8847\), length \d+ ${MPLS}`),
};
/** What is in it, tcpdump does not know; 6635 is the port of RFC 7510. */
const UDP: Encapsulation = { way: '*udp*', wire: /\.\d+ > 10\.77\.0\.\d\.6635: UDP, length \d+$/ };

let overlay: Overlay;
let a: ComputeNode;
let b: ComputeNode;
let one: Machine;
let two: Machine;
let before: readonly KernelState[];

ipvpn('three nodes are built', async () => {
  const gre = ipvpnDataplane({ gre_tunnel_options: 'packet_type=legacy_l3' });
  overlay = await buildOverlay({
    reflector: 'gobgp',
    nodes: ['a', 'b', { name: 'c', dataplane: gre }],
    dataplane: kernelDataplane(ETHERNET.way),
  });
  [a, b] = overlay.nodes as [ComputeNode, ComputeNode];
  one = await machine(a, 1);
  two = await machine(b, 2);
  before = await dumps();
});

ipvpn.after(cleanUp);

ipvpn('MPLS on Ethernet', () => isCarriedBy(ETHERNET));

ipvpn('MPLS in UDP, or what a kernel that cannot do it lacks', async () => {
  if (await hasFouTunnels()) {
    for (const node of [a, b]) await restart(node, UDP);
    await isCarriedBy(UDP);
    return;
  }
  const said = await restart(a, UDP).then(
    () => 'it has started',
    (error: unknown) => String(error),
  );
  assert.match(said, /the kernel lacks MPLS in UDP \(.*CONFIG_NET_FOU_IP_TUNNELS, modules ipip and fou\): /);
  await a.start();
  assert.equal(await dumps(), before, 'the attempt has left nothing');
});

ipvpn('MPLS in GRE', async () => {
  for (const node of [a, b]) await restart(node, GRE);
  await isCarriedBy(GRE);
});

ipvpn('a kernel and an Open vSwitch have MPLS in GRE between them', async () => {
  const three = await machine(overlay.nodes[2]!, 3);
  for (const each of [one, two, three]) await attach(each);
  await allReach([one, two, three]);
  for (const packet of await wireOf([one, three])) assert.match(packet, GRE.wire);
  await tcp(one.namespace, three.namespace, three.address, { patience: 30 });
  await tcp(three.namespace, two.namespace, two.address, { patience: 30 });
});

ipvpn('the daemons leave nothing behind when they stop', async () => {
  await Promise.all([a, b].map((node) => node.daemon.program.stop()));
  assert.equal(await dumps(), before);
});

function machine(node: ComputeNode, host: number): Promise<Machine> {
  return addVrfMachine({
    ...{ vrf: 'red', routeTarget: 10, node, name: `vm${host}` },
    ...{ address: `1${host}.0.0.1`, mac: `02:00:00:00:00:0${host}` },
  });
}

async function isCarriedBy({ wire }: Encapsulation): Promise<void> {
  for (const each of [one, two]) await attach(each);
  await allReach([one, two]);
  for (const packet of await wireOf([one, two])) assert.match(packet, wire);
  await tcp(one.namespace, two.namespace, two.address, { patience: 30 });
  for (const each of [one, two]) await detach(each);
  assert.equal(await dumps(), before, 'nothing is left');
}

/** Kernels may be built with FOU and without tunnels of it. */
async function hasFouTunnels(): Promise<boolean> {
  await a.namespace.attempt('modprobe -a ipip fou');
  const tunnel = 'type ipip mode mplsip local 192.0.2.1 remote 192.0.2.2 encap fou encap-dport 6635';
  const { exitCode } = await a.namespace.attempt(`ip link add name attempt ${tunnel}`);
  await a.namespace.attempt('ip link del dev attempt');
  return exitCode === 0;
}

async function restart(node: ComputeNode, { way }: Encapsulation): Promise<void> {
  await node.daemon.program.stop();
  await node.start(kernelDataplane(way).configuration);
  await eventually('session', () => assertEstablished(node.api, REFLECTOR_ADDRESS), 30_000);
}

/** The packets of a ping each way between two machines, as they pass between the node of the first one and the underlay. */
async function wireOf([from, to]: readonly [Machine, Machine]): Promise<readonly string[]> {
  const wire = await captureUnderlay(overlay, from.node);
  await from.namespace.run(`ping -c 1 -W 2 ${to.address}`);
  await to.namespace.run(`ping -c 1 -W 2 ${from.address}`);
  const ours = (packets: readonly string[]): readonly string[] =>
    packets.filter((packet) => packet.includes('MPLS') || packet.includes('.6635: '));
  await eventually('four packets', () => assert.ok(ours(wire.packets()).length >= 4));
  const packets = ours(await wire.stop());
  assert.is(packets.length, 4, packets.join('\n'));
  return packets;
}

function dumps(): Promise<KernelState[]> {
  return Promise.all([a, b].map(({ namespace }, at) => kernelState(namespace, [`vm${at + 1}`])));
}

const there = ['mpls_router', 'vrf'].every((name) => existsSync(`/sys/module/${name}`));
if (needs('IP VPN in the kernel', there, 'a kernel with MPLS and VRFs')) ipvpn.run();
