import { existsSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ComputeNode } from '../../lab/compute-node.ts';
import { kernelState, type KernelState } from '../../lab/kernel-state.ts';
import { attach, detach, type Machine } from '../../lab/machine.ts';
import { buildOverlay } from '../../lab/overlay.ts';
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

let a: ComputeNode;
let b: ComputeNode;
let machines: Record<'near' | 'mute' | 'far' | 'late', Machine>;
/** The kernel of node a, before the first machine, */
let before: KernelState;
/** and when `near`, `mute` and `far` are there. */
let whole: KernelState;

restart('machines reach each other', async () => {
  const { nodes } = await buildOverlay({
    ...{ reflector: 'gobgp', nodes: ['a', 'b'], dataplane: kernelDataplane('*gre*') },
  });
  [a, b] = [nodes[0]!, nodes[1]!];
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

restart('a daemon that is stopped leaves nothing', async () => {
  assert.is((await a.daemon.program.stop('SIGTERM', 30_000)).status, 0);
  assert.equal(await stateOfA(), before);
  await start(a, '*gre*');
  await comeBack();
  await isWhole();
});

restart('one that is killed leaves what it had; a new one has the same, once', async () => {
  await a.daemon.program.stop('SIGKILL');
  await isWhole();
  await start(a, '*gre*');
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

restart('the cleanup command leaves the kernel as it was, but for sysctls', async () => {
  await a.daemon.program.stop('SIGKILL');
  const output = await a.command('bagpipe-bgp-cleanup', '--config-file', a.daemon.configurationFile);
  assert.match(output, 'device bvrf-1');
  assert.equal(withoutSettings(await stateOfA()), withoutSettings(before));
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

function withoutSettings(state: KernelState): KernelState {
  return { ...state, settings: [] };
}

const there = ['mpls_router', 'vrf'].every((name) => existsSync(`/sys/module/${name}`));
if (needs('IP VPN in the kernel', there, 'a kernel with MPLS and VRFs')) restart.run();
