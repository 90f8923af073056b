import { Option, type Command } from 'commander';
import { host, integer, port } from '../../conf/value-type.ts';
import { DIRECTIONS } from '../../lib/vpn/vpn-type.ts';
import { collect, collectList, typed } from './command.ts';

/** The command line of `bagpipe-rest-attach`, as `RestAttachArguments` and the three options on the API. */
export function addRestAttachOptions(command: Command): Command {
  const unsigned32 = typed(integer(0, 0xffffffff));
  const vlan = typed(integer(1, 4094, 'a VLAN'));
  return command
    .option('--attach', 'attach the port')
    .option(
      '--detach',
      'detach it, by MAC and address: the port is not compared; interfaces and namespaces stay',
    )
    .addOption(new Option('--network-type <type>', 'kind of VPN').choices(['ipvpn', 'evpn']))
    .option(
      '--port <port>',
      'interface name; netns[:interface] for a network namespace; evpn:<instance id> to plug that E-VPN into the IP VPN',
    )
    .option('--ip <address[/length]>', 'address of the port; the length is 24 if there is none (IPv6: 64)')
    .addOption(
      new Option('--vpn-instance-id <id>', 'VPN instance').default(
        'bagpipe-test',
        'ipvpn-bagpipe-test or evpn-bagpipe-test',
      ),
    )
    .option('--gateway-ip <address>', 'gateway of the subnet (default: its last but one address)')
    .option(
      '--mac <address>',
      'MAC address of the port; netns has its own; mandatory for evpn otherwise (default for ipvpn: 52:54:00:99:99:22)',
    )
    .addOption(
      repeatable('--rt <rt>', 'route target to import and export', '64512:512 for ipvpn, 64512:513 for evpn'),
    )
    .addOption(repeatable('--import-rt <rt>', 'route target to import only'))
    .addOption(repeatable('--export-rt <rt>', 'route target to export only'))
    .addOption(
      new Option('--direction <direction>', 'which way packets may go').choices(DIRECTIONS).default('both'),
    )
    .option('--advertise-singleton', 'advertise the address alone; this is the default')
    .option('--advertise-subnet', 'advertise the whole subnet')
    .option('--netns <name>', 'network namespace of port netns (default: the instance id)')
    .option('--if2vpn <interface>', 'its interface towards the VPN', 'tovpn')
    .option('--ovs-preplug', 'plug the port into Open vSwitch first (ipvpn)')
    .option('--ovs-bridge <bridge>', 'bridge for that', 'br-int')
    .option('--ovs-vlan <vlan>', 'attach this VLAN of the port only; needs --ovs-preplug', vlan)
    .addOption(
      repeatable(
        '--readv-from-rt <rt>',
        'advertise again, from here, what carries this route target; needs --readv-to-rt',
      ),
    )
    .addOption(repeatable('--readv-to-rt <rt>', 'with this route target'))
    .addOption(
      repeatable(
        '--redirect-rts <rt>',
        'attract traffic from the VRFs that import this; needs a classifier, and --readv-to-rt or --attract-to-rt',
      ),
    )
    .option('--source-prefix <prefix>', 'classifier of the traffic to attract: source')
    .option('--destination-prefix <prefix>', 'destination; the prefixes attracted take its place')
    .option('--source-port <port[:port]>', 'source port or range')
    .option('--destination-port <port[:port]>', 'destination port or range')
    .option('--protocol <name>', 'IP protocol (default: tcp)')
    .addOption(
      repeatable(
        '--attract-to-rt <rt>',
        'route target to attract the traffic to; needs --static-destination-prefix',
      ),
    )
    .addOption(repeatable('--static-destination-prefix <prefix>', 'prefix to attract; needs --attract-to-rt'))
    .option('--lb-consistent-hash-order <number>', 'place among equal next hops', unsigned32, 0)
    .option(
      '--vni <number>',
      'VXLAN network identifier of the instance; 0: each node takes one of its own',
      typed(integer(0, 0xffffff)),
      0,
    )
    .option('--local-pref <number>', 'local preference; 0 means that of the daemon', unsigned32, 0)
    .option(
      '--api-host <address>',
      'address of the daemon (default: [API] host of its configuration)',
      typed(host),
    )
    .option('--api-port <number>', 'port of its API (default: [API] port of its configuration)', typed(port))
    .option('--config-file <path>', 'where that is, with root_helper; repeatable', collect);
}

/** Takes one value or several with commas, once or several times. */
function repeatable(flags: string, help: string, defaultText = 'none'): Option {
  return new Option(flags, `${help}; repeatable`).argParser(collectList).default([], defaultText);
}
