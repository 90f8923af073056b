import type { ComputeNode } from '../lab/compute-node.ts';
import { buildOverlay } from '../lab/overlay.ts';
import { eventually } from '../support/eventually.ts';
import { Laboratory, Namespace } from '../support/network-namespace.ts';
import type { Narrator } from './narrator.ts';
import { DIRECTORY, prepareDirectory, PREFIX } from './scene.ts';

const INSTANCE = 'demo';
const ROUTE_TARGET = '64512:100';
const VNI = '100';

/** Builds, attaches, pings, looks: each step says what it does and why. */
export async function tellStory(tell: Narrator, keep: boolean): Promise<Laboratory> {
  tell.say(
    '',
    'Two virtual machines, each on a compute node of its own, in one E-VPN:',
    '',
    '   vm1 10.0.0.1 ── node a 10.77.0.1 ──┐            ┌── node b 10.77.0.2 ── vm2 10.0.0.2',
    '                                      └─ underlay ─┘',
    '                                             │',
    '                          route reflector 10.77.0.254 (gobgpd)',
    '',
    'Every box is a network namespace of this machine. The nodes know the reflector only, not each other.',
  );

  tell.step('Build the network, and start the reflector and a bagpipe-bgp on each node');
  const laboratory = new Laboratory(PREFIX);
  prepareDirectory();
  const { nodes } = await buildOverlay({
    reflector: 'gobgp',
    nodes: ['a', 'b'],
    laboratory,
    files: { directory: DIRECTORY, detached: keep },
  });
  const [a, b] = nodes as [ComputeNode, ComputeNode];
  tell.say('Both have a BGP session with the reflector. This is the configuration of node a:');
  tell.output(await a.namespace.run(`cat ${a.daemon.configurationFile}`));

  tell.step('Attach a port on each node');
  tell.say(
    'An orchestrator would do it with the REST API. The command line does the same, and with the port "netns", makes a',
    `namespace to play the virtual machine. The route target ${ROUTE_TARGET} is what makes it one network.`,
  );
  for (const [node, host] of [
    [a, 1],
    [b, 2],
  ] as const) {
    await show(tell, node, 'bagpipe-rest-attach', [
      ...['--attach', '--network-type', 'evpn', '--vpn-instance-id', INSTANCE, '--vni', VNI],
      ...[
        '--rt',
        ROUTE_TARGET,
        '--port',
        'netns',
        '--netns',
        `${PREFIX}-vm${host}`,
        '--ip',
        `10.0.0.${host}/24`,
      ],
    ]);
  }

  tell.step('Ping from vm1 to vm2');
  const vm1 = new Namespace(`${PREFIX}-vm1`);
  const ping = ['ping', '-c', '3', '-i', '0.2', '-W', '1', '10.0.0.2'];
  // The routes cross the reflector first.
  await eventually('vm1 reaches vm2', async () => {
    if (!(await vm1.ping('10.0.0.2', 1))) throw new Error('no answer');
  });
  tell.command('vm1', ping);
  tell.output(await vm1.run(ping.join(' ')));

  tell.step('Why does it work? Ask the looking glass of node a');
  tell.say('These are the routes that node b has advertised and node a has imported, by their route target:');
  await show(tell, a, 'bagpipe-looking-glass', ['vpns', 'instances', INSTANCE, 'best_routes']);
  tell.say('and this is what they have become in the kernel of node a: MAC addresses behind a VXLAN tunnel.');
  tell.command('a', ['bridge', 'fdb', 'show']);
  const entries = await a.namespace.run('bridge fdb show');
  tell.output(
    entries
      .split('\n')
      .filter((line) => line.includes(' dst '))
      .join('\n'),
  );
  return laboratory;
}

async function show(
  tell: Narrator,
  node: ComputeNode,
  name: string,
  words: readonly string[],
): Promise<void> {
  tell.command(node.name, [name, ...words]);
  tell.output(await node.command(name, ...words));
}
