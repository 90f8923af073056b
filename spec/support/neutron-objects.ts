/**
 * What a Neutron server tells agents, in the form in which it goes over the message bus: ports as answers to
 * `get_devices_details_list`, objects of networking-bgpvpn as versioned objects.
 */
export interface Network {
  readonly id: string;
  readonly vni: number;
  readonly cidr: string;
  readonly gatewayIp: string;
}

export interface Port {
  readonly id: string;
  readonly network: Network;
  readonly mac: string;
  readonly ip: string;
}

export interface Bgpvpn {
  readonly id: string;
  readonly type: 'l2' | 'l3';
  readonly name: string;
  readonly routeTargets: readonly string[];
  readonly importTargets?: readonly string[];
  readonly exportTargets?: readonly string[];
  readonly localPref?: number;
  readonly vni?: number;
}

/** An object as oslo.versionedobjects serialises it. */
export type Primitive = Readonly<Record<string, unknown>>;

/** A port as its agent learns about it. */
export function portDetails(port: Port, changes: Readonly<Record<string, unknown>> = {}): Primitive {
  const { id, network, mac, ip } = port;
  return {
    device: tapOf(port),
    network_id: network.id,
    port_id: id,
    mac_address: mac,
    admin_state_up: true,
    network_type: 'vxlan',
    segmentation_id: network.vni,
    physical_network: null,
    mtu: 1450,
    fixed_ips: [{ subnet_id: 'c352a3da-6489-4e71-8b3b-a7842f592b87', ip_address: ip }],
    device_owner: 'compute:nova',
    allowed_address_pairs: [],
    port_security_enabled: false,
    qos_policy_id: null,
    qos_network_policy_id: null,
    profile: {},
    propagate_uplink_status: false,
    ...changes,
  };
}

export function tapOf({ id }: Port): string {
  return `tap${id.slice(0, 11)}`;
}

/** The association of a network with a BGPVPN; `gatewayMac` is there once a router is. */
export function networkAssociation(
  id: string,
  network: Network,
  bgpvpn: Bgpvpn,
  gatewayMac: string | null = null,
): Primitive {
  const subnet = {
    ip_version: 4,
    id: 'c352a3da-6489-4e71-8b3b-a7842f592b87',
    cidr: network.cidr,
    gateway_ip: network.gatewayIp,
    gateway_mac: gatewayMac,
  };
  return versioned('BGPVPNNetAssociation', {
    id,
    bgpvpn_id: bgpvpn.id,
    bgpvpn: bgpvpnPrimitive(bgpvpn),
    network_id: network.id,
    subnets: [JSON.stringify(subnet)],
  });
}

/** One hop of a service chain of networking-sfc; ports are ids. */
export interface ChainHop {
  readonly id: string;
  readonly rts: readonly string[];
  readonly ingressPorts: readonly string[];
  readonly egressPorts: readonly string[];
  readonly gatewayIp: string;
  readonly readvertise?: { readonly from: readonly string[]; readonly to: string };
  readonly attractTo?: string;
  readonly redirectRts?: readonly string[];
  readonly classifier?: Readonly<Record<string, string>>;
}

export function chainHop(hop: ChainHop): Primitive {
  return versioned('BaGPipeChainHop', {
    id: hop.id,
    portchain_id: '89b2e5e4-89c4-4020-a4c1-7ab26347a264',
    rts: hop.rts,
    ingress_gw: hop.gatewayIp,
    egress_gw: hop.gatewayIp,
    ingress_ppg: null,
    egress_ppg: null,
    ingress_network: null,
    egress_network: null,
    ingress_ports: hop.ingressPorts,
    egress_ports: hop.egressPorts,
    readv_from_rts: hop.readvertise?.from ?? [],
    readv_to_rt: hop.readvertise?.to ?? null,
    attract_to_rt: hop.attractTo ?? null,
    redirect_rts: hop.redirectRts ?? [],
    classifiers: hop.classifier === undefined ? null : JSON.stringify([hop.classifier]),
    reverse_hop: false,
  });
}

function bgpvpnPrimitive(bgpvpn: Bgpvpn): Primitive {
  const { id, type, name, routeTargets, importTargets, exportTargets, localPref, vni } = bgpvpn;
  return versioned('BGPVPN', {
    id,
    type,
    name,
    route_targets: routeTargets,
    import_targets: importTargets ?? [],
    export_targets: exportTargets ?? [],
    route_distinguishers: [],
    // What is null in the database is left out for these two, and null is as good.
    local_pref: localPref ?? null,
    vni: vni ?? null,
  });
}

function versioned(name: string, data: Readonly<Record<string, unknown>>): Primitive {
  return {
    'versioned_object.name': name,
    'versioned_object.namespace': 'versionedobjects',
    'versioned_object.version': '1.0',
    'versioned_object.data': { project_id: '8e1b6f1c0d5e4f7a9b3c2d1e0f9a8b7c', ...data },
  };
}
