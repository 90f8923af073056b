import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type EvpnState, unwant, want } from '../../lib/dataplane/intent.ts';
import { success } from '../../lib/result.ts';
import type { SwitchView } from '../../lib/dataplane/ovs/program.ts';
import { OvsEvpn } from '../../lib/dataplane/ovs-evpn/ovs-evpn.ts';
import { OpenVswitch } from '../lab/open-vswitch.ts';
import { cleanUp } from '../support/at-exit.ts';
import { needsRoot } from '../support/needs.ts';
import { Laboratory } from '../support/network-namespace.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

/** A real switch takes the rows of E-VPNs and sends packets where they say: in order, each test on what the former left. */
const rows = suite('rows of E-VPNs in Open vSwitch');

const LOCAL = '10.77.0.1';
const COOKIES = 'cookie=0xba61b20000000000/0xffffff0000000000';

let laboratory: Laboratory;
let openVswitch: OpenVswitch;
let view: SwitchView;
const program = new OvsEvpn({ bridge: 'br-tun', localAddress: LOCAL });

/** Two networks of the node, each of which imports the other. */
const NETWORKS: readonly EvpnState[] = [
  { kind: 'evi', instance: 1, externalId: 'n1', vni: 77, bridge: undefined },
  { kind: 'evi', instance: 2, externalId: 'n2', vni: 99, bridge: undefined },
  { kind: 'evpn-port', instance: 1, port: { interface: 'tap1', vlan: 42, description: {} } },
  { kind: 'evpn-port', instance: 2, port: { interface: 'tap2', vlan: 43, description: {} } },
  { kind: 'flood', instance: 1, vtep: LOCAL, vni: 99 },
  { kind: 'flood', instance: 2, vtep: LOCAL, vni: 77 },
  { kind: 'remote-mac', instance: 1, mac: '02:00:00:00:00:0c', vtep: LOCAL, vni: 99 },
];

/** As many remote VTEPs as need three groups, and a virtual machine with an address behind each. */
const REMOTE: readonly EvpnState[] = Array.from({ length: 1100 }, (_, index) => {
  const low = `${index >> 8}.${index & 255}`;
  const mac = `02:00:00:01:${hex(index >> 8)}:${hex(index & 255)}`;
  return [
    { kind: 'flood', instance: 1, vtep: `10.78.${low}`, vni: 88 } as const,
    { kind: 'remote-mac', instance: 1, mac, vtep: `10.78.${low}`, vni: 88 } as const,
    { kind: 'neighbour', instance: 1, ip: `13.0.${low}`, mac } as const,
  ];
}).flat();

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

/** The flows of Neutron's agent that lead to the tables that the rows are in. */
const AGENT = `
  flow add table=0,priority=1,in_port=patch-int,actions=resubmit(,2)
  flow add table=2,priority=1,arp,dl_dst=ff:ff:ff:ff:ff:ff,actions=resubmit(,21)
  flow add table=2,priority=0,dl_dst=00:00:00:00:00:00/01:00:00:00:00:00,actions=resubmit(,20)
  flow add table=2,priority=0,dl_dst=01:00:00:00:00:00/01:00:00:00:00:00,actions=resubmit(,22)
  flow add table=20,priority=0,actions=resubmit(,22)
  flow add table=21,priority=0,actions=resubmit(,22)
`;

rows.before(async () => {
  laboratory = new Laboratory();
  const node = await laboratory.namespace('node');
  openVswitch = new OpenVswitch(node, { files: { directory: temporaryDirectory().path }, name: 'ovs' });
  await openVswitch.start();
  for (const bridge of ['br-int', 'br-tun']) {
    await openVswitch.vsctl(`add-br ${bridge} -- set bridge ${bridge} datapath_type=netdev`);
  }
  await openVswitch.vsctl('set bridge br-tun fail_mode=secure');
  await openVswitch.vsctl(
    'add-port br-tun patch-int -- set interface patch-int type=patch options:peer=patch-tun ' +
      '-- add-port br-int patch-tun -- set interface patch-tun type=patch options:peer=patch-int',
  );
  await openVswitch.program('br-tun', AGENT);
});

rows.after(async () => {
  await openVswitch.stop();
  await laboratory.destroy();
  cleanUp();
});

/** Puts the rows of these units, which must all have them. */
async function put(units: Iterable<string>): Promise<void> {
  const lines = [...units].flatMap((unit) => {
    const result = program.compile(unit, view);
    if (!result.ok) throw new Error(`${unit}: ${result.fault.reason}`);
    return result.value.map((row) => row.put);
  });
  await openVswitch.program('br-tun', lines.join('\n'));
}

async function count(command: 'dump-flows' | 'dump-groups', pattern: RegExp, match = ''): Promise<number> {
  return Array.from((await openVswitch.ofctl(`${command} br-tun ${match}`)).matchAll(pattern)).length;
}

const flows = (table: number): Promise<number> =>
  count('dump-flows', /cookie=/g, `${COOKIES},table=${table}`);

function take(states: readonly EvpnState[]): ReadonlySet<string> {
  return new Set(
    states.flatMap((state) => {
      const { units, fault } = program.take(want(state));
      assert.is(fault, undefined);
      return units;
    }),
  );
}

/** What becomes of a packet that a virtual machine sends, as the switch tells it. */
async function trace(packet: string): Promise<string> {
  return await openVswitch.appctl(`ofproto/trace br-tun in_port=patch-int,${packet}`);
}

rows('the ports can be made as the program asks', async () => {
  const units = take(NETWORKS);
  const { make } = program.ports().get('vxlan-bagpipe')!;
  const options = make!.options.map((option) => `options:${option}`).join(' ');
  await openVswitch.addPort('br-tun', 'vxlan-bagpipe', `type=${make!.type} ${options}`);
  const numbers = new Map<string, number>();
  for (const name of program.ports().keys()) numbers.set(name, await openVswitch.portNumber(name));
  view = {
    portNumber: (name) => success(numbers.get(name)!),
    neighbourMac: () => success(''),
    localMac: () => success(''),
  };
  await put(units);
  assert.equal(await Promise.all([0, 4, 20, 21, 22].map(flows)), [1, 2, 1, 0, 2]);
  assert.is(await count('dump-groups', /bucket_id/g), 2);
});

rows('a broadcast reaches the other network of the node once, and does not come back', async () => {
  const text = await trace('dl_vlan=42,dl_dst=ff:ff:ff:ff:ff:ff,dl_type=0x1234');
  assert.match(text, /^Datapath actions: pop_vlan,push_vlan\(vid=43,pcp=0\),\d+$/m);
  assert.is(text.split('bridge("br-int")').length - 1, 1, text);
});

rows('so does a packet to a MAC of it', async () => {
  const text = await trace('dl_vlan=42,dl_dst=02:00:00:00:00:0c,dl_type=0x1234');
  assert.match(text, /^Datapath actions: pop_vlan,push_vlan\(vid=43,pcp=0\),\d+$/m);
});

rows('very many VTEPs', async () => {
  await put(take(REMOTE));
  assert.equal(await Promise.all([0, 4, 20, 21, 22].map(flows)), [1, 2, 1101, 1100, 2]);
  // One of them leads to the other network of the node.
  assert.is(await count('dump-groups', /bucket_id/g), 1102);
  assert.is(await count('dump-groups', /group_id=/g), 4);
});

rows('a broadcast goes to all of them', async () => {
  const text = await trace('dl_vlan=42,dl_dst=ff:ff:ff:ff:ff:ff,dl_type=0x1234');
  assert.is(text.split('output to native tunnel').length - 1, 1100);
  assert.is(text.split('bridge("br-int")').length - 1, 1);
});

rows('an ARP request is answered, a reply and what is unknown are flooded', async () => {
  const arp = 'dl_vlan=43,arp,dl_dst=ff:ff:ff:ff:ff:ff,arp_spa=13.0.0.9,arp_sha=02:00:00:00:00:09';
  const known = `${arp.replace('43', '42')},arp_tpa=13.0.0.7`;
  const answer = await trace(`${known},arp_op=1,dl_src=02:00:00:00:00:09`);
  assert.match(answer, 'arp_spa=13.0.0.7,arp_tpa=13.0.0.9,arp_op=2,arp_sha=02:00:00:01:00:07');
  assert.match(answer, 'dl_src=02:00:00:01:00:07,dl_dst=02:00:00:00:00:09');
  assert.match(answer, 'IN_PORT');
  for (const packet of [`${known},arp_op=2`, `${arp},arp_op=1,arp_tpa=13.0.0.7`]) {
    assert.match(await trace(packet), /22\. dl_vlan=4[23], priority 5, cookie 0x\w+\n\s+group:/);
  }
});

rows('all of it goes, and nothing else', async () => {
  const compiled = [...program.units()].map((unit) => program.compile(unit, view));
  const removals = compiled.flatMap((result) => (result.ok ? result.value.map((row) => row.remove) : []));
  await openVswitch.program('br-tun', removals.toReversed().join('\n'));
  assert.is(await count('dump-flows', /cookie=/g), AGENT.trim().split('\n').length);
  assert.is(await count('dump-groups', /group_id=/g), 0);
  for (const state of [...NETWORKS, ...REMOTE].toReversed()) program.take(unwant(state));
  assert.equal([...program.units()], []);
});

if (needsRoot('rows of E-VPNs in Open vSwitch')) rows.run();
