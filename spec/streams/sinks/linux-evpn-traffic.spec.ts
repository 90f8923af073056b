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

if (needsRoot('E-VPN linux: traffic')) test.run();
