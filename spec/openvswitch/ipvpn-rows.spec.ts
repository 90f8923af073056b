import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { TUNNEL_TYPE } from '../../lib/bgp/community/encapsulation.ts';
import { want, type IpvpnState } from '../../lib/dataplane/intent.ts';
import { anyCookieOf, IPVPN_OWNER } from '../../lib/dataplane/ovs/owner.ts';
import type { SwitchView } from '../../lib/dataplane/ovs/program.ts';
import type { Row } from '../../lib/dataplane/ovs/row.ts';
import { OvsIpvpn } from '../../lib/dataplane/ovs-ipvpn/ovs-ipvpn.ts';
import type { OvsIpvpnSettings } from '../../lib/dataplane/ovs-ipvpn/settings.ts';
import { ipAddressBytes } from '../../lib/net/ip-address.ts';
import { macAddressBytes } from '../../lib/net/mac-address.ts';
import { failure, success } from '../../lib/result.ts';
import {
  BARE,
  classifier,
  endpoint,
  GRE,
  nextHop,
  ovs,
  remote,
  vrf,
} from '../lib/dataplane/ovs-ipvpn/scene.ts';
import { DROPPED, GATEWAY, JOURNEYS, ONE, OTHER, ROUTER, TRUNK, TWO, type Saying } from './ipvpn-journeys.ts';
import { OpenVswitch } from '../lab/open-vswitch.ts';
import { cleanUp } from '../support/at-exit.ts';
import { eventually } from '../support/eventually.ts';
import { needsRoot } from '../support/needs.ts';
import { Laboratory } from '../support/network-namespace.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

/** A real Open vSwitch takes the rows of the IP VPN, and says what becomes of packets. */
const ipvpn = suite('rows of the IP VPN in Open vSwitch');

const BRIDGE = 'br-mpls';
const PEER = '02:00:00:00:77:02';

/** Ports that are no tunnels. */
const PORTS = ['to-phy', 'tap1', 'tap2', 'trunk', 'router'];

let laboratory: Laboratory | undefined;
let openVswitch: OpenVswitch;
const numbers = new Map<string, number>();

const view: SwitchView = {
  portNumber(name) {
    const number = numbers.get(name);
    return number === undefined ? failure(`no port ${name}`) : success(number);
  },
  neighbourMac: () => success(PEER),
  localMac: () => success('02:00:00:00:77:01'),
};

const vxlan = { encapsulations: [TUNNEL_TYPE.vxlan] };
const onTrunk = (vlan: number): { readonly ovs: ReturnType<typeof ovs> } => ({
  ovs: ovs({ portName: 'trunk', vlan }),
});

const STATES: readonly IpvpnState[] = [
  vrf({ fallback: { srcMac: GATEWAY, dstMac: ROUTER, portName: 'router', portNumber: undefined } }),
  vrf({ instance: 8, gatewayIp: '21.0.0.254' }),
  endpoint('11.0.0.1', { mac: ONE }),
  endpoint('11.0.0.2', { mac: TWO, tap: 'tap2', label: 102 }),
  endpoint('11.0.0.3', { mac: TRUNK, label: 103, ...onTrunk(42) }),
  endpoint('21.0.0.1', { instance: 8, mac: OTHER, label: 104, ...onTrunk(43) }),
  remote('12.0.0.1/32', nextHop('10.77.0.2', 201)),
  remote('12.0.0.2/32', nextHop('10.77.0.2', 202, vxlan)),
  remote('12.1.0.0/24', nextHop('10.77.0.2', 203), nextHop('10.77.0.2', 204, vxlan)),
  remote('12.2.0.0/24', nextHop('10.77.0.2', 205), nextHop('10.77.0.1', 104)),
  remote('21.0.0.1/32', nextHop('10.77.0.1', 104)),
  { ...remote('12.0.0.1/32', nextHop('10.77.0.2', 301)), instance: 8 },
  classifier('web', [
    { type: 'destination', prefix: '12.0.0.1/32' },
    { type: 'protocol', matches: [{ and: false, operator: 1, value: 6 }] },
    { type: 'destination-port', matches: [{ and: false, operator: 1, value: 80 }] },
  ]),
];

/** All rows of a program that was asked for `STATES`. */
function compile(settings: OvsIpvpnSettings): readonly Row[] {
  const program = new OvsIpvpn(settings);
  for (const state of STATES) assert.is(program.take(want(state)).fault, undefined);
  return [...program.units()].flatMap((unit) => {
    const rows = program.compile(unit, view);
    if (!rows.ok) throw new Error(`${unit}: ${rows.fault.reason}`);
    return rows.value;
  });
}

/** Our flows in the bridge, in the words of a row. */
async function flows(): Promise<readonly string[]> {
  const dump = await openVswitch.ofctl(`dump-flows --no-stats ${BRIDGE} cookie=${anyCookieOf(IPVPN_OWNER)}`);
  return dump
    .split('\n')
    .filter((line) => line.includes('cookie='))
    .map((line) =>
      line
        .trim()
        .replaceAll(', ', ',')
        .replace(/table=(\d+),?\s?/, 'table=$1,')
        .replace(' actions=', ',actions='),
    )
    .map((line) => (line.includes('table=') ? line : line.replace(/^(cookie=\w+),/, '$1,table=0,')))
    .sort();
}

const groups = async (): Promise<number> =>
  (await openVswitch.ofctl(`dump-groups ${BRIDGE}`)).split('\n').filter((line) => line.includes('group_id='))
    .length;

const CONFIGURATIONS: Readonly<Record<string, OvsIpvpnSettings>> = {
  'bare MPLS': { ...BARE, arpResponder: true },
  'MPLS over GRE, with the hash of some fields': {
    ...GRE,
    hashMethod: 'hash',
    hashMethodParam: 2n ** 64n - 1n,
    hashFields: ['ip_src', 'ip_dst'],
  },
  'MPLS over GRE, and VXLAN, with proxy ARP': { ...GRE, vxlan: true, proxyArp: true },
};

ipvpn('a bridge, its ports and tunnels', async () => {
  laboratory = new Laboratory();
  const node = await laboratory.namespace('node');
  const files = { directory: temporaryDirectory().path };
  openVswitch = new OpenVswitch(node, { files, name: 'ovs', datapath: 'netdev' });
  await openVswitch.start();
  await openVswitch.vsctl('add-br br-phy -- set bridge br-phy datapath_type=netdev');
  await node.script('ip link set br-phy up\nip addr add 10.77.0.1/24 dev br-phy');
  await openVswitch.appctl(`tnl/neigh/set br-phy 10.77.0.2 ${PEER}`);
  await openVswitch.vsctl(`add-br ${BRIDGE} -- set bridge ${BRIDGE} datapath_type=netdev fail_mode=secure`);
  for (const port of PORTS) await openVswitch.addPort(BRIDGE, port, 'type=internal');
  const program = new OvsIpvpn(CONFIGURATIONS['MPLS over GRE, and VXLAN, with proxy ARP']!);
  program.take(want(vrf()));
  for (const [name, { make }] of program.ports()) {
    await openVswitch.addPort(
      BRIDGE,
      name,
      [`type=${make!.type}`, ...make!.options.map((o) => `options:${o}`)].join(' '),
    );
  }
  for (const port of [...PORTS, 'mpls_gre', 'vxlan']) numbers.set(port, await openVswitch.portNumber(port));
});

ipvpn.after(async () => {
  cleanUp();
  await laboratory?.destroy();
});

for (const [name, settings] of Object.entries(CONFIGURATIONS)) {
  ipvpn(
    `${name}: the bridge holds what it is given, in the same words, and nothing when that is removed`,
    async () => {
      const rows = compile(settings);
      assert.equal(await flows(), []);
      await openVswitch.program(BRIDGE, rows.map(({ put }) => put).join('\n'));
      const given = rows.filter(({ put }) => put.startsWith('flow'));
      assert.equal(await flows(), given.map(({ put }) => put.replace('flow add ', '')).sort());
      assert.is(await groups(), rows.length - given.length);
      await openVswitch.program(BRIDGE, rows.map(({ put }) => put).join('\n'));
      assert.is((await flows()).length, given.length, 'a repeat is harmless');
      const removals = rows.map(({ remove }) => remove).reverse();
      await openVswitch.program(BRIDGE, removals.join('\n'));
      assert.equal(await flows(), []);
      assert.is(await groups(), 0);
    },
  );
}

ipvpn('packets: the bridge is programmed', async () => {
  // The kind of hash of which Open vSwitch can tell the outcome without a packet.
  const rows = compile({ ...GRE, vxlan: true, proxyArp: true, hashMethod: 'hash' });
  await openVswitch.program(BRIDGE, rows.map(({ put }) => put).join('\n'));
});

function isSaid(saying: Saying, way: string): boolean {
  if (typeof saying === 'string') return way.includes(saying);
  if (saying instanceof RegExp) return saying.test(way);
  if ('leavesBy' in saying) {
    const leaves = new RegExp(`output:${numbers.get(saying.leavesBy)!}$`, 'm');
    return leaves.test(way) && !way.includes(DROPPED);
  }
  return way.includes(`output port is ${numbers.get(saying.repliesBy)!}`);
}

for (const [name, { port, packet, says }] of Object.entries(JOURNEYS)) {
  ipvpn(`packets: ${name}`, async () => {
    const way = await openVswitch.appctl(`ofproto/trace ${BRIDGE} in_port=${numbers.get(port)!},${packet}`);
    for (const saying of says) assert.ok(isSaid(saying, way), `${JSON.stringify(saying)}: ${way}`);
  });
}

ipvpn('real packets cross from one VRF into the other, and those with several ways are spread', async () => {
  const rows = compile({ ...GRE, vxlan: true });
  await openVswitch.program(BRIDGE, rows.map(({ put }) => put).join('\n'));
  const { namespace } = openVswitch;
  for (const port of PORTS) await namespace.run(`ip link set ${port} up`);
  const captured = namespace.run('timeout 20 tcpdump -c 31 -e -n -l -i trunk vlan and udp');
  await eventually('tcpdump listens', async () => {
    const sockets = await namespace.run('cat /proc/net/packet');
    if (!sockets.includes('\n')) throw new Error('it does not');
  });
  for (let flow = 0; flow < 30; flow++) await send('tap1', udp('12.2.0.9', 1000 + flow));
  for (let flow = 0; flow < 30; flow++) await send('tap1', udp('21.0.0.1', 1000 + flow));
  const frames = (await captured).split('\n').filter((line) => line !== '');
  assert.is(frames.length, 31);
  for (const frame of frames) {
    assert.ok(frame.includes(`${GATEWAY} > ${OTHER}`) && frame.includes('vlan 43'), frame);
  }
  const spread = frames.filter((frame) => frame.includes('> 12.2.0.9.')).length;
  assert.ok(spread > 0 && spread < 30, `${spread} of 30 flows took the local way`);
});

/** A frame of 11.0.0.1 to the gateway, with a datagram of no bytes. */
function udp(destination: string, sourcePort: number): Buffer {
  const frame = Buffer.alloc(14 + 20 + 8);
  macAddressBytes(GATEWAY).copy(frame, 0);
  macAddressBytes(ONE).copy(frame, 6);
  frame.writeUInt16BE(0x0800, 12);
  const header = frame.subarray(14, 34);
  header.writeUInt16BE(0x4500, 0);
  header.writeUInt16BE(28, 2);
  header.writeUInt16BE(0x4011, 8);
  ipAddressBytes('11.0.0.1').copy(header, 12);
  ipAddressBytes(destination).copy(header, 16);
  let sum = 0;
  for (let at = 0; at < 20; at += 2) sum += header.readUInt16BE(at);
  header.writeUInt16BE(~((sum & 0xffff) + (sum >>> 16)) & 0xffff, 10);
  frame.writeUInt16BE(sourcePort, 34);
  frame.writeUInt16BE(9, 36);
  frame.writeUInt16BE(8, 38);
  return frame;
}

/** As if it came in by the port. */
function send(port: string, frame: Buffer): Promise<string> {
  const words = `in_port=${numbers.get(port)!},packet=${frame.toString('hex')},actions=resubmit(,0)`;
  return openVswitch.ofctl(`packet-out ${BRIDGE} ${words}`);
}

if (needsRoot('rows of the IP VPN in Open vSwitch')) ipvpn.run();
