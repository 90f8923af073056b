import { existsSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { capture } from '../../lab/capture.ts';
import { addFrrPe, type FrrPe } from '../../lab/frr-pe.ts';
import { acceptMpls, addKernelVrf, plugIntoKernelVrf } from '../../lab/kernel-vrf.ts';
import { tcp } from '../../lab/traffic.ts';
import { buildUnderlay, REFLECTOR_ADDRESS, type Underlay } from '../../lab/underlay.ts';
import { VRF_MTU } from '../../lab/vrf-machine.ts';
import { atExit, cleanUp } from '../../support/at-exit.ts';
import { eventually } from '../../support/eventually.ts';
import { needs } from '../../support/needs.ts';
import { Laboratory, type Namespace } from '../../support/network-namespace.ts';
import { only } from '../../support/only.ts';
import { inNamespace } from '../../support/programs.ts';
import { type Gobgp, startGobgp } from '../../support/speakers/gobgp.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

/**
 * The laboratory itself: FRR as a PE, and a node whose kernel is programmed by hand instead of by a daemon. What fails
 * here is no fault of a driver.
 */
const laboratory = suite('laboratory: FRR and kernel MPLS, by hand');

const ROUTE = '11.0.0.1/32 label 101 rd 10.77.0.1:1 rt 64512:10 nexthop 10.77.0.1';
const RED = { name: 'red', routeTarget: 10 };
const NEAR = '11.0.0.1';
const FAR = '14.0.0.1';

let underlay: Underlay;
let gobgp: Gobgp;
let node: Namespace;
let near: Namespace;
let frr: FrrPe;

laboratory('FRR has its session with the reflector', async () => {
  const namespaces = new Laboratory();
  atExit(() => namespaces.destroyNow());
  underlay = await buildUnderlay(namespaces);
  gobgp = await startGobgp({
    ...{ name: 'rr', address: REFLECTOR_ADDRESS, port: 179, directory: temporaryDirectory().path },
    place: inNamespace(underlay.reflector.name),
  });
  ({ namespace: node } = await underlay.addNode('a'));
  frr = await addFrrPe(underlay, {
    name: 'pe',
    vrf: { ...RED, rd: '10.77.0.101:1' },
    machine: { address: FAR, mac: '02:00:00:00:00:0e' },
  });
  assert.is(frr.address, '10.77.0.101');
  assert.ok(await node.ping(frr.address));
  assert.ok(await frr.machine.ping('14.0.0.254'), 'the machine has its gateway');
});

laboratory.after(cleanUp);

laboratory('the network of its machine is advertised, with a label that leads into the VRF', async () => {
  const { label, ...route } = await eventually('it is there', async () =>
    only(await gobgp.receivedFrom(frr.address, 'vpnv4')),
  );
  assert.is(route.prefix, '14.0.0.0/24');
  assert.is(route.rd, '10.77.0.101:1');
  assert.is(route.nextHop, frr.address);
  assert.equal(route.routeTargets, ['64512:10']);
  const labels = (await frr.namespace.json('ip -j -f mpls route')) as { dst: string; dev: string }[];
  assert.equal(
    labels.map(({ dst, dev }) => `${dst} dev ${dev}`),
    [`${label} dev red`],
  );
});

laboratory('what the reflector sends is in the table of the VRF, behind two labels', async () => {
  assert.not.match(await tableOf(frr), NEAR);
  await gobgp.inject('vpnv4', ROUTE);
  await eventually('the route is there', async () => {
    assert.match(await tableOf(frr), /^11\.0\.0\.1 .*encap mpls +1001\/101 via 10\.77\.0\.254 dev underlay/m);
  });
});

laboratory('a route with another route target is not', async () => {
  await gobgp.inject('vpnv4', '11.0.9.0/24 label 109 rd 10.77.0.1:9 rt 64512:9 nexthop 10.77.0.1');
  await eventually('FRR has it', async () => {
    assert.match(await frr.vtysh('show bgp ipv4 vpn'), '11.0.9.0/24');
  });
  assert.not.match(await tableOf(frr), '11.0.9.0');
});

laboratory('a ping both ways, with one label on the wire of the node', async () => {
  near = await programNode();
  const wire = await capture(underlay.reflector, 'to-a', 'mpls');
  for (const [from, to] of [
    [near, FAR],
    [frr.machine, NEAR],
  ] as const) {
    await eventually(`${from.name} reaches ${to}`, async () => assert.ok(await from.ping(to)));
    assert.match(await from.run(`ping -c 1 -W 2 ${to}`), 'ttl=62', 'two hops');
  }
  const packets = await wire.stop();
  const label = only(await gobgp.receivedFrom(frr.address, 'vpnv4')).label!;
  const carried = (number: number): RegExp =>
    new RegExp(
      String.raw`ethertype MPLS unicast \(0x8847\), length \d+: MPLS \(label ${number}, .*?\[S\], ttl`,
    );
  for (const [number, way] of [
    [label, '11.0.0.1 > 14.0.0.1: ICMP'],
    [101, '14.0.0.1 > 11.0.0.1: ICMP'],
  ] as const) {
    const those = packets.filter((packet) => packet.includes(way));
    assert.ok(those.length >= 2, way);
    for (const packet of those) assert.match(packet, carried(number));
  }
});

laboratory('TCP both ways', async () => {
  await tcp(near, frr.machine, FAR, { patience: 30 });
  await tcp(frr.machine, near, NEAR, { patience: 30 });
});

laboratory('a route that is withdrawn leads nowhere', async () => {
  await gobgp.withdraw('vpnv4', ROUTE);
  await eventually('the route is gone', async () => assert.not.match(await tableOf(frr), NEAR));
  const { exitCode, stdout } = await frr.machine.attempt(`ping -c 1 -W 1 ${NEAR}`);
  assert.is(exitCode, 1);
  assert.match(stdout, 'From 14.0.0.254 icmp_seq=1 Destination', 'its gateway says so');
});

laboratory('when FRR is stopped nothing of it is left', async () => {
  await gobgp.inject('vpnv4', ROUTE);
  await eventually('the route is there', async () => assert.match(await tableOf(frr), NEAR));
  await frr.stop();
  assert.not.match(await tableOf(frr), NEAR);
  assert.is(await frr.namespace.run('ip -f mpls route'), '');
  await eventually('its route is withdrawn', async () => {
    assert.equal((await gobgp.routes('vpnv4')).map(({ prefix }) => prefix).sort(), [
      '11.0.0.1/32',
      '11.0.9.0/24',
    ]);
  });
});

/** A VRF with a machine, label 101 towards it, and the route to the network of FRR. */
async function programNode(): Promise<Namespace> {
  const vrf = { namespace: node, name: 'red', table: 2001 };
  const machine = await underlay.laboratory.machine(node, 'vm1', '02:00:00:00:00:01', `${NEAR}/24`);
  await acceptMpls(node, 'underlay');
  await addKernelVrf(vrf);
  await plugIntoKernelVrf(vrf, { device: 'vm1', gateway: '11.0.0.254/24' });
  await machine.script(`
    ip link set eth0 mtu ${VRF_MTU}
    ip route add default via 11.0.0.254
  `);
  const { label } = only(await gobgp.receivedFrom(frr.address, 'vpnv4'));
  await node.script(`
    ip -f mpls route add 101 via inet ${NEAR} dev vm1
    ip route add table 2001 14.0.0.0/24 encap mpls ${label} via inet ${frr.address} dev underlay
  `);
  return machine;
}

function tableOf({ namespace }: FrrPe): Promise<string> {
  return namespace.run('ip route show table 1001');
}

const there = ['mpls_router', 'vrf'].every((name) => existsSync(`/sys/module/${name}`));
if (needs('laboratory: FRR', there, 'a kernel with MPLS and VRFs')) laboratory.run();
