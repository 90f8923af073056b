import type { OpenVswitch } from './open-vswitch.ts';
import { UNDERLAY_MTU } from './underlay.ts';

/** The bridge of the network interface `underlay`; it has the node's address, as tunnels in user space need it. */
export const UNDERLAY_BRIDGE = 'br-phy';
/** The bridge of IP VPNs. Its port `to-phy` leads to the underlay bridge. */
export const MPLS_BRIDGE = 'br-mpls';
/** The bridge that machines of E-VPNs are plugged into, */
export const INTEGRATION_BRIDGE = 'br-int';
/** and the bridge of their tunnels. Its port `patch-int` leads to the integration bridge. */
export const TUNNEL_BRIDGE = 'br-tun';

/**
 * The bridges that a node has before the daemon is started.
 *
 *     underlay ── br-phy (address) ── to-mpls / to-phy ── br-mpls          br-int ── patch-tun / patch-int ── br-tun
 */
export async function buildBridges(openVswitch: OpenVswitch, address: string): Promise<void> {
  const { namespace } = openVswitch;
  const bridge = (name: string, columns = ''): string =>
    `-- add-br ${name} -- set bridge ${name} datapath_type=${openVswitch.datapath} ${columns}`;
  const mac = await macOf(openVswitch, 'underlay');
  await openVswitch.vsctl(`
    ${bridge(UNDERLAY_BRIDGE, `other_config:hwaddr="${mac}"`)} -- add-port ${UNDERLAY_BRIDGE} underlay
    ${bridge(MPLS_BRIDGE, 'fail_mode=secure')}
    ${join([UNDERLAY_BRIDGE, 'to-mpls'], [MPLS_BRIDGE, 'to-phy'])}
    ${bridge(INTEGRATION_BRIDGE)}
    ${bridge(TUNNEL_BRIDGE, 'fail_mode=secure')}
    ${join([INTEGRATION_BRIDGE, 'patch-tun'], [TUNNEL_BRIDGE, 'patch-int'])}
  `);
  await openVswitch.afterStart(async () => {
    // In user space the bridge's interface is a new one each time; and the kernel still hears what the network interface
    // receives. It would answer it, beside the switch, if it did not mind where a packet comes in.
    await namespace.script(`
      ip addr flush dev underlay
      sysctl -qw net.ipv4.conf.all.rp_filter=0
      sysctl -qw net.ipv4.conf.underlay.rp_filter=1
      ip link set ${UNDERLAY_BRIDGE} mtu ${UNDERLAY_MTU} up
      ip addr replace ${address}/24 dev ${UNDERLAY_BRIDGE}
    `);
    await openVswitch.program(UNDERLAY_BRIDGE, bareMplsFlows(mac));
    await openVswitch.program(TUNNEL_BRIDGE, NEUTRON_FLOWS);
  });
}

/** As an agent of Neutron that starts anew: all flows go, and its own come back. */
export async function restartNeutronAgent(openVswitch: OpenVswitch): Promise<void> {
  await openVswitch.ofctl(`del-flows ${TUNNEL_BRIDGE}`);
  await openVswitch.program(TUNNEL_BRIDGE, NEUTRON_FLOWS);
}

/** Adds a port that holds a machine of an E-VPN: untagged outside, in this VLAN inside of the integration bridge. */
export async function plugIntoVlan(openVswitch: OpenVswitch, tap: string, vlan: number): Promise<void> {
  await openVswitch.addPort(INTEGRATION_BRIDGE, tap);
  await openVswitch.vsctl(`set port ${tap} tag=${vlan}`);
  await openVswitch.namespace.run(`ip link set ${tap} up`);
}

type End = readonly [bridge: string, port: string];

/** Words of `ovs-vsctl` that connect two bridges. */
function join(one: End, other: End): string {
  const add = ([bridge, port]: End, peer: string): string =>
    `-- add-port ${bridge} ${port} -- set interface ${port} type=patch options:peer=${peer}`;
  return `${add(one, other[1])} ${add(other, one[1])}`;
}

async function macOf(openVswitch: OpenVswitch, device: string): Promise<string> {
  const links = (await openVswitch.namespace.json(`ip -j link show dev ${device}`)) as { address: string }[];
  return links[0]!.address;
}

/** MPLS directly on Ethernet passes between the network interface and the bridge of IP VPNs. */
function bareMplsFlows(mac: string): string {
  return `
    flow add table=0,priority=100,mpls,in_port=underlay,dl_dst=${mac},actions=output:to-mpls
    flow add table=0,priority=100,in_port=to-mpls,actions=output:underlay
  `;
}

/** What the agent of Neutron puts into the tunnel bridge when it starts, as far as E-VPNs depend on it. */
const NEUTRON_FLOWS = [
  'table=0,priority=1,in_port=patch-int,actions=resubmit(,2)',
  'table=0,priority=0,actions=drop',
  'table=2,priority=1,arp,dl_dst=ff:ff:ff:ff:ff:ff,actions=resubmit(,21)',
  'table=2,priority=0,dl_dst=00:00:00:00:00:00/01:00:00:00:00:00,actions=resubmit(,20)',
  'table=2,priority=0,dl_dst=01:00:00:00:00:00/01:00:00:00:00:00,actions=resubmit(,22)',
  'table=4,priority=0,actions=drop',
  'table=20,priority=0,actions=resubmit(,22)',
  'table=21,priority=0,actions=resubmit(,22)',
  'table=22,priority=0,actions=drop',
]
  .map((flow) => `flow add cookie=0x6e657574726f6e,${flow}`)
  .join('\n');
