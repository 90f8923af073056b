import { existsSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { capture } from '../../lab/capture.ts';
import { addFrrPe, type FrrPe } from '../../lab/frr-pe.ts';
import { attach, detach, type Machine } from '../../lab/machine.ts';
import { buildOverlay, type Overlay } from '../../lab/overlay.ts';
import { tcp } from '../../lab/traffic.ts';
import { addVrfMachine, ipvpnDataplane, kernelDataplane } from '../../lab/vrf-machine.ts';
import { cleanUp } from '../../support/at-exit.ts';
import { eventually } from '../../support/eventually.ts';
import { needs } from '../../support/needs.ts';
import { Namespace } from '../../support/network-namespace.ts';
import { only } from '../../support/only.ts';

/**
 * Three PEs of one VPN, with MPLS on Ethernet between them: our kernel driver, our Open vSwitch driver, and FRR, which
 * shares no code with either.
 *
 *     11.0.0.1 on kernel      12.0.0.1 on switch      14.0.0.1 on FRR
 */
const peers = suite('IP VPN: a kernel, an Open vSwitch and FRR in one VPN');

const FAR = '14.0.0.1';
const RED = { vrf: 'red', routeTarget: 10 };

let overlay: Overlay;
let kernel: Machine;
let openVswitch: Machine;
let frr: FrrPe;

peers('two nodes and FRR have their sessions with the reflector', async () => {
  overlay = await buildOverlay({
    reflector: 'gobgp',
    nodes: [
      { name: 'kernel', dataplane: kernelDataplane('underlay') },
      { name: 'switch', dataplane: ipvpnDataplane({ mpls_interface: 'to-phy' }) },
    ],
  });
  const [a, b] = overlay.nodes;
  kernel = await addVrfMachine({
    ...{ ...RED, node: a!, name: 'vm1', address: '11.0.0.1', mac: '02:00:00:00:00:01' },
  });
  openVswitch = await addVrfMachine({
    ...{ ...RED, node: b!, name: 'vm2', address: '12.0.0.1', mac: '02:00:00:00:00:02' },
  });
  frr = await addFrrPe(overlay, {
    name: 'pe',
    vrf: { name: 'red', routeTarget: 10, rd: '10.77.0.101:1' },
    machine: { address: FAR, mac: '02:00:00:00:00:0e' },
  });
});

peers.after(cleanUp);

peers('each reaches each', async () => {
  for (const machine of [kernel, openVswitch]) await attach(machine);
  const places = [
    [kernel.namespace, kernel.address],
    [openVswitch.namespace, openVswitch.address],
    [frr.machine, FAR],
  ] as const;
  for (const [from] of places) {
    for (const [to, address] of places) if (to !== from) await reaches(from, address);
  }
});

for (const name of ['kernel', 'switch'] as const) {
  peers(`the ${name} and FRR use the labels that the other one has advertised`, async () => {
    const { namespace, node } = name === 'kernel' ? kernel : openVswitch;
    const wire = await capture(new Namespace(`${overlay.laboratory.prefix}-rr`), `to-${name}`, 'mpls');
    await namespace.run(`ping -c 1 -W 2 ${FAR}`);
    const labelOf = async (source: string): Promise<number> =>
      only(await overlay.gobgp!.receivedFrom(source, 'vpnv4')).label!;
    const [ours, theirs] = [await labelOf(node.address), await labelOf(frr.address)];
    const carried = (label: number): RegExp =>
      new RegExp(
        String.raw`ethertype MPLS unicast \(0x8847\), length \d+: MPLS \(label ${label}, .*?\[S\], ttl`,
      );
    const packets = (await wire.stop()).filter((packet) => packet.includes('ICMP'));
    assert.is(packets.length, 2, packets.join('\n'));
    assert.match(packets[0]!, carried(theirs));
    assert.match(packets[1]!, carried(ours));
  });
}

peers('TCP both ways', async () => {
  const pairs = [
    [kernel.namespace, frr.machine, FAR],
    [frr.machine, kernel.namespace, kernel.address],
    [openVswitch.namespace, frr.machine, FAR],
    [frr.machine, openVswitch.namespace, openVswitch.address],
    [kernel.namespace, openVswitch.namespace, openVswitch.address],
    [openVswitch.namespace, kernel.namespace, kernel.address],
  ] as const;
  for (const [from, to, address] of pairs) await tcp(from, to, address, { patience: 30 });
});

peers('machines that are detached are out of reach, and again in reach when they are attached', async () => {
  for (const machine of [kernel, openVswitch]) await detach(machine);
  await eventually('FRR has no routes', async () => {
    assert.not.match(await frr.namespace.run('ip route show table 1001'), /11\.0\.0\.1|12\.0\.0\.1/);
  });
  for (const machine of [kernel, openVswitch]) await attach(machine);
  for (const { address } of [kernel, openVswitch]) await reaches(frr.machine, address);
});

peers('FRR that has stopped is out of reach', async () => {
  await frr.stop();
  await eventually('there is no route', async () => {
    assert.equal((await overlay.gobgp!.routes('vpnv4')).length, 2);
  });
  for (const { namespace } of [kernel, openVswitch]) {
    await eventually('out of reach', async () => {
      assert.is((await namespace.attempt(`ping -c 1 -W 1 ${FAR}`)).exitCode, 1);
    });
  }
});

async function reaches(from: Namespace, address: string): Promise<void> {
  await eventually(
    `${from.name} reaches ${address}`,
    async () => assert.ok(await from.ping(address)),
    20_000,
  );
}

const there = ['mpls_router', 'vrf'].every((name) => existsSync(`/sys/module/${name}`));
if (needs('IP VPN with other PEs', there, 'a kernel with MPLS and VRFs')) peers.run();
