import { existsSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { capture } from '../../lab/capture.ts';
import { addFrrPe, type FrrPe } from '../../lab/frr-pe.ts';
import { attach, detach, type Machine } from '../../lab/machine.ts';
import { buildOverlay, type Overlay } from '../../lab/overlay.ts';
import { tcp } from '../../lab/traffic.ts';
import { addVrfMachine, ipvpnDataplane } from '../../lab/vrf-machine.ts';
import { cleanUp } from '../../support/at-exit.ts';
import { eventually } from '../../support/eventually.ts';
import { needs } from '../../support/needs.ts';
import { Namespace } from '../../support/network-namespace.ts';
import { only } from '../../support/only.ts';

/** A node of ours whose Open vSwitch speaks MPLS on Ethernet, and FRR: two PEs of one VPN that share no code. */
const interop = suite('IP VPN over Open vSwitch: FRR as the other PE');

const NEAR = '11.0.0.1';
const FAR = '14.0.0.1';

let overlay: Overlay;
let near: Machine;
let frr: FrrPe;

interop('a node and FRR have their sessions with the reflector', async () => {
  overlay = await buildOverlay({
    ...{ reflector: 'gobgp', nodes: ['a'] },
    dataplane: ipvpnDataplane({ mpls_interface: 'to-phy' }),
  });
  frr = await addFrrPe(overlay, {
    name: 'pe',
    vrf: { name: 'red', routeTarget: 10, rd: '10.77.0.101:1' },
    machine: { address: FAR, mac: '02:00:00:00:00:0e' },
  });
});

interop.after(cleanUp);

interop('a machine that is attached reaches that of FRR, and is reached', async () => {
  near = await addVrfMachine({
    ...{ node: overlay.nodes[0]!, name: 'vm1', vrf: 'red', routeTarget: 10 },
    ...{ address: NEAR, mac: '02:00:00:00:00:01' },
  });
  await attach(near);
  await reaches(near.namespace, FAR);
  await reaches(frr.machine, NEAR);
});

interop('each uses the label that the other one has advertised', async () => {
  const wire = await capture(new Namespace(`${overlay.laboratory.prefix}-rr`), 'to-a', 'mpls');
  await near.namespace.run(`ping -c 1 -W 2 ${FAR}`);
  const labelOf = async (source: string): Promise<number> =>
    only(await overlay.gobgp!.receivedFrom(source, 'vpnv4')).label!;
  const [ours, theirs] = [await labelOf(near.node.address), await labelOf(frr.address)];
  const carried = (label: number): RegExp =>
    new RegExp(
      String.raw`ethertype MPLS unicast \(0x8847\), length \d+: MPLS \(label ${label}, .*?\[S\], ttl`,
    );
  const packets = (await wire.stop()).filter((packet) => packet.includes('ICMP'));
  assert.is(packets.length, 2, packets.join('\n'));
  assert.match(packets[0]!, carried(theirs));
  assert.match(packets[1]!, carried(ours));
});

interop('TCP both ways', async () => {
  await tcp(near.namespace, frr.machine, FAR, { patience: 30 });
  await tcp(frr.machine, near.namespace, NEAR, { patience: 30 });
});

interop('a machine that is detached is out of reach, and again in reach when it is attached', async () => {
  await detach(near);
  await eventually('FRR has no route', async () => {
    assert.not.match(await frr.namespace.run('ip route show table 1001'), NEAR);
  });
  await attach(near);
  await reaches(frr.machine, NEAR);
});

interop('FRR that has stopped is out of reach', async () => {
  await frr.stop();
  await eventually('there is no route', async () => {
    assert.equal((await overlay.gobgp!.routes('vpnv4')).length, 1);
  });
  assert.is((await near.namespace.attempt(`ping -c 1 -W 1 ${FAR}`)).exitCode, 1);
});

async function reaches(from: Namespace, address: string): Promise<void> {
  await eventually(
    `${from.name} reaches ${address}`,
    async () => assert.ok(await from.ping(address)),
    20_000,
  );
}

const there = ['mpls_router', 'vrf'].every((name) => existsSync(`/sys/module/${name}`));
if (needs('FRR as the other PE', there, 'a kernel with MPLS and VRFs')) interop.run();
