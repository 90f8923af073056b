import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MPLS_BRIDGE } from '../lab/bridges.ts';
import type { ComputeNode } from '../lab/compute-node.ts';
import { attach, detach, type Machine } from '../lab/machine.ts';
import { buildOverlay } from '../lab/overlay.ts';
import { reaches } from '../lab/reachability.ts';
import { countReceived, sendFlows, tcp } from '../lab/traffic.ts';
import { REFLECTOR_ADDRESS } from '../lab/underlay.ts';
import { addVrfMachine } from '../lab/vrf-machine.ts';
import { cleanUp } from '../support/at-exit.ts';
import { eventually, Hopeless } from '../support/eventually.ts';
import { assertEstablished, instanceRoutes } from '../support/looking-glass.ts';
import { needsRoot } from '../support/needs.ts';
import type { Configuration } from '../support/speakers/daemon.ts';

/**
 * Traffic for one prefix is spread over the machines that have it. The tests tell one story, in order.
 *
 *     client 11.0.0.1 on a      12.0.0.1: one on b, other on b in a VRF of its own, third on c
 */
const ecmp = suite('IP VPN over Open vSwitch: several ways to one prefix');

const ADDRESS = '12.0.0.1';
/** Consistent-hash orders, as they are asked for. */
const ORDER = { one: 3, third: 7 };
const FLOWS = 60;
/** In seconds. */
const HOLD_TIME = 9;

const SPREADING: Configuration = {
  DATAPLANE_DRIVER_IPVPN: { dataplane_driver: 'ovs', ovs_bridge: MPLS_BRIDGE, arp_responder: true },
};

let a: ComputeNode;
let c: ComputeNode;
let client: Machine;
/** Those that have the address. */
let one: Machine;
let other: Machine;
let third: Machine;

ecmp('one way needs no group', async () => {
  const { nodes } = await buildOverlay({
    reflector: 'gobgp',
    nodes: ['a', 'b', 'c'],
    holdTime: HOLD_TIME,
    dataplane: { openVswitch: true, configuration: SPREADING },
  });
  const b = nodes[1]!;
  [a, c] = [nodes[0]!, nodes[2]!];
  const red = { vrf: 'red', routeTarget: 10 };
  client = await addVrfMachine({
    ...{ ...red, node: a, name: 'client', address: '11.0.0.1', mac: '02:00:00:00:00:01' },
  });
  const server = { ...red, address: ADDRESS };
  one = await addVrfMachine({ ...server, node: b, name: 'one', mac: '02:00:00:00:00:02' });
  other = await addVrfMachine({ ...server, vrf: 'red-2', node: b, name: 'other', mac: '02:00:00:00:00:03' });
  third = await addVrfMachine({ ...server, node: c, name: 'third', mac: '02:00:00:00:00:04' });
  one = ordered(one, ORDER.one);
  third = ordered(third, ORDER.third);
  await attach(client);
  await attach(one);
  await reaches(client, one);
  assert.equal(await groups(), []);
});

ecmp.after(cleanUp);

ecmp('flows are spread over two nodes', async () => {
  await attach(third);
  await buckets([ORDER.one, ORDER.third]);
  await spreadOver([one, third]);
});

ecmp('the consistent-hash orders have come by BGP', async () => {
  const routes = await instanceRoutes(a.api, 'red');
  const communities = routes
    .filter(({ name }) => name.startsWith(`${ADDRESS}/32`))
    .map(({ attributes }) => attributes['extended-community'] ?? '');
  const orders = communities.map((text) => /consistentHashSortOrder:(\d+)/.exec(text)?.[1]);
  assert.equal(orders.sort(), ['3', '7']);
});

ecmp('a TCP session stays with the machine that has taken it', async () => {
  for (const machine of [one, third]) await sessionTo(machine);
});

ecmp('a way more leaves those that are there their buckets', async () => {
  await attach(other);
  await buckets([0, ORDER.one, ORDER.third]);
  await spreadOver([one, other, third]);
});

ecmp('a way less, too, also where they are not what was asked for', async () => {
  await detach(one);
  await buckets([0, ORDER.third]);
  await spreadOver([other, third]);
  const anywhere = ordered(one, 0);
  await attach(anywhere);
  await buckets([0, 1, ORDER.third]);
  await detach(other);
  await buckets([1, ORDER.third]);
  await spreadOver([one, third]);
  await detach(anywhere);
  await attach(one);
  await buckets([ORDER.one, ORDER.third]);
});

ecmp('all flows take the way that is left, and are spread again when there is another one', async () => {
  await detach(third);
  await eventually('no group', async () => assert.equal(await groups(), []));
  assert.equal(await received([one, third]), [FLOWS, 0]);
  await attach(third);
  await buckets([ORDER.one, ORDER.third]);
  await spreadOver([one, third]);
});

ecmp('a node whose daemon is killed gets no more flows, until it is back', async () => {
  await c.daemon.program.stop('SIGKILL');
  await eventually('no group', async () => assert.equal(await groups(), []), (HOLD_TIME + 3) * 1000);
  assert.equal(await received([one, third]), [FLOWS, 0]);
  await c.start();
  await eventually('session', () => assertEstablished(c.api, REFLECTOR_ADDRESS), 20_000);
  await attach(third);
  await buckets([ORDER.one, ORDER.third]);
  await spreadOver([one, third]);
});

ecmp('the fields that are hashed, and a parameter, can be chosen', async () => {
  await a.daemon.program.stop();
  await a.start({
    DATAPLANE_DRIVER_IPVPN: {
      ...SPREADING['DATAPLANE_DRIVER_IPVPN'],
      ...{ hash_method: 'hash', hash_method_param: 7, hash_fields: 'ip_src,ip_dst' },
    },
  });
  await eventually('session', () => assertEstablished(a.api, REFLECTOR_ADDRESS), 20_000);
  await attach(client);
  await buckets([ORDER.one, ORDER.third]);
  const [group] = await groups();
  assert.match(group!, 'selection_method=hash,selection_method_param=7,fields(ip_src,ip_dst)');
});

ecmp('then flows between two addresses take one way', async () => {
  assert.equal((await received([one, third])).sort(compare), [0, FLOWS]);
});

ecmp('and those of many addresses take both', async () => {
  const counts = [0, 0];
  for (let host = 100; host < 112; host += 1) {
    const address = `11.0.0.${host}`;
    await client.namespace.script(`
      ip addr add ${address}/32 dev eth0
      ip route replace default via 11.0.0.254 src ${address}
    `);
    const [toOne, toThird] = await countOf([one, third], 3);
    assert.ok(toOne === 0 || toThird === 0, `${address}: ${toOne} and ${toThird}`);
    counts[0]! += toOne!;
    counts[1]! += toThird!;
  }
  assert.ok(Math.min(...counts) >= 6, counts.join(' and '));
});

function ordered(machine: Machine, order: number): Machine {
  return { ...machine, attachment: { ...machine.attachment, lb_consistent_hash_order: order } };
}

async function groups(): Promise<readonly string[]> {
  return (await a.openVswitch.dump())[MPLS_BRIDGE]!.groups;
}

/** Waits until the one group of the client's node has these buckets. */
async function buckets(ids: readonly number[]): Promise<void> {
  await eventually(`buckets ${ids.join(', ')}`, async () => {
    const found = (await groups()).map((group) =>
      Array.from(group.matchAll(/bucket_id:(\d+)/g), ([, id]) => Number(id)),
    );
    assert.equal(found, [ids]);
  });
}

/** As `countOf`, when what the first packets had to find out is known: the underlay resolves addresses, too. */
async function received(machines: readonly Machine[]): Promise<number[]> {
  await sendFlows(client.namespace, ADDRESS, 8);
  return await countOf(machines, FLOWS);
}

/** How many of so many flows of the client come to each machine; none is lost. */
async function countOf(machines: readonly Machine[], flows: number): Promise<number[]> {
  const namespaces = machines.map(({ namespace }) => namespace);
  const counts = await countReceived(namespaces, () => sendFlows(client.namespace, ADDRESS, flows));
  assert.is(
    counts.reduce((sum, count) => sum + count, 0),
    flows,
    counts.join(' and '),
  );
  return counts;
}

async function spreadOver(machines: readonly Machine[]): Promise<void> {
  await eventually('flows are spread', async () => {
    const counts = await received(machines);
    // Fair shares, less what chance does.
    const least = Math.floor(FLOWS / machines.length / 2.5);
    assert.ok(Math.min(...counts) >= least, `${counts.join(', ')}: at least ${least} each`);
  });
}

/** Tries sessions until one is taken by this machine: nobody listens at the others. It must not be broken off. */
async function sessionTo(machine: Machine): Promise<void> {
  await eventually(`${machine.name} takes a session`, async () => {
    try {
      await tcp(client.namespace, machine.namespace, ADDRESS, { bytes: 5_000_000 });
    } catch (error) {
      if (!String(error).includes('ECONNREFUSED')) throw new Hopeless(String(error));
      throw error;
    }
  });
}

function compare(a: number, b: number): number {
  return a - b;
}

if (needsRoot('IP VPN over Open vSwitch: several ways')) ecmp.run();
