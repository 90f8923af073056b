import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { EvpnState } from '../../../lib/dataplane/intent.ts';
import { Laboratory, type Namespace } from '../../support/network-namespace.ts';
import { needsRoot } from '../../support/needs.ts';
import { SinkDriver } from '../../support/sink-driver.ts';

/**
 * Two compute nodes, and packets between virtual machines. Each node knows the network by a VNI of its own.
 *
 *     vm1 ─ tap1 ─ a (10.77.0.1, VNI 16) ═══ VXLAN ═══ (10.77.0.2, VNI 20) b ─ tap2 ─ vm2
 */
const test = suite<{ lab: Laboratory; a: Node; b: Node; vm1: Namespace; vm2: Namespace }>(
  'E-VPN linux: traffic',
);

interface Node {
  readonly namespace: Namespace;
  readonly driver: SinkDriver;
  readonly address: string;
}

async function makeNode(lab: Laboratory, name: string, address: string): Promise<Node> {
  const namespace = await lab.namespace(name);
  const driver = new SinkDriver({ rootHelper: namespace.prefix, localAddress: address });
  return { namespace, driver, address };
}

const MAC1 = '02:00:00:00:00:01';
const MAC2 = '02:00:00:00:00:02';

function network(
  externalId: string,
  instance: number,
  vni: number,
  tap: string,
  mac: string,
): readonly EvpnState[] {
  const port = { interface: tap, description: { linuxif: tap } };
  return [
    { kind: 'evi', instance, externalId, vni, bridge: undefined },
    { kind: 'evpn-port', instance, port },
    { kind: 'local-mac', instance, port, mac },
  ];
}

/** What an instance wants for the routes of a port elsewhere; without an address if it was attached without one. */
function routes(instance: number, at: Node, vni: number, mac: string, ip?: string): readonly EvpnState[] {
  return [
    { kind: 'flood', instance, vtep: at.address, vni },
    { kind: 'remote-mac', instance, mac, vtep: at.address, vni },
    ...(ip === undefined ? [] : [{ kind: 'neighbour', instance, ip, mac } as const]),
  ];
}

test.before.each(async (context) => {
  const lab = (context.lab = new Laboratory());
  context.a = await makeNode(lab, 'a', '10.77.0.1');
  context.b = await makeNode(lab, 'b', '10.77.0.2');
  await lab.link(context.a.namespace, 'eth-u', context.b.namespace, 'eth-u', 2000);
  for (const { namespace, address } of [context.a, context.b]) {
    await namespace.run(`ip addr add ${address}/24 dev eth-u`);
  }
  context.vm1 = await lab.machine(context.a.namespace, 'tap1', MAC1, '13.0.0.1/24');
  context.vm2 = await lab.machine(context.b.namespace, 'tap2', MAC2, '13.0.0.2/24');
});

test.after.each(async ({ lab, a, b }) => {
  a.driver.kill();
  b.driver.kill();
  await lab.destroy();
});

/** Listens at a virtual machine for questions after its address; the result counts those heard so far. */
async function countQuestions(machine: Namespace, address: string): Promise<() => Promise<number>> {
  const [helper, ...words] = [
    ...machine.prefix,
    'tcpdump',
    '-n',
    '-l',
    '-i',
    'eth0',
    '--immediate-mode',
    'arp',
  ];
  const dump = execa(helper, words, { reject: false, stdin: 'ignore' });
  await new Promise<void>((resolve, reject) => {
    dump.stderr.on('data', (text: Buffer) => {
      if (text.includes('listening')) resolve();
    });
    dump.on('exit', () => reject(new Error('tcpdump ended')));
  });
  return async () => {
    await new Promise((resolve) => setTimeout(resolve, 200));
    dump.kill('SIGINT');
    const { stdout } = await dump;
    return stdout.split('\n').filter((line) => line.includes(`who-has ${address}`)).length;
  };
}

test('known addresses: pings pass, ARP is answered on the spot', async ({ a, b, vm1, vm2 }) => {
  await a.driver.have(...network('net', 1, 16, 'tap1', MAC1), ...routes(1, b, 20, MAC2, '13.0.0.2'));
  await b.driver.have(...network('net', 1, 20, 'tap2', MAC2), ...routes(1, a, 16, MAC1, '13.0.0.1'));
  const questionsAtVm2 = await countQuestions(vm2, '13.0.0.2');
  assert.ok(await vm1.ping('13.0.0.2'));
  assert.ok(await vm2.ping('13.0.0.1'));
  assert.is(await questionsAtVm2(), 0);
});

test('a MAC without an address is reached: ARP is flooded, the answer comes back', async ({
  a,
  b,
  vm1,
  vm2,
}) => {
  await a.driver.have(...network('net', 1, 16, 'tap1', MAC1), ...routes(1, b, 20, MAC2));
  await b.driver.have(...network('net', 1, 20, 'tap2', MAC2), ...routes(1, a, 16, MAC1));
  const questionsAtVm2 = await countQuestions(vm2, '13.0.0.2');
  assert.ok(await vm1.ping('13.0.0.2'));
  assert.ok((await questionsAtVm2()) >= 1);
});

test('large packets pass up to the MTU of the underlay less the headers', async ({ a, b, vm1, vm2 }) => {
  await a.driver.have(...network('net', 1, 16, 'tap1', MAC1), ...routes(1, b, 20, MAC2, '13.0.0.2'));
  await b.driver.have(...network('net', 1, 20, 'tap2', MAC2), ...routes(1, a, 16, MAC1, '13.0.0.1'));
  for (const machine of [vm1, vm2]) await machine.run('ip link set eth0 mtu 1500');
  await vm1.ping('13.0.0.2', 1);
  assert.is((await vm1.attempt('ping -c 2 -i 0.05 -W 1 -M do -s 1472 13.0.0.2')).exitCode, 0);
});

test('without flooding and without a route nothing passes', async ({ a, b, vm1 }) => {
  await a.driver.have(...network('net', 1, 16, 'tap1', MAC1));
  await b.driver.have(...network('net', 1, 20, 'tap2', MAC2), ...routes(1, a, 16, MAC1, '13.0.0.1'));
  assert.not(await vm1.ping('13.0.0.2', 1));
});

test('two networks with the same addresses do not meet', async ({ lab, a, b, vm1 }) => {
  const other = '02:00:00:00:00:0b';
  const vm3 = await lab.machine(b.namespace, 'tap3', other, '13.0.0.3/24');
  await a.driver.have(...network('net', 1, 16, 'tap1', MAC1), ...routes(1, b, 20, MAC2, '13.0.0.2'));
  await b.driver.have(...network('net', 1, 20, 'tap2', MAC2), ...routes(1, a, 16, MAC1, '13.0.0.1'));
  await b.driver.have(...network('other', 2, 21, 'tap3', other));
  assert.ok(await vm1.ping('13.0.0.2'));
  assert.not(await vm1.ping('13.0.0.3', 1));
  assert.not(await vm3.ping('13.0.0.1', 1));
  assert.not(await vm3.ping('13.0.0.2', 1));
});

test('two networks of one node that share their routes are joined', async ({ lab, a, vm1 }) => {
  const other = '02:00:00:00:00:0c';
  const vm4 = await lab.machine(a.namespace, 'tap4', other, '13.0.0.4/24');
  await a.driver.have(...network('net', 1, 16, 'tap1', MAC1), ...routes(1, a, 17, other, '13.0.0.4'));
  await a.driver.have(...network('net2', 2, 17, 'tap4', other), ...routes(2, a, 16, MAC1, '13.0.0.1'));
  assert.ok(await vm1.ping('13.0.0.4'));
  assert.ok(await vm4.ping('13.0.0.1'));
});

test('a restart of the daemon does not interrupt a flow', async ({ a, b, vm1 }) => {
  const here = [...network('net', 1, 16, 'tap1', MAC1), ...routes(1, b, 20, MAC2, '13.0.0.2')];
  await a.driver.have(...here);
  await b.driver.have(...network('net', 1, 20, 'tap2', MAC2), ...routes(1, a, 16, MAC1, '13.0.0.1'));
  assert.ok(await vm1.ping('13.0.0.2'));
  const flow = vm1.attempt('ping -c 100 -i 0.01 -W 1 13.0.0.2');
  a.driver.kill();
  const restarted = new SinkDriver({
    rootHelper: a.namespace.prefix,
    localAddress: a.address,
    sweepAfter: 300,
  });
  // The orchestrator attaches first; the routes of others come back later, in another order.
  await restarted.have(...here.slice(0, 3));
  await restarted.have(...here.slice(3).toReversed());
  const { stdout } = await flow;
  restarted.kill();
  assert.match(stdout, /100 packets transmitted, 100 received/);
});

test('a machine that moves keeps being reached, whichever end hears of it first', async ({
  lab,
  a,
  b,
  vm1,
  vm2,
}) => {
  await a.driver.have(...network('net', 1, 16, 'tap1', MAC1), ...routes(1, b, 20, MAC2, '13.0.0.2'));
  await b.driver.have(...network('net', 1, 20, 'tap2', MAC2), ...routes(1, a, 16, MAC1, '13.0.0.1'));
  assert.ok(await vm1.ping('13.0.0.2'));
  await vm2.run('ip link set eth0 down');
  const arrived = await lab.machine(a.namespace, 'tap9', MAC2, '13.0.0.2/24');
  await a.driver.have(...network('net', 1, 16, 'tap9', MAC2).slice(1));
  assert.ok(await vm1.ping('13.0.0.2'), 'local while the route of the old place is still there');
  await a.driver.drop(...routes(1, b, 20, MAC2, '13.0.0.2').slice(1));
  assert.ok(await arrived.ping('13.0.0.1'), 'after the late withdrawal');
});

/** Sends these bytes (hex) as they are out of `eth0`, as only an ill-meaning machine would. */
async function forge(machine: Namespace, frame: string): Promise<void> {
  const program = [
    'import socket, sys',
    's = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)',
    's.bind(("eth0", 0))',
    '[s.send(bytes.fromhex(sys.argv[1])) for _ in range(3)]',
  ];
  const [helper, ...words] = machine.prefix;
  await execa(helper!, [...words, 'python3', '-c', program.join('\n'), frame]);
}

/** Whether what `send` sends arrives at a UDP socket of the node within half a second. */
async function isHeard(node: Namespace, port: number, send: () => Promise<unknown>): Promise<boolean> {
  const program = [
    'import socket, sys',
    's = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)',
    's.bind(("0.0.0.0", int(sys.argv[1])))',
    's.settimeout(1)',
    'print("ready", flush=True)',
    's.recv(100)',
  ];
  const [helper, ...words] = node.prefix;
  const listener = execa(helper!, [...words, 'python3', '-c', program.join('\n'), String(port)], {
    reject: false,
    stdin: 'ignore',
  });
  await new Promise((resolve) => listener.stdout.once('data', resolve));
  await send();
  return (await listener).exitCode === 0;
}

/** An IPv4 packet with UDP from this address to the node at 10.77.0.1, port 7777, in a frame to this MAC. */
function udpFrame(toMac: string, fromMac: string, fromAddress: string): string {
  const ip = Buffer.from('450000200000000040110000000000000a4d0001', 'hex');
  ip.set(fromAddress.split('.').map(Number), 12);
  let sum = 0;
  for (let index = 0; index < 20; index += 2) sum += ip.readUInt16BE(index);
  ip.writeUInt16BE(~((sum & 0xffff) + (sum >> 16)) & 0xffff, 10);
  const mac = (text: string): string => text.replaceAll(':', '');
  return `${mac(toMac)}${mac(fromMac)}0800${ip.toString('hex')}1e611e61000c000068690000`;
}

test('a machine that sends with the MAC of another takes nothing from it', async ({
  lab,
  a,
  b,
  vm1,
  vm2,
}) => {
  const local = '02:00:00:00:00:05';
  const intruder = await lab.machine(a.namespace, 'tap6', '02:00:00:00:00:06');
  const vm5 = await lab.machine(a.namespace, 'tap5', local, '13.0.0.5/24');
  await a.driver.have(...network('net', 1, 16, 'tap1', MAC1), ...routes(1, b, 20, MAC2, '13.0.0.2'));
  await a.driver.have(
    ...network('net', 1, 16, 'tap5', local),
    ...network('net', 1, 16, 'tap6', '02:00:00:00:00:06'),
  );
  await b.driver.have(...network('net', 1, 20, 'tap2', MAC2), ...routes(1, a, 16, MAC1, '13.0.0.1'));
  assert.ok(await vm1.ping('13.0.0.2'));
  for (const mac of [MAC2, local]) {
    await forge(intruder, `ffffffffffff${mac.replaceAll(':', '')}0806${'00'.repeat(46)}`);
  }
  // Nobody answers what arrives at the wrong place; one packet each way, before anything could be learned again.
  await vm1.run('ip neigh replace 13.0.0.5 lladdr 02:00:00:00:00:05 dev eth0');
  assert.is((await vm1.attempt('ping -c 1 -W 1 13.0.0.2')).exitCode, 0);
  assert.is((await vm1.attempt('ping -c 1 -W 1 13.0.0.5')).exitCode, 0);
  const table = await a.namespace.run('bridge fdb show br evpn---net');
  assert.match(table, /02:00:00:00:00:02 dev vxlan--net .*master/);
  assert.match(table, /02:00:00:00:00:05 dev tap5 .*master/);
  assert.not.match(table, /02:00:00:00:00:0[25] dev tap6/);
  assert.ok((await vm2.ping('13.0.0.1')) && (await vm5.ping('13.0.0.1')));
});

for (const all of [0, 1, 2]) {
  test(`a machine does not reach its node through the bridge, rp_filter of all being ${all}`, async ({
    lab,
    a,
    b,
    vm1,
  }) => {
    const { namespace } = a;
    await namespace.run(`sysctl -q -w net.ipv4.conf.all.rp_filter=${all} net.ipv4.ip_forward=1`);
    // Every address has a route, as on a node with a default route.
    await namespace.run('ip route add default via 10.77.0.2');
    await a.driver.have(...network('net', 1, 16, 'tap1', MAC1), ...routes(1, b, 20, MAC2, '13.0.0.2'));
    await b.driver.have(...network('net', 1, 20, 'tap2', MAC2), ...routes(1, a, 16, MAC1, '13.0.0.1'));
    const bridge = JSON.parse(await namespace.run('ip -j link show evpn---net')) as { address: string }[];
    const toNode = (source: string) => forge(vm1, udpFrame(bridge[0]!.address, MAC1, source));
    const sources = ['13.0.0.1', '10.77.0.9', '10.77.0.2', '192.0.2.1', '10.77.0.1', '127.0.0.1'];
    assert.not(await isHeard(namespace, 7777, () => Promise.all(sources.map(toNode))));
    await vm1.run('ip route add 10.77.0.0/24 dev eth0');
    assert.is((await vm1.attempt('arping -c 1 -w 1 -I eth0 10.77.0.1')).exitCode, 1);
    assert.not(await vm1.ping('10.77.0.1', 1));
    assert.ok(await vm1.ping('13.0.0.2'));
    // The same listener hears those who may speak to it.
    const peer = await lab.machine(namespace, 'tap8', '02:00:00:00:00:08', '10.88.0.2/24');
    await namespace.script('ip addr add 10.88.0.1/24 dev tap8\nip link set tap8 up');
    const wire = JSON.parse(await namespace.run('ip -j link show tap8')) as { address: string }[];
    const frame = udpFrame(wire[0]!.address, '02:00:00:00:00:08', '10.88.0.2');
    assert.ok(await isHeard(namespace, 7777, () => forge(peer, frame)));
  });
}

if (needsRoot('E-VPN linux: traffic')) test.run();
