import { drawStage, machineOptions, setStage, showCommand, showPing, type Story } from '../story.ts';

const INSTANCE = 'demo';
const ROUTE_TARGET = '64512:100';
const VNI = '100';

/** E-VPN in the bridges of the kernel. */
export const evpnLinux: Story = {
  vpnType: 'evpn',
  driver: 'linux',
  summary: 'an E-VPN by bridges and VXLAN of the kernel',
  packages: ['procps'],

  async tell(tell, keep) {
    drawStage(tell, 'E-VPN', ['10.0.0.1', '10.0.0.2']);

    tell.step('Build the network, and start the reflector and a bagpipe-bgp on each node');
    const { laboratory, a, b } = await setStage(keep);
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
      await showCommand(tell, node, 'bagpipe-rest-attach', [
        ...['--attach', '--network-type', 'evpn', '--vpn-instance-id', INSTANCE, '--vni', VNI],
        ...['--rt', ROUTE_TARGET, ...machineOptions(host), '--ip', `10.0.0.${host}/24`],
      ]);
    }

    await showPing(tell, '10.0.0.2');

    tell.step('Why does it work? Ask the looking glass of node a');
    tell.say(
      'These are the routes that node b has advertised and node a has imported, by their route target:',
    );
    await showCommand(tell, a, 'bagpipe-looking-glass', ['vpns', 'instances', INSTANCE, 'best_routes']);
    tell.say(
      'and this is what they have become in the kernel of node a: MAC addresses behind a VXLAN tunnel.',
    );
    tell.command('a', ['bridge', 'fdb', 'show']);
    const entries = (await a.namespace.run('bridge fdb show')).split('\n');
    tell.output(entries.filter((line) => line.includes(' dst ')).join('\n'));
    return {
      laboratory,
      address: '10.0.0.1',
      environment: {},
      looks: [
        ['node', 'dist/bin/bagpipe-looking-glass.js', '-r', 'vpns'],
        ['bridge', 'fdb', 'show'],
      ],
    };
  },
};
