import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { captureUnderlay } from '../lab/capture.ts';
import type { ComputeNode } from '../lab/compute-node.ts';
import { attach, detach, type Machine } from '../lab/machine.ts';
import { buildOverlay, type Overlay } from '../lab/overlay.ts';
import { allReach } from '../lab/reachability.ts';
import type { SwitchState } from '../lab/switch-state.ts';
import { tcp } from '../lab/traffic.ts';
import { REFLECTOR_ADDRESS } from '../lab/underlay.ts';
import { addVrfMachine, ipvpnDataplane } from '../lab/vrf-machine.ts';
import { cleanUp } from '../support/at-exit.ts';
import { eventually } from '../support/eventually.ts';
import { assertEstablished } from '../support/looking-glass.ts';
import { needsRoot } from '../support/needs.ts';

/**
 * A VRF on two nodes, whose daemons are started with one encapsulation after the other; what is on the wire is what was
 * configured. Then a third node, which has VXLAN where one of the others has it and one has not.
 */
const ipvpn = suite('IP VPN over Open vSwitch: encapsulations');

interface Encapsulation {
  readonly options: Readonly<Record<string, string | boolean>>;
  /** The headers between the two addresses of the nodes (or the MAC addresses) and the packet of the machine. */
  readonly wire: RegExp;
}

const MPLS = String.raw`MPLS \(label \d+, (exp|tc) 0, \[S\], ttl 63\)`;

const MPLS_IN_GRE: Encapsulation = {
  options: { gre_tunnel_options: 'packet_type=legacy_l3' },
  wire: new RegExp(String.raw`GREv0, Flags \[none\], proto MPLS unicast \(0x8847\), length \d+ ${MPLS}`),
};
const ETHERNET_IN_GRE: Encapsulation = {
  options: {},
  wire: new RegExp(
    String.raw`GREv0, Flags \[none\], proto TEB \(0x6558\).* ethertype MPLS unicast \(0x8847\), length \d+: ${MPLS}`,
  ),
};
const VXLAN: Encapsulation = {
  options: { vxlan_encap: true },
  wire: /\.\d+ > 10\.77\.0\.\d\.4789: VXLAN, flags \[I\] \(0x08\), vni \d+ /,
};
const BARE_MPLS: Encapsulation = {
  options: { mpls_interface: 'to-phy' },
  wire: new RegExp(String.raw`^\S+ > \S+ ethertype MPLS unicast \(0x8847\), length \d+: ${MPLS}`),
};

let overlay: Overlay;
let a: ComputeNode;
let b: ComputeNode;
let c: ComputeNode;
let machines: Record<'one' | 'two' | 'three', Machine>;
let before: readonly SwitchState[];

ipvpn('three nodes are built', async () => {
  overlay = await buildOverlay({
    reflector: 'gobgp',
    nodes: ['a', 'b', 'c'],
    dataplane: ipvpnDataplane(VXLAN.options),
  });
  [a, b, c] = overlay.nodes as [ComputeNode, ComputeNode, ComputeNode];
  const red = { vrf: 'red', routeTarget: 10 };
  machines = {
    one: await addVrfMachine({ ...red, node: a, name: 'vm1', address: '11.0.0.1', mac: '02:00:00:00:00:01' }),
    two: await addVrfMachine({ ...red, node: b, name: 'vm2', address: '12.0.0.1', mac: '02:00:00:00:00:02' }),
    three: await addVrfMachine({
      ...red,
      node: c,
      name: 'vm3',
      address: '13.0.0.1',
      mac: '02:00:00:00:00:03',
    }),
  };
  before = await dumps();
});

ipvpn.after(cleanUp);

for (const [name, encapsulation] of Object.entries({
  'MPLS in GRE': MPLS_IN_GRE,
  'MPLS in Ethernet in GRE': ETHERNET_IN_GRE,
  'MPLS on Ethernet': BARE_MPLS,
  VXLAN,
})) {
  ipvpn(name, async () => {
    const { one, two } = machines;
    await Promise.all([a, b].map((node) => restart(node, encapsulation)));
    for (const machine of [one, two]) await attach(machine);
    await allReach([one, two]);
    const packets = await wireOf([one, two]);
    for (const packet of packets) assert.match(packet, encapsulation.wire);
    await Promise.all([
      tcp(one.namespace, two.namespace, two.address),
      tcp(two.namespace, one.namespace, one.address),
    ]);
    for (const machine of [one, two]) await detach(machine);
    assert.equal(await dumps(), before, 'nothing is left');
  });
}

ipvpn('a node without VXLAN gets GRE from those that use VXLAN between themselves', async () => {
  const { one, two, three } = machines;
  await restart(b, ETHERNET_IN_GRE);
  for (const machine of [one, two, three]) await attach(machine);
  await allReach([one, two, three]);
  for (const packet of await wireOf([one, two])) assert.match(packet, ETHERNET_IN_GRE.wire);
  for (const packet of await wireOf([three, two])) assert.match(packet, ETHERNET_IN_GRE.wire);
  for (const packet of await wireOf([one, three])) assert.match(packet, VXLAN.wire);
  await Promise.all([
    tcp(one.namespace, two.namespace, two.address),
    tcp(two.namespace, three.namespace, three.address),
  ]);
});

ipvpn('a node that has VXLAN no longer gets GRE', async () => {
  const { one, three } = machines;
  await restart(c, ETHERNET_IN_GRE);
  await attach(three);
  await allReach([one, three]);
  for (const packet of await wireOf([one, three])) assert.match(packet, ETHERNET_IN_GRE.wire);
});

ipvpn('the daemons leave nothing behind when they stop', async () => {
  await Promise.all([a, b, c].map((node) => node.daemon.program.stop()));
  assert.equal(await dumps(), before);
});

async function restart(node: ComputeNode, encapsulation: Encapsulation): Promise<void> {
  await node.daemon.program.stop();
  await node.start(ipvpnDataplane(encapsulation.options).configuration);
  await eventually('session', () => assertEstablished(node.api, REFLECTOR_ADDRESS), 20_000);
}

/**
 * The packets of a ping each way between two machines, as they pass between the node of the first one and the underlay. Each has lost one hop, in its own header and in that of MPLS.
 */
async function wireOf([one, two]: readonly [Machine, Machine]): Promise<readonly string[]> {
  const wire = await captureUnderlay(overlay, one.node);
  const pings = [
    [one, two],
    [two, one],
  ] as const;
  for (const [from, to] of pings) {
    assert.match(await from.namespace.run(`ping -c 1 -W 2 ${to.address}`), 'ttl=63', 'one hop');
  }
  const short = pings.map(([from, to]) => from.namespace.attempt(`ping -c 1 -W 1 -t 1 ${to.address}`));
  for (const { exitCode } of await Promise.all(short)) {
    assert.is.not(exitCode, 0, 'a packet with one hop left does not pass');
  }
  const ours = (packets: readonly string[]): readonly string[] =>
    packets.filter((packet) => [one, two].some(({ address }) => packet.includes(` ${address} `)));
  await eventually('four packets', () => assert.ok(ours(wire.packets()).length >= 4));
  const packets = ours(await wire.stop());
  assert.is(packets.length, 4, packets.join('\n'));
  for (const packet of packets) assert.match(packet, /ttl 63, id \d+, .* > /, "the machine's own header");
  return packets;
}

async function dumps(): Promise<readonly SwitchState[]> {
  return await Promise.all([a, b, c].map(({ openVswitch }) => openVswitch.dump()));
}

if (needsRoot('IP VPN over Open vSwitch')) ipvpn.run();
