import { GATEWAY_MAC } from './pipeline.ts';
import { NO_VLAN, type Endpoint } from './endpoint.ts';

/** Parts of the `actions` of flows and buckets, as Open vSwitch writes them. */

export const POP_TO_IPV4 = 'pop_mpls:0x0800';

export function resubmit(table: number): string {
  return `resubmit(,${table})`;
}

/** The packet is one of this VRF. */
export function intoVrf(instance: number): string {
  return `set_field:0x${instance.toString(16)}->reg0`;
}

/** Nothing for `NO_VLAN`. */
export function pushVlan(vlan: number): readonly string[] {
  if (vlan === NO_VLAN) return [];
  // The field has a bit that says that there is a tag.
  return ['push_vlan:0x8100', `set_field:${0x1000 + vlan}->vlan_vid`];
}

export function pushLabel(label: number): readonly string[] {
  return ['push_mpls:0x8847', `set_field:${label}->mpls_label`];
}

/** An IPv4 packet becomes a frame to the machine, from the gateway. `port`: the number of `Endpoint.to`. */
export function deliver({ mac, vlan }: Endpoint, port: number): readonly string[] {
  return [
    ...pushVlan(vlan),
    `set_field:${GATEWAY_MAC}->eth_src`,
    `set_field:${mac}->eth_dst`,
    `output:${port}`,
  ];
}

/** An ARP request becomes the reply: the gateway has that address. It goes to where the request came from. */
export function replyToArp(vlan: number): readonly string[] {
  return [
    'move:NXM_OF_ETH_SRC[]->NXM_OF_ETH_DST[]',
    `set_field:${GATEWAY_MAC}->eth_src`,
    'set_field:2->arp_op',
    'move:NXM_NX_ARP_SHA[]->NXM_NX_ARP_THA[]',
    'push:NXM_OF_ARP_TPA[]',
    'move:NXM_OF_ARP_SPA[]->NXM_OF_ARP_TPA[]',
    `set_field:${GATEWAY_MAC}->arp_sha`,
    'pop:NXM_OF_ARP_SPA[]',
    ...pushVlan(vlan),
    'output:NXM_NX_REG1[0..15]',
  ];
}
