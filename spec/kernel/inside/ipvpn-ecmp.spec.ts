import { existsSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ComputeNode } from '../../lab/compute-node.ts';
import { kernelState } from '../../lab/kernel-state.ts';
import { attach, detach, type Machine } from '../../lab/machine.ts';
import { buildOverlay } from '../../lab/overlay.ts';
import { answers } from '../../lab/reachability.ts';
import { countReceived, sendFlows } from '../../lab/traffic.ts';
import { REFLECTOR_ADDRESS } from '../../lab/underlay.ts';
import { addVrfMachine, kernelDataplane } from '../../lab/vrf-machine.ts';
import { cleanUp } from '../../support/at-exit.ts';
import { eventually } from '../../support/eventually.ts';
import { assertEstablished } from '../../support/looking-glass.ts';
import { needs } from '../../support/needs.ts';

/**
 * Traffic for one prefix is spread over the nodes that have it, unless the node itself has it. The tests tell one story,
 * in order.
 *
 *     client 12.0.0.2 on a      12.0.0.1: near on a, one on b, other on c
 */
const ecmp = suite('IP VPN in the kernel: several ways to one prefix');

const ADDRESS = '12.0.0.1';
const FLOWS = 60;
/** In seconds. Nodes that share one slow processor are not always on time. */
const HOLD_TIME = 15;

let a: ComputeNode;
let c: ComputeNode;
let client: Machine;
/** Those that have the address. */
let near: Machine;
let one: Machine;
let other: Machine;

ecmp('flows are spread over two nodes', async () => {
  const { nodes } = await buildOverlay({
    reflector: 'gobgp',
    nodes: ['a', 'b', 'c'],
    holdTime: HOLD_TIME,
    dataplane: kernelDataplane('*gre*'),
  });
  const b = nodes[1]!;
  [a, c] = [nodes[0]!, nodes[2]!];
  const red = { vrf: 'red', routeTarget: 10 };
  client = await addVrfMachine({
    ...{ ...red, node: a, name: 'client', address: '12.0.0.2', mac: '02:00:00:00:00:01' },
  });
  const server = { ...red, address: ADDRESS };
  near = await addVrfMachine({ ...server, node: a, name: 'near', mac: '02:00:00:00:00:02' });
  one = await addVrfMachine({ ...server, node: b, name: 'one', mac: '02:00:00:00:00:03' });
  other = await addVrfMachine({ ...server, node: c, name: 'other', mac: '02:00:00:00:00:04' });
  for (const machine of [client, one, other]) await attach(machine);
  await ways([one, other]);
  await spread();
});

ecmp.after(cleanUp);

ecmp('all flows take the way that is left, and are spread again when there is another one', async () => {
  await detach(other);
  await ways([one]);
  assert.equal(await received([one, other]), [FLOWS, 0]);
  await attach(other);
  await ways([one, other]);
  await spread();
});

ecmp('a node whose daemon is killed gets no more flows, until it is back', async () => {
  await c.daemon.program.stop('SIGKILL');
  await ways([one]);
  assert.equal(await received([one, other]), [FLOWS, 0]);
  await c.start();
  await eventually('session', () => assertEstablished(c.api, REFLECTOR_ADDRESS), 20_000);
  await attach(other);
  await ways([one, other]);
  await spread();
});

ecmp('a machine of the node itself has the address for itself', async () => {
  await attach(near);
  await eventually('the way to it', async () => {
    const [route = ''] = await routes();
    assert.match(route, /^12\.0\.0\.1 dev near /);
    assert.not.match(route, 'encap');
  });
  assert.equal(await received([near, one, other]), [FLOWS, 0, 0]);
  await detach(near);
  await ways([one, other]);
  await spread();
});

/** Routes of node a to the address, in the VRF. */
async function routes(): Promise<readonly string[]> {
  const { routes: all } = await kernelState(a.namespace);
  return all.filter((route) => route.startsWith(`${ADDRESS} `) && route.includes('proto 19'));
}

/** Waits until node a has one way to each of these machines, over its tunnels, and no tunnel without one. */
async function ways(machines: readonly Machine[]): Promise<void> {
  const expected = machines.map(({ node }) => `bgre-0a4d000${node.address.slice(-1)}`);
  await eventually(
    `ways to ${machines.map(({ name }) => name).join(' and ')}`,
    async () => {
      const { links, routes: all } = await kernelState(a.namespace);
      const found = all.filter((route) => route.startsWith(`${ADDRESS} `));
      assert.is(found.length, 1, found.join('\n'));
      assert.equal(
        Array.from(found[0]!.matchAll(/encap mpls \d+ dev (\S+)/g), ([, device]) => device!),
        expected,
      );
      const devices = links.flatMap((link) => /^bgre-\w+/.exec(link)?.[0] ?? []);
      assert.equal(devices, [...expected, 'bgre-any'].sort());
    },
    20_000,
  );
}

/** How many of so many flows of the client come to each machine; none is lost. */
async function received(machines: readonly Machine[]): Promise<number[]> {
  // What the first packets have to find out is known then: the underlay resolves addresses, too.
  await eventually('an answer', async () => assert.ok(await answers(client, one)));
  const namespaces = machines.map(({ namespace }) => namespace);
  const counts = await countReceived(namespaces, () => sendFlows(client.namespace, ADDRESS, FLOWS));
  assert.is(
    counts.reduce((sum, count) => sum + count, 0),
    FLOWS,
    counts.join(' and '),
  );
  return counts;
}

/** Fair shares, less what chance does. */
async function spread(): Promise<void> {
  await eventually('flows are spread', async () => {
    const counts = await received([one, other]);
    assert.ok(Math.min(...counts) >= FLOWS / 5, counts.join(' and '));
  });
}

const there = ['mpls_router', 'vrf'].every((name) => existsSync(`/sys/module/${name}`));
if (needs('IP VPN in the kernel', there, 'a kernel with MPLS and VRFs')) ecmp.run();
