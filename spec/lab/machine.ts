import type { Attachment } from '../support/api-client.ts';
import type { Namespace } from '../support/network-namespace.ts';
import type { ComputeNode } from './compute-node.ts';
import { UNDERLAY_MTU } from './underlay.ts';

/** What VXLAN adds to a packet over IPv4: outer IP 20, UDP 8, VXLAN 8, inner Ethernet 14. */
const VXLAN_OVERHEAD = 50;
export const OVERLAY_MTU = UNDERLAY_MTU - VXLAN_OVERHEAD;

/** The networks of the laboratory: an id, what it carries on the wire, and its addresses 10.<number>.0.0/24. */
export interface Network {
  readonly id: string;
  readonly number: number;
}

/** A virtual machine, plugged into a compute node, and what attaches it to its network. */
export interface Machine {
  readonly name: string;
  readonly node: ComputeNode;
  readonly namespace: Namespace;
  readonly address: string;
  readonly attachment: Attachment;
}

export interface MachineOptions {
  readonly node: ComputeNode;
  readonly network: Network;
  readonly host: number;
  /** Attach it without its address: the E-VPN knows the MAC only. */
  readonly macOnly?: boolean;
  /** The VNI that this node uses for the network; the number of the network unless given. */
  readonly vni?: number;
}

/** Makes the machine, with its interface on the node; it is not attached yet. */
export async function addMachine(options: MachineOptions): Promise<Machine> {
  const { node, network, host } = options;
  const name = `${network.id}-${node.name}${host}`;
  const address = `10.${network.number}.0.${host}`;
  const mac = `02:00:00:00:${byte(network.number)}:${byte(host)}`;
  const routeTarget = `64512:${network.number}`;
  const namespace = await node.addMachine(name, mac, `${address}/24`, OVERLAY_MTU);
  const attachment: Attachment = {
    vpn_type: 'evpn',
    vpn_instance_id: network.id,
    vni: options.vni ?? network.number,
    mac_address: mac,
    ...(options.macOnly !== true && { ip_address: address }),
    local_port: { linuxif: name },
    import_rt: [routeTarget],
    export_rt: [routeTarget],
  };
  return { name, node, namespace, address, attachment };
}

export function attach({ node, attachment }: Machine): Promise<void> {
  return node.api.attach(attachment);
}

export function detach({ node, attachment }: Machine): Promise<void> {
  return node.api.detach(attachment);
}

function byte(value: number): string {
  return value.toString(16).padStart(2, '0');
}
