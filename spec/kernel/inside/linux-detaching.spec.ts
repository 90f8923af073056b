import { existsSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ComputeNode } from '../../lab/compute-node.ts';
import { kernelState, type KernelState } from '../../lab/kernel-state.ts';
import { attach, detach, type Machine } from '../../lab/machine.ts';
import { buildOverlay, type Overlay } from '../../lab/overlay.ts';
import { answers } from '../../lab/reachability.ts';
import { addVrfMachine, kernelDataplane } from '../../lab/vrf-machine.ts';
import { cleanUp } from '../../support/at-exit.ts';
import { eventually } from '../../support/eventually.ts';
import { needs } from '../../support/needs.ts';
import type { Namespace } from '../../support/network-namespace.ts';

/**
 * What goes: machines, route targets, whole VRFs. The kernels also have routes, labels, rules and VRFs of somebody else,
 * which stay. The tests tell one story, in order.
 *
 *     red:  11.0.0.1 on a, 12.0.0.1 on b, 13.0.0.1 on c, 99.0.0.1 on b and c      blue:  21.0.0.1 on a, 22.0.0.1 on b
 */
const detaching = suite('IP VPN in the kernel: detaching');

const RED = { vrf: 'red', routeTarget: 10 };
const BLUE = { vrf: 'blue', routeTarget: 20 };

let overlay: Overlay;
let nodes: readonly ComputeNode[];
let red: Record<'one' | 'two' | 'three', Machine>;
/** What two and three of red both have. */
let shared: Record<'two' | 'three', Machine>;
let blue: Record<'one' | 'two', Machine>;
let before: readonly KernelState[];
let attached: readonly KernelState[];

detaching('two VRFs, one of which has two ways to an address', async () => {
  overlay = await buildOverlay({
    ...{ reflector: 'gobgp', nodes: ['a', 'b', 'c'], dataplane: kernelDataplane('underlay') },
  });
  nodes = overlay.nodes;
  const [a, b, c] = nodes as [ComputeNode, ComputeNode, ComputeNode];
  const machine = (of: typeof RED, node: ComputeNode, name: string, address: string, host: number) =>
    addVrfMachine({ ...of, node, name, address, mac: `02:00:00:00:00:0${host}` });
  red = {
    one: await machine(RED, a, 'red1', '11.0.0.1', 1),
    two: await machine(RED, b, 'red2', '12.0.0.1', 2),
    three: await machine(RED, c, 'red3', '13.0.0.1', 3),
  };
  shared = { two: await share(red.two), three: await share(red.three) };
  blue = {
    one: await machine(BLUE, a, 'blue1', '21.0.0.1', 4),
    two: await machine(BLUE, b, 'blue2', '22.0.0.1', 5),
  };
  for (const { namespace } of nodes) await addThingsOfOthers(namespace);
  before = await dumps();
  for (const each of [...Object.values(red), ...Object.values(shared), ...Object.values(blue)])
    await attach(each);
  await reachEachOther([red.one, red.two, red.three]);
  await reachEachOther([blue.one, blue.two]);
  await eventually('two ways', async () => assert.is(await waysToShared(), 2));
  attached = await dumps();
});

detaching.after(cleanUp);

detaching(
  'a machine that is detached is out of reach at once, and back when it is attached again',
  async () => {
    await detach(blue.two);
    assert.not(await answers(blue.two, blue.one), 'it sends nothing');
    await eventually('nor receives', async () => assert.not(await answers(blue.one, blue.two)));
    await reachEachOther([red.one, red.two]);
    await attach(blue.two);
    await reachEachOther([blue.one, blue.two]);
    await asAttached();
  },
);

detaching('a way that goes leaves the other one', async () => {
  await detach(shared.three);
  await eventually('one way', async () => assert.is(await waysToShared(), 1));
  await reachEachOther([red.one, shared.two]);
  await reachEachOther([red.one, red.two, red.three]);
  await attach(shared.three);
  await eventually('two ways', async () => assert.is(await waysToShared(), 2));
  await asAttached();
});

detaching('a next hop on no link spoils nothing, and is used when it is on one', async () => {
  const [bad, worse] = [red.two, red.one].map(
    ({ address }) => `${address}/32 label 100 rd 1:1 rt 64512:10 nexthop 10.88.0.5`,
  ) as [string, string];
  await overlay.gobgp!.inject('vpnv4', bad);
  await eventually('it is refused', async () =>
    assert.match(await refusedAt(red.one), /via inet 10\.88\.0\.5/),
  );
  assert.ok(await answers(red.one, red.two));
  // The machine comes back with another label.
  await detach(red.two);
  await eventually('no way to it', async () => assert.is(await waysTo(red.two), 0));
  await attach(red.two);
  await reachEachOther([red.one, red.two]);
  await red.one.node.namespace.run('ip route add 10.88.0.0/24 dev underlay');
  await eventually('two ways', async () => assert.is(await waysTo(red.two), 2), 60_000);
  assert.not.match(await refusedAt(red.one), 'refused');
  await red.one.node.namespace.run('ip route del 10.88.0.0/24 dev underlay');
  await overlay.gobgp!.withdraw('vpnv4', bad);
  await overlay.gobgp!.inject('vpnv4', worse);
  await eventually('it is refused', async () => assert.match(await refusedAt(red.two), /11\.0\.0\.1/));
  await detach(red.one);
  await overlay.gobgp!.withdraw('vpnv4', worse);
  await attach(red.one);
  await reachEachOther([red.one, red.two, red.three]);
  await asAttached();
});

detaching('other route targets: what is not imported is out of reach', async () => {
  const other = { ...blue.one, attachment: { ...blue.one.attachment, import_rt: ['64512:99'] } };
  await attach(other);
  await eventually('cut off', async () => assert.not(await answers(blue.one, blue.two)));
  assert.not.match(await routesAt(blue.one), blue.two.address);
  assert.match(await routesAt(blue.two), blue.one.address, 'it is still announced');
  await attach(blue.one);
  await reachEachOther([blue.one, blue.two]);
  const silent = { ...blue.one, attachment: { ...blue.one.attachment, export_rt: ['64512:99'] } };
  await attach(silent);
  await eventually('forgotten there', async () => {
    assert.not.match(await routesAt(blue.two), blue.one.address);
  });
  assert.not(await answers(blue.two, blue.one));
  await attach(blue.one);
  await reachEachOther([blue.one, blue.two]);
  await asAttached();
});

detaching('route targets of another VRF open the way into it', async () => {
  const all = ['64512:10', '64512:20'];
  const both = (machine: Machine): Machine => ({
    ...machine,
    attachment: { ...machine.attachment, import_rt: all },
  });
  // On one node, and between two.
  for (const machine of [red.one, blue.one, blue.two]) await attach(both(machine));
  await reachEachOther([red.one, blue.one, blue.two]);
  for (const machine of [red.one, blue.one, blue.two]) await attach(machine);
  await eventually('closed', async () => {
    assert.not(await answers(red.one, blue.one));
    assert.not(await answers(red.one, blue.two));
  });
  await reachEachOther([blue.one, blue.two]);
  await asAttached();
});

detaching('a machine is detached although its interface has vanished, and twice', async () => {
  await blue.one.node.namespace.run(`ip link delete ${blue.one.name}`);
  await detach(blue.one);
  await detach(blue.two);
  await eventually('nothing of blue is left', async () => {
    for (const { node } of [blue.one, blue.two]) {
      const { links, routes, labels } = await kernelState(node.namespace);
      assert.not.match([...routes, ...labels].join('\n'), /blue|2[12]\.0\.0\.1/);
      assert.is(links.filter((link) => link.startsWith('bvrf-')).length, 1, links.join('\n'));
    }
  });
  const state = await dumps();
  for (const machine of [blue.one, blue.two]) {
    const { status, body } = await machine.node.api.send('POST', '/detach_localport', machine.attachment);
    assert.ok(status >= 400 && status < 500, `${status} ${body}`);
  }
  assert.equal(await dumps(), state);
  await reachEachOther([red.one, red.two]);
  await attach(blue.two);
  await detach(blue.two);
  assert.equal(await dumps(), state);
});

detaching('a VRF that goes while its machine vanishes is gone, too', async () => {
  await red.three.node.namespace.run(`ip link delete ${red.three.name}`);
  for (const machine of [red.three, shared.three]) await detach(machine);
  const last = nodes.length - 1;
  assert.equal((await dumps())[last], without(red.three, before[last]!));
});

detaching('the last detach leaves the nodes as they were', async () => {
  await detach(red.one);
  await eventually('gone', async () => assert.not(await answers(red.two, red.one)));
  for (const machine of [red.two, shared.two]) await detach(machine);
  const [a, b, c] = before as [KernelState, KernelState, KernelState];
  assert.equal(await dumps(), [without(blue.one, a), b, without(red.three, c)]);
  assert.equal(await overlay.gobgp!.routes('vpnv4'), []);
  for (const { api } of nodes) {
    assert.not.match(JSON.stringify(await api.lookingGlass('vpns/instances')), /red|blue/);
  }
});

/** A ping that is answered shows both directions. */
async function reachEachOther(machines: readonly Machine[]): Promise<void> {
  for (const [index, from] of machines.entries()) {
    for (const to of machines.slice(index + 1)) {
      await eventually(
        `${from.name} reaches ${to.name}`,
        async () => assert.ok(await answers(from, to)),
        20_000,
      );
    }
  }
}

/** The machine once more, with the address that it shares with another one. */
async function share(machine: Machine): Promise<Machine> {
  await machine.namespace.run('ip addr add 99.0.0.1/32 dev lo');
  return { ...machine, address: '99.0.0.1', attachment: { ...machine.attachment, ip_address: '99.0.0.1' } };
}

/** Of the kinds that the driver makes, too, and with prefixes that it has: names and numbers tell them apart. */
async function addThingsOfOthers(node: Namespace): Promise<void> {
  await node.script(`
    sysctl -qw net.mpls.platform_labels=1000
    ip -f mpls route add 999 via inet 127.0.0.1 dev lo proto 99
    ip link add vrf-others up type vrf table 77
    ip route add table 77 11.0.0.1/32 encap mpls 16 via inet 10.77.0.254 dev underlay proto 99
    ip route add table 1 unreachable 12.0.0.0/24 proto 99
    ip rule add pref 500 from 198.51.100.0/24 lookup 1
    ip neigh add 10.77.0.99 lladdr 02:00:00:00:00:99 dev underlay nud permanent
  `);
}

/** Of node a, to the address that two nodes have. */
function waysToShared(): Promise<number> {
  return waysTo(shared.two);
}

/** Of node a, to other nodes. */
async function waysTo({ address }: Machine): Promise<number> {
  const { routes } = await kernelState(red.one.node.namespace);
  const [route = ''] = routes.filter((line) => line.startsWith(`${address} `));
  return [...route.matchAll(/encap mpls/g)].length;
}

/** What the node of the machine says of its VRF in the kernel. */
async function refusedAt({ node }: Machine): Promise<string> {
  return JSON.stringify(await node.api.lookingGlass('vpns/instances/red/dataplane'));
}

function routesAt({ node }: Machine): Promise<string> {
  return node.namespace.run('ip -4 route show table all');
}

/** Nothing has been left by what came and went, and nothing is missing. */
async function asAttached(): Promise<void> {
  await eventually('as it was', async () => assert.equal(anonymous(await dumps()), anonymous(attached)));
}

/** Labels and numbers of instances are others when something comes again. */
function anonymous(states: readonly KernelState[]): unknown {
  return states.map((state) =>
    Object.entries(state as Readonly<Record<keyof KernelState, readonly string[]>>).map(([kind, lines]) => [
      kind,
      withoutNumbers(lines),
    ]),
  );
}

function withoutNumbers(lines: readonly string[]): readonly string[] {
  return lines
    .map((line) =>
      line
        .replaceAll(/bvrf-\d+/g, 'bvrf')
        .replaceAll(/table 10\d\d/g, 'table')
        .replaceAll(/mpls \d+/g, 'mpls')
        .replace(/^\d+ (?=.*proto 19)/, 'label '),
    )
    .sort();
}

/** Without the interface of the machine, which has vanished. */
function without({ name }: Machine, state: KernelState): KernelState {
  const rest = (lines: readonly string[]): readonly string[] =>
    lines.filter((line) => !new RegExp(String.raw`\b${name}\b`).test(line));
  return {
    ...state,
    links: rest(state.links),
    addresses: rest(state.addresses),
    settings: rest(state.settings),
  };
}

async function dumps(): Promise<readonly KernelState[]> {
  const ports = Object.values({ ...red, ...{ four: blue.one, five: blue.two } });
  return await Promise.all(
    nodes.map((node) =>
      kernelState(
        node.namespace,
        ports.filter((machine) => machine.node === node).map(({ name }) => name),
      ),
    ),
  );
}

const there = ['mpls_router', 'vrf'].every((name) => existsSync(`/sys/module/${name}`));
if (needs('IP VPN in the kernel', there, 'a kernel with MPLS and VRFs')) detaching.run();
