import type { Attachment } from '../support/api-client.ts';
import type { Namespace } from '../support/network-namespace.ts';
import { MPLS_BRIDGE } from './bridges.ts';
import type { ComputeNode, Dataplane } from './compute-node.ts';
import type { Machine } from './machine.ts';

/** Leaves room for every encapsulation on an underlay of 1500 bytes. */
export const VRF_MTU = 1400;

/** A node with an Open vSwitch, in which the IP VPN driver has these options. */
export function ipvpnDataplane(options: Readonly<Record<string, string | number | boolean>>): Dataplane {
  const section = { dataplane_driver: 'ovs', ovs_bridge: MPLS_BRIDGE, arp_responder: true, ...options };
  return { openVswitch: true, configuration: { DATAPLANE_DRIVER_IPVPN: section } };
}

/** A node whose kernel forwards, by VRF devices and MPLS; `way` is the `mpls_interface` of its driver. */
export function kernelDataplane(way: string): Dataplane {
  return {
    configuration: { DATAPLANE_DRIVER_IPVPN: { dataplane_driver: 'linux', mpls_interface: way } },
  };
}

export interface VrfMachineOptions {
  readonly node: ComputeNode;
  /** Also the name of its interface on the node, of 15 characters at most. */
  readonly name: string;
  readonly vrf: string;
  /** `11.0.0.1`; it thinks that it is in a network /24, */
  readonly address: string;
  /** whose gateway this is; the last host of the network unless given. */
  readonly gateway?: string;
  readonly mac: string;
  /** A number that all machines of the VRF import and export. */
  readonly routeTarget: number;
}

/** A virtual machine in an IP VPN, running; it is not attached yet. Fit for `attach` and `reaches`. */
export async function addVrfMachine(options: VrfMachineOptions): Promise<Machine> {
  const { node, name, address, mac } = options;
  const namespace: Namespace = await node.addMachine(name, mac, `${address}/24`, VRF_MTU);
  await node.namespace.run(`ip link set ${name} up`);
  const gateway = options.gateway ?? `${address.slice(0, address.lastIndexOf('.'))}.254`;
  await namespace.run(`ip route add default via ${gateway}`);
  const attachment: Attachment = {
    vpn_type: 'ipvpn',
    vpn_instance_id: options.vrf,
    mac_address: mac,
    ip_address: address,
    gateway_ip: gateway,
    local_port: { linuxif: name },
    import_rt: [`64512:${options.routeTarget}`],
    export_rt: [`64512:${options.routeTarget}`],
  };
  return { name, node, namespace, address, attachment };
}
