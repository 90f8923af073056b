import { MPLS_BRIDGE } from '../../lab/bridges.ts';
import { completeChecksums } from '../../lab/checksums.ts';
import type { ComputeNode } from '../../lab/compute-node.ts';
import { Namespace } from '../../support/network-namespace.ts';
import type { Narrator } from '../narrator.ts';
import { PREFIX } from '../scene.ts';
import { drawStage, machineOptions, setStage, showCommand, showPing, type Story } from '../story.ts';

const INSTANCE = 'test';
const ROUTE_TARGET = '64512:78';

/** IP VPN in a bridge of Open vSwitch, as in the first example of the manual of the Python daemon. */
export const ipvpnOvs: Story = {
  vpnType: 'ipvpn',
  driver: 'ovs',
  summary: 'an IP VPN by Open vSwitch and MPLS over GRE',
  packages: ['openvswitch-switch', 'ethtool'],

  async tell(tell, keep) {
    drawStage(tell, 'IP VPN', ['11.11.11.1', '11.11.11.2']);

    tell.step('Build the network, and start the reflector, an Open vSwitch and a bagpipe-bgp on each node');
    const { laboratory, a, b } = await setStage(keep, {
      openVswitch: true,
      configuration: {
        DATAPLANE_DRIVER_IPVPN: {
          dataplane_driver: 'ovs',
          ovs_bridge: MPLS_BRIDGE,
          arp_responder: true,
          proxy_arp: true,
        },
      },
    });
    tell.say(
      `Each node had a bridge ${MPLS_BRIDGE} before its daemon was started, without any flow:`,
      '',
      `   ovs-vsctl add-br ${MPLS_BRIDGE} -- set bridge ${MPLS_BRIDGE} fail_mode=secure`,
      '',
      'Both have a BGP session with the reflector. This is the configuration of node a:',
    );
    tell.output(await a.namespace.run(`cat ${a.daemon.configurationFile}`));

    tell.step('Attach a port on each node');
    tell.say(
      'With the port "netns" the command makes a namespace to play the virtual machine. The daemon adds its interface to',
      `the bridge. The route target ${ROUTE_TARGET} is what makes it one VPN.`,
    );
    for (const [node, host] of [
      [a, 1],
      [b, 2],
    ] as const) {
      await showCommand(tell, node, 'bagpipe-rest-attach', [
        ...['--attach', '--network-type', 'ipvpn', '--vpn-instance-id', INSTANCE, '--rt', ROUTE_TARGET],
        ...[...machineOptions(host), '--ip', `11.11.11.${host}`],
      ]);
      // So that TCP passes, too, for those who look around.
      await completeChecksums(new Namespace(`${PREFIX}-vm${host}`), 'tovpn');
    }

    await showPing(tell, '11.11.11.2');
    tell.say('The TTL is 63, not 64 as it was sent: the node of the sender has routed the packet.');

    tell.step('Why does it work? Ask the looking glass of node a');
    tell.say('This is the route that node b has advertised and node a has imported, by its route target:');
    await showCommand(tell, a, 'bagpipe-looking-glass', ['vpns', 'instances', INSTANCE, 'best_routes']);

    tell.step('And what has it become in Open vSwitch?');
    tell.say(
      'Table 0 sorts packets by where they come from, table 1 those from other nodes by their label, table 2 those of the',
      'VRF by their destination: to 11.11.11.2 the TTL is decremented, the label put on, and the GRE tunnel told the node.',
    );
    await showTool(tell, a, [
      'ovs-ofctl',
      '-O',
      'OpenFlow15',
      'dump-flows',
      MPLS_BRIDGE,
      '--no-stats',
      '--names',
    ]);
    tell.say('The GRE port is there for as long as there is a VRF on the node:');
    await showTool(tell, a, ['ovs-vsctl', '--columns=name,type,options', 'list', 'interface', 'mpls_gre']);
    return {
      laboratory,
      address: '11.11.11.1',
      environment: a.openVswitch.environment,
      looks: [
        ['node', 'dist/bin/bagpipe-looking-glass.js', '-r', 'vpns'],
        ['ovs-ofctl', '-O', 'OpenFlow15', 'dump-flows', MPLS_BRIDGE],
        ['ovs-vsctl', 'show'],
      ],
    };
  },
};

/** Types a command of Open vSwitch on a node. */
async function showTool(tell: Narrator, node: ComputeNode, words: readonly string[]): Promise<void> {
  tell.command(node.name, words);
  const variables = Object.entries(node.openVswitch.environment).map((pair) => pair.join('='));
  const output = await node.namespace.run(['env', ...variables, ...words].join(' '));
  tell.output(output.replaceAll(/^ /gm, ''));
}
