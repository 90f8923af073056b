import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MPLS_BRIDGE } from '../lab/bridges.ts';
import type { ComputeNode } from '../lab/compute-node.ts';
import { attach, detach, type Machine } from '../lab/machine.ts';
import type { OpenVswitch } from '../lab/open-vswitch.ts';
import { buildOverlay, type Overlay } from '../lab/overlay.ts';
import { allReach, answers, reaches } from '../lab/reachability.ts';
import type { SwitchState } from '../lab/switch-state.ts';
import { addVrfMachine, ipvpnDataplane } from '../lab/vrf-machine.ts';
import { cleanUp } from '../support/at-exit.ts';
import { eventually } from '../support/eventually.ts';
import { needsRoot } from '../support/needs.ts';

/**
 * What goes: machines, route targets, whole VRFs. The bridges also have flows, groups and a port of somebody else, which
 * stay. The tests tell one story, in order.
 *
 *     red:  11.0.0.1 on a, 12.0.0.1 on b, 13.0.0.1 on c, 99.0.0.1 on b and c      blue:  21.0.0.1 on a, 22.0.0.1 on b
 */
const ipvpn = suite('IP VPN over Open vSwitch: detaching');

const RED = { vrf: 'red', routeTarget: 10 };
const BLUE = { vrf: 'blue', routeTarget: 20 };

let overlay: Overlay;
let nodes: readonly ComputeNode[];
let red: Record<'one' | 'two' | 'three', Machine>;
/** What two and three of red both have. */
let shared: Record<'two' | 'three', Machine>;
let blue: Record<'one' | 'two', Machine>;
let before: readonly SwitchState[];
let attached: readonly SwitchState[];

ipvpn('two VRFs, one of which has two ways to an address', async () => {
  const dataplane = ipvpnDataplane({ vxlan_encap: true });
  overlay = await buildOverlay({ reflector: 'gobgp', nodes: ['a', 'b', 'c'], dataplane });
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
  for (const { openVswitch } of nodes) await addThingsOfOthers(openVswitch);
  before = await dumps();
  for (const each of [...Object.values(red), ...Object.values(shared), ...Object.values(blue)])
    await attach(each);
  await allReach([red.one, red.two, red.three]);
  await allReach([blue.one, blue.two]);
  await eventually('two ways', async () => assert.is(await ownGroups(a), 1));
  attached = await dumps();
});

ipvpn.after(cleanUp);

ipvpn('a machine that is detached is out of reach at once, and back when it is attached again', async () => {
  await detach(blue.two);
  assert.not(await answers(blue.two, blue.one), 'it sends nothing');
  await eventually('nor receives', async () => assert.not(await answers(blue.one, blue.two)));
  await reaches(red.one, red.two);
  await attach(blue.two);
  await allReach([blue.one, blue.two]);
  await asAttached();
});

ipvpn('a way that goes leaves the other one, without a group', async () => {
  await detach(shared.three);
  await eventually('one way', async () => assert.is(await ownGroups(red.one.node), 0));
  await reaches(red.one, shared.two);
  await allReach([red.one, red.two, red.three]);
  await attach(shared.three);
  await eventually('two ways', async () => assert.is(await ownGroups(red.one.node), 1));
  await asAttached();
});

ipvpn('other route targets: what is not imported is out of reach', async () => {
  const other = { ...blue.one, attachment: { ...blue.one.attachment, import_rt: ['64512:99'] } };
  await attach(other);
  await eventually('cut off', async () => assert.not(await answers(blue.one, blue.two)));
  assert.not((await flowsOf(blue.one)).some((flow) => flow.includes(blue.two.address)));
  assert.ok(
    (await flowsOf(blue.two)).some((flow) => flow.includes(blue.one.address)),
    'it is still announced',
  );
  await attach(blue.one);
  await allReach([blue.one, blue.two]);
  const silent = { ...blue.one, attachment: { ...blue.one.attachment, export_rt: ['64512:99'] } };
  await attach(silent);
  await eventually('forgotten there', async () => {
    assert.not((await flowsOf(blue.two)).some((flow) => flow.includes(blue.one.address)));
  });
  assert.not(await answers(blue.two, blue.one));
  await attach(blue.one);
  await allReach([blue.one, blue.two]);
  await asAttached();
});

ipvpn('route targets of another VRF open the way into it', async () => {
  const all = ['64512:10', '64512:20'];
  const both = (machine: Machine): Machine => ({
    ...machine,
    attachment: { ...machine.attachment, import_rt: all },
  });
  // On one node, and between two.
  for (const machine of [red.one, blue.one, blue.two]) await attach(both(machine));
  await allReach([red.one, blue.one, blue.two]);
  for (const machine of [red.one, blue.one, blue.two]) await attach(machine);
  await eventually('closed', async () => {
    assert.not(await answers(red.one, blue.one));
    assert.not(await answers(red.one, blue.two));
  });
  await allReach([blue.one, blue.two]);
  await asAttached();
});

ipvpn('a machine is detached although its interface has vanished, and twice', async () => {
  const [a] = nodes as [ComputeNode];
  await a.namespace.run(`ip link delete ${blue.one.name}`);
  await detach(blue.one);
  await detach(blue.two);
  await eventually('nothing of blue is left', async () => {
    for (const machine of [blue.one, blue.two]) {
      const { flows, ports } = (await machine.node.openVswitch.dump())[MPLS_BRIDGE]!;
      assert.not([...flows, ...ports].some((line) => line.includes('blue')));
    }
  });
  const state = await dumps();
  for (const machine of [blue.one, blue.two]) {
    const { status, body } = await machine.node.api.send('POST', '/detach_localport', machine.attachment);
    assert.ok(status >= 400 && status < 500, `${status} ${body}`);
  }
  assert.equal(await dumps(), state);
  await reaches(red.one, red.two);
  await attach(blue.two);
  await detach(blue.two);
  assert.equal(await dumps(), state);
});

ipvpn('a VRF that goes while its machine vanishes is gone, too', async () => {
  await red.three.node.namespace.run(`ip link delete ${red.three.name}`);
  for (const machine of [red.three, shared.three]) await detach(machine);
  const last = nodes.length - 1;
  assert.equal((await dumps())[last], before[last]);
});

ipvpn('the last detach leaves the nodes as they were', async () => {
  await detach(red.one);
  await eventually('gone', async () => assert.not(await answers(red.two, red.one)));
  for (const machine of [red.two, shared.two]) await detach(machine);
  assert.equal(await dumps(), before);
  assert.equal(await overlay.gobgp!.routes('vpnv4'), []);
  for (const { api } of nodes) {
    assert.not.match(JSON.stringify(await api.lookingGlass('vpns/instances')), /red|blue/);
  }
});

/** The machine once more, with the address that it shares with another one. */
async function share(machine: Machine): Promise<Machine> {
  await machine.namespace.run('ip addr add 99.0.0.1/32 dev lo');
  return { ...machine, address: '99.0.0.1', attachment: { ...machine.attachment, ip_address: '99.0.0.1' } };
}

/** In the tables and with the kinds of numbers that the driver uses as well. */
async function addThingsOfOthers(openVswitch: OpenVswitch): Promise<void> {
  await openVswitch.addPort(MPLS_BRIDGE, 'spare', 'type=internal external_ids:owner=somebody');
  await openVswitch.program(
    MPLS_BRIDGE,
    `group add group_id=1,type=select,selection_method=dp_hash,bucket=bucket_id=0,weight=1,actions=drop
     flow add cookie=0x7,table=0,priority=36864,mpls,in_port=spare,actions=drop
     flow add cookie=0x1,table=1,priority=36864,mpls,mpls_label=16,mpls_bos=1,in_port=spare,actions=drop
     flow add table=2,priority=36768,ip,reg0=0x1,in_port=spare,nw_dst=11.0.0.1,actions=group:1`,
  );
}

/** Without those of others. */
async function ownGroups({ openVswitch }: ComputeNode): Promise<number> {
  return (await openVswitch.dump())[MPLS_BRIDGE]!.groups.length - 1;
}

async function flowsOf({ node }: Machine): Promise<readonly string[]> {
  return (await node.openVswitch.dump())[MPLS_BRIDGE]!.flows;
}

/** Nothing has been left by what came and went, and nothing is missing. */
async function asAttached(): Promise<void> {
  await eventually('as it was', async () => assert.equal(anonymous(await dumps()), anonymous(attached)));
}

/** Labels, VNIs, numbers of instances, ports and groups are others when something comes again. */
function anonymous(states: readonly SwitchState[]): unknown {
  return states.map((state) => {
    const { ports, flows, groups } = state[MPLS_BRIDGE]!;
    return { ports, flows: flows.map(withoutNumbers).sort(), groups: groups.map(withoutNumbers).sort() };
  });
}

function withoutNumbers(row: string): string {
  return row
    .replace(/cookie=0xba\w+/, 'ours')
    .replaceAll(/reg0=0x\w+|set_field:0x\w+->reg[01]/g, 'register')
    .replaceAll(/group(_id=|:)\d+/g, 'group')
    .replaceAll(/mpls_label=\d+|set_field:\d+->mpls_label|tun_id=0x\w+|set_field:0x\w+->tun_id/g, 'label');
}

async function dumps(): Promise<readonly SwitchState[]> {
  return await Promise.all(nodes.map(({ openVswitch }) => openVswitch.dump()));
}

if (needsRoot('IP VPN over Open vSwitch')) ipvpn.run();
