import { driverNames } from '../../lib/dataplane/drivers/registry.ts';
import type { VpnType } from '../../lib/vpn/vpn-type.ts';
import { option, optionWithoutDefault, type Option } from '../option.ts';
import {
  assignment,
  boolean,
  choice,
  integer,
  interfaceName,
  ipv4OrInterface,
  listOf,
  mplsInterface as mplsInterfaceName,
  port,
  text,
  uint64,
} from '../value-type.ts';

/** The sections of the two dataplanes: what both have, and what each driver adds. */

export const DATAPLANE_SECTIONS: Readonly<Record<VpnType, string>> = {
  ipvpn: 'DATAPLANE_DRIVER_IPVPN',
  evpn: 'DATAPLANE_DRIVER_EVPN',
};

const { ipvpn: IPVPN, evpn: EVPN } = DATAPLANE_SECTIONS;

/** Tables of OpenFlow switches have 8-bit numbers, of which 255 means all; Open vSwitch keeps 254 for itself. */
const LAST_TABLE = 253;

function dataplaneLocalAddress(section: string): Option<string | undefined> {
  return optionWithoutDefault(section, 'dataplane_local_address', {
    type: ipv4OrInterface,
    help: 'IPv4 address at which the other nodes reach this dataplane: the next hop that is advertised. The name of an interface stands for its first IPv4 address. Not set: [BGP] local_address.',
  });
}

/** What is behind the names of drivers, for the help of those that this version has. */
const DRIVER_HELP: Readonly<Record<VpnType, Readonly<Record<string, string>>>> = {
  ipvpn: {
    dummy: 'nothing: routes are advertised, no packet is forwarded',
    linux: 'VRF devices and MPLS of the kernel',
    ovs: 'Open vSwitch',
  },
  evpn: {
    dummy: 'nothing: routes are advertised, no packet is forwarded',
    linux: 'bridges and VXLAN devices of the kernel',
    ovs: 'the tunnel bridge of Open vSwitch',
  },
};

/** Examples of class names, which are not those of every driver that this version has. */
const CLASS_NAME_FORM: Readonly<Record<VpnType, string>> = {
  ipvpn:
    'bare or with their module: DummyDataplaneDriver, bagpipe.bgp.vpn.ipvpn.DummyDataplaneDriver, networking_bagpipe.bagpipe_bgp.vpn.ipvpn.DummyDataplaneDriver',
  evpn: 'bare or with their module: DummyDataplaneDriver, linux_vxlan.LinuxVXLANDataplaneDriver, bagpipe.bgp.vpn.evpn.linux_vxlan.LinuxVXLANDataplaneDriver, networking_bagpipe.bagpipe_bgp.vpn.evpn.linux_vxlan.LinuxVXLANDataplaneDriver',
};

function dataplaneDriver(vpnType: VpnType): Option<string> {
  const names = driverNames(vpnType);
  const meanings = names.map((name) => `${name} (${DRIVER_HELP[vpnType][name] ?? name})`);
  return option(DATAPLANE_SECTIONS[vpnType], 'dataplane_driver', {
    type: { ...text, expected: `one of ${names.join(', ')}` },
    default: 'dummy',
    help: `What moves the packets: ${meanings.join('; ')}. The class names of earlier releases are understood too, ${CLASS_NAME_FORM[vpnType]}.`,
  });
}

export const dataplaneLocalAddresses: Readonly<Record<VpnType, Option<string | undefined>>> = {
  ipvpn: dataplaneLocalAddress(IPVPN),
  evpn: dataplaneLocalAddress(EVPN),
};

export const dataplaneDrivers: Readonly<Record<VpnType, Option<string>>> = {
  ipvpn: dataplaneDriver('ipvpn'),
  evpn: dataplaneDriver('evpn'),
};

export const mplsInterface = optionWithoutDefault(IPVPN, 'mpls_interface', {
  type: mplsInterfaceName,
  drivers: ['linux', 'ovs'],
  help: 'Interface on which MPLS packets leave and come in. "*gre*", or with driver ovs nothing, asks for MPLS over GRE tunnels instead; "*udp*", with driver linux alone, for MPLS over UDP (RFC 7510). With driver linux and nothing, VRFs of this node alone reach each other.',
});

export const mplsOverGre = option(IPVPN, 'mpls_over_gre', {
  type: choice('auto', 'True', 'False'),
  default: 'auto',
  drivers: ['ovs'],
  help: 'Carry MPLS in GRE. "auto" does so unless mpls_interface names an interface, "True" also if it does. "False" needs one.',
});

export const proxyArp = option(IPVPN, 'proxy_arp', {
  type: boolean,
  default: false,
  drivers: ['ovs'],
  help: 'Answer the ARP requests of ports for any address, not only for that of the gateway. Only with arp_responder.',
});

export const arpResponder = option(IPVPN, 'arp_responder', {
  type: boolean,
  default: false,
  drivers: ['ovs'],
  help: 'Answer the ARP requests of ports for the address of the gateway.',
});

export const vxlanEncap = option(IPVPN, 'vxlan_encap', {
  type: boolean,
  default: false,
  drivers: ['ovs'],
  help: 'Offer and use VXLAN between the VRFs of nodes that both have it.',
});

export const ipvpnOvsBridge = option(IPVPN, 'ovs_bridge', {
  type: interfaceName,
  default: 'br-mpls',
  drivers: ['ovs'],
  help: 'Bridge of Open vSwitch that forwards between ports and the MPLS network. It must exist.',
});

export const inputTable = option(IPVPN, 'input_table', {
  type: integer(0, LAST_TABLE, 'a table number'),
  default: 0,
  drivers: ['ovs'],
  help: 'OpenFlow table in which packets enter the pipeline.',
});

export const ovsTableIdStart = option(IPVPN, 'ovs_table_id_start', {
  type: integer(0, LAST_TABLE - 1, 'a table number'),
  default: 1,
  drivers: ['ovs'],
  help: 'First of the two OpenFlow tables, this one and the next, that the driver takes for itself. Neither may be input_table.',
});

export const greTunnel = option(IPVPN, 'gre_tunnel', {
  type: interfaceName,
  default: 'mpls_gre',
  drivers: ['ovs'],
  help: 'Name of the GRE port that is made for MPLS over GRE.',
});

export const greTunnelOptions = option(IPVPN, 'gre_tunnel_options', {
  type: listOf(assignment),
  default: [],
  drivers: ['ovs'],
  help: 'Options of that port, key=value, separated by commas. It leads to every node, so remote_ip cannot be set.',
});

export const ovsbrInterfacesMtu = optionWithoutDefault(IPVPN, 'ovsbr_interfaces_mtu', {
  type: integer(68, 65535),
  drivers: ['ovs'],
  help: 'MTU that the interfaces get which the driver adds to the bridge, 9000 at most if Open vSwitch forwards in user space. Not set: they keep theirs.',
});

export const hashMethod = option(IPVPN, 'hash_method', {
  type: choice('hash', 'dp_hash'),
  default: 'dp_hash',
  drivers: ['ovs'],
  help: 'How the next hop of a flow is selected where there are several of equal cost.',
});

export const hashMethodParam = option(IPVPN, 'hash_method_param', {
  type: uint64,
  default: 0,
  drivers: ['ovs'],
  help: 'Parameter of that method, 64 bits.',
});

export const hashFields = option(IPVPN, 'hash_fields', {
  type: listOf(text),
  default: [],
  drivers: ['ovs'],
  help: 'Packet fields that the method "hash" looks at, as Open vSwitch calls them. None: its own choice.',
});

export const vxlanDstPort = option(EVPN, 'vxlan_dst_port', {
  type: port,
  default: 4789,
  drivers: ['linux'],
  help: 'UDP destination port of VXLAN packets. All nodes must use the same one.',
});

export const evpnOvsBridge = option(EVPN, 'ovs_bridge', {
  type: interfaceName,
  default: 'br-tun',
  drivers: ['ovs'],
  help: 'Tunnel bridge of the Neutron Open vSwitch agent.',
});

export const DATAPLANE_OPTIONS = [
  dataplaneLocalAddresses.ipvpn,
  dataplaneDrivers.ipvpn,
  mplsInterface,
  mplsOverGre,
  proxyArp,
  arpResponder,
  vxlanEncap,
  ipvpnOvsBridge,
  inputTable,
  ovsTableIdStart,
  greTunnel,
  greTunnelOptions,
  ovsbrInterfacesMtu,
  hashMethod,
  hashMethodParam,
  hashFields,
  dataplaneLocalAddresses.evpn,
  dataplaneDrivers.evpn,
  vxlanDstPort,
  evpnOvsBridge,
] as const;
