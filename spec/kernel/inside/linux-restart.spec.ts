import { existsSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { captureUnderlay } from '../../lab/capture.ts';
import type { ComputeNode } from '../../lab/compute-node.ts';
import { kernelState, type KernelState } from '../../lab/kernel-state.ts';
import { attach, detach, type Machine } from '../../lab/machine.ts';
import { buildOverlay, type Overlay } from '../../lab/overlay.ts';
import { answers } from '../../lab/reachability.ts';
import { REFLECTOR_ADDRESS } from '../../lab/underlay.ts';
import { addVrfMachine, kernelDataplane } from '../../lab/vrf-machine.ts';
import { cleanUp } from '../../support/at-exit.ts';
import { eventually } from '../../support/eventually.ts';
import { assertEstablished } from '../../support/looking-glass.ts';
import { needs } from '../../support/needs.ts';

/**
 * What becomes of the kernel of node a when it refuses something, and when its daemon stops, is killed, comes back, or is
 * cleaned up after. The tests tell one story, in order.
 *
 *     near 11.0.0.1, mute 11.0.0.2 on a      far 12.0.0.1 on b      all in the red VRF; mute may only receive
 *     late 13.0.0.1 on a, to be in the blue VRF
 */
const restart = suite('IP VPN in the kernel: restart');

const PORTS = ['near', 'mute', 'late'];

let overlay: Overlay;
let a: ComputeNode;
let b: ComputeNode;
let machines: Record<'near' | 'mute' | 'far' | 'late', Machine>;
/** The kernel of node a, before the first machine, */
let before: KernelState;
/** and when `near`, `mute` and `far` are there. */
let whole: KernelState;

restart('machines reach each other', async () => {
  overlay = await buildOverlay({
    ...{ reflector: 'gobgp', nodes: ['a', 'b'], dataplane: kernelDataplane('*gre*') },
  });
  [a, b] = overlay.nodes as [ComputeNode, ComputeNode];
  // What is not held back has a way to leave.
  await a.namespace.run(`ip route add default via ${REFLECTOR_ADDRESS}`);
  // With a source filter the kernel takes in nothing at an interface without an address, whatever else it is told.
  await a.namespace.run('sysctl -qw net.ipv4.conf.default.rp_filter=0');
  const add = (node: ComputeNode, name: string, address: string, host: number): Promise<Machine> =>
    addVrfMachine({
      ...{ vrf: 'red', routeTarget: 10 },
      ...{ node, name, address, mac: `02:00:00:00:00:0${host}` },
    });
  const [mute, late] = [await add(a, 'mute', '11.0.0.2', 2), await add(a, 'late', '13.0.0.1', 4)];
  machines = {
    near: await add(a, 'near', '11.0.0.1', 1),
    mute: { ...mute, attachment: { ...mute.attachment, direction: 'to-port' } },
    far: await add(b, 'far', '12.0.0.1', 3),
    late: { ...late, attachment: { ...late.attachment, vpn_instance_id: 'blue' } },
  };
  before = await stateOfA();
  // The daemon has tried out what the kernel can do: that has left what the kernel makes for itself.
  assert.equal(before.rules, [
    '0: from all lookup local',
    '1000: from all lookup [l3mdev-table]',
    '32766: from all lookup main',
    '32767: from all lookup default',
  ]);
  assert.equal([...before.labels, ...before.routes.filter((route) => route.includes('proto 19'))], []);
  assert.ok(before.settings.includes('net.mpls.platform_labels = 0'));
  await attach(machines.far);
  await comeBack();
  whole = await stateOfA();
  // What tells that the comparisons below are not of nothing.
  assert.match(whole.addresses.join('\n'), /near inet 11\.0\.0\.254\/32/);
  assert.match(whole.neighbours.join('\n'), /11\.0\.0\.2 dev mute .*PERMANENT/);
  assert.match(whole.rules.join('\n'), /iif mute blackhole/);
});

restart.after(cleanUp);

restart('what the kernel refuses cannot be attached, and leaves nothing, until it does not', async () => {
  const { namespace, api } = a;
  const known = Math.max(...whole.labels.map((line) => Number.parseInt(line, 10)));
  await namespace.run(`sysctl -qw net.mpls.platform_labels=${known + 1}`);
  const { status, body } = await api.send('POST', '/attach_localport', machines.late.attachment);
  assert.is(status, 500, body);
  assert.match(
    body,
    /ip -f mpls route replace \d+ via inet 13\.0\.0\.1 dev late proto 19: .*platform_labels/,
  );
  assert.not.match(JSON.stringify(await api.lookingGlass('vpns/instances')), 'blue');
  await namespace.run('sysctl -qw net.mpls.platform_labels=1048575');
  await isWhole();
  await attach(machines.late);
  assert.match((await stateOfA()).routes.join('\n'), '13.0.0.1');
  await detach(machines.late);
  await isWhole();
});

restart('a machine that is detached sends nothing into the networks of its node', async () => {
  await detach(machines.near);
  await nothingLeaves();
  await comeBack();
  await isWhole();
});

restart('a daemon that is stopped leaves nothing', async () => {
  assert.is((await a.daemon.program.stop('SIGTERM', 30_000)).status, 0);
  assert.equal(await stateOfA(), before);
  await start(a, '*gre*');
  await comeBack();
  await isWhole();
});

restart('one that is killed leaves what it had; a new one removes it, and has the same, once', async () => {
  await a.daemon.program.stop('SIGKILL');
  await isWhole();
  await start(a, '*gre*');
  await eventually('removed', async () => {
    assert.equal(withoutNode(await stateOfA()), withoutNode(before));
  });
  await nothingLeaves();
  await comeBack();
  await isWhole();
});

restart('one with other options leaves nothing of the former one', async () => {
  for (const node of [a, b]) {
    await node.daemon.program.stop('SIGKILL');
    await start(node, 'underlay');
  }
  await attach(machines.far);
  await comeBack();
  const { links, routes, ...rest } = await stateOfA();
  assert.not.match([...links, ...routes].join('\n'), 'bgre-');
  assert.match(routes.join('\n'), /12\.0\.0\.1 encap mpls \d+ via 10\.77\.0\.2 dev underlay/);
  assert.equal(
    [rest.addresses, rest.rules, rest.neighbours],
    [whole.addresses, whole.rules, whole.neighbours],
  );
});

restart('the cleanup command leaves the kernel as it was, but for sysctls of the node', async () => {
  await a.daemon.program.stop('SIGKILL');
  const output = await a.command('bagpipe-bgp-cleanup', '--config-file', a.daemon.configurationFile);
  assert.match(output, 'device bvrf-1');
  assert.equal(withoutNode(await stateOfA()), withoutNode(before));
  await nothingLeaves();
  const again = await a.command('bagpipe-bgp-cleanup', '--config-file', a.daemon.configurationFile);
  assert.match(again, 'ipvpn linux: nothing to remove');
});

/** Starts the daemon of a node again, whatever its `mpls_interface` was. */
async function start(node: ComputeNode, way: string): Promise<void> {
  await node.start(kernelDataplane(way).configuration);
  await eventually('session', () => assertEstablished(node.api, REFLECTOR_ADDRESS), 30_000);
}

/** Attaches what is on node a from the first; then its traffic goes as it should. */
async function comeBack(): Promise<void> {
  for (const machine of [machines.near, machines.mute]) await attach(machine);
  const { near, far } = machines;
  await eventually('traffic', async () => assert.ok(await answers(near, far)), 30_000);
}

function stateOfA(): Promise<KernelState> {
  return kernelState(a.namespace, PORTS);
}

/** Waits until the kernel holds what it has held when all was well. */
async function isWhole(): Promise<void> {
  await eventually('as before', async () => assert.equal(comparable(await stateOfA()), comparable(whole)));
}

/** Without the labels, which may be others in another run. */
function comparable({ routes, labels, ...rest }: KernelState): KernelState {
  const blurred = routes.map((route) => route.replace(/encap mpls \d+/, 'encap'));
  return { ...rest, routes: blurred.sort(), labels: labels.map((label) => label.replace(/^\d+/, '')).sort() };
}

/** Without the sysctls that stay as they are. */
function withoutNode(state: KernelState): KernelState {
  const isOfPorts = new RegExp(String.raw`\.(${PORTS.join('|')})\.`);
  const settings = state.settings.filter((line) => isOfPorts.test(line) && !line.includes('disable_ipv6'));
  return { ...state, settings };
}

/** `near`, which is in no VRF, has its packets neither passed on nor its ARP requests answered. */
async function nothingLeaves(): Promise<void> {
  const { namespace, address, name } = machines.near;
  const wire = await captureUnderlay(overlay, a);
  const send = async (): Promise<void> => {
    for (const to of ['198.51.100.1', REFLECTOR_ADDRESS, machines.far.address, machines.mute.address])
      await namespace.attempt(`ping -c 1 -W 0.2 ${to}`);
  };
  await namespace.run('ip neigh flush dev eth0');
  await send();
  assert.not.match(await namespace.run('ip neigh show dev eth0'), 'lladdr');
  // Whoever knows where the port is need not ask.
  const mac = (await a.namespace.run(`cat /sys/class/net/${name}/address`)).trim();
  await namespace.run(`ip neigh replace 11.0.0.254 lladdr ${mac} nud permanent dev eth0`);
  await send();
  await namespace.run('ip neigh flush nud permanent dev eth0');
  assert.equal(
    (await wire.stop()).filter((packet) => packet.includes(address)),
    [],
  );
}

const there = ['mpls_router', 'vrf'].every((name) => existsSync(`/sys/module/${name}`));
if (needs('IP VPN in the kernel', there, 'a kernel with MPLS and VRFs')) restart.run();
