import { EVPN_OWNER, GROUPS } from '../ovs/owner.ts';

/**
 * Where flows go among those that the Neutron agent keeps in its tunnel bridge. What comes from the VMs has the VLAN by
 * which the node knows the network; what comes from a tunnel has its VNI.
 */
export const TABLE = {
  /** By port of entry. */
  classification: 0,
  /** VNI to VLAN, and on to the VMs. */
  fromTunnel: 4,
  /** VLAN and MAC to tunnel. */
  unicast: 20,
  /** Answers to ARP requests; what nobody answers is flooded. */
  arp: 21,
  /** Broadcast, unknown unicast and multicast. */
  flood: 22,
} as const;

export const PRIORITY = {
  /** As the agent's own flows of that table. */
  classification: 1,
  /** As the agent's own, which answer for other networks. */
  arp: 1,
  /** Above the agent's own, for its networks (1) and for the rest (0). */
  network: 5,
} as const;

/** The patch port to the bridge of the VMs, as the agent names it. */
export const PATCH_PORT = 'patch-int';

/** One port for all VTEPs: each packet says where it goes. */
export const TUNNEL_PORT = 'vxlan-bagpipe';

/** The groups that an EVI may need for its flood list. */
export const GROUPS_OF_EVI = 16;

const INSTANCES = GROUPS / GROUPS_OF_EVI;

/**
 * The groups of an EVI: the first one has the number of the instance. Numbers of instances are not used again; two that
 * share a group are a million attachments apart.
 */
export function groupNumber(instance: number, index: number): number {
  return EVPN_OWNER.firstGroup + index * INSTANCES + (instance % INSTANCES);
}
