import { MPLS_BRIDGE } from '../lab/bridges.ts';
import type { ComputeNode, Dataplane } from '../lab/compute-node.ts';
import { buildOverlay } from '../lab/overlay.ts';
import { Laboratory, Namespace } from '../support/network-namespace.ts';
import type { Drivers, Scenario } from './scenario.ts';

/** The nodes of a scenario, running. Their namespaces are called `node-a` and so on. */
export interface Stage {
  readonly nodes: ReadonlyMap<string, ComputeNode>;
  readonly reflector: Namespace;
}

const PREFIX = 'node';
/** In seconds: a node that has failed is forgotten after it. */
const HOLD_TIME = 9;

/** Builds the nodes and their reflector, and waits for the BGP sessions. Files go to the directory. */
export async function buildStage(
  { nodes, reflector }: Pick<Scenario, 'nodes' | 'reflector'>,
  directory: string,
): Promise<Stage> {
  const overlay = await buildOverlay({
    reflector,
    nodes: [...nodes].map(([name, drivers]) => ({ name, dataplane: dataplaneOf(drivers) })),
    holdTime: HOLD_TIME,
    laboratory: new Laboratory(PREFIX),
    files: { directory },
  });
  return {
    nodes: new Map(overlay.nodes.map((node) => [node.name, node])),
    reflector: new Namespace(`${PREFIX}-rr`),
  };
}

export function usesOpenVswitch({ ipvpn }: Drivers): boolean {
  return ipvpn === 'ovs';
}

/** How a node with these drivers is set up. */
export function dataplaneOf(drivers: Drivers): Dataplane {
  const openVswitch = usesOpenVswitch(drivers);
  const IPVPN = {
    // Machines that think that they are in one network ask each other for their MAC addresses.
    ovs: {
      ...{ dataplane_driver: 'ovs', ovs_bridge: MPLS_BRIDGE, arp_responder: true, proxy_arp: true },
      // The tunnels of the kernel carry no Ethernet: so nodes of both kinds understand each other.
      gre_tunnel_options: 'packet_type=legacy_l3',
    },
    linux: { dataplane_driver: 'linux', mpls_interface: '*gre*' },
    dummy: { dataplane_driver: 'dummy' },
  };
  return {
    openVswitch,
    configuration: {
      // Whoever draws a picture asks all nodes.
      API: { host: '0.0.0.0' },
      DATAPLANE_DRIVER_IPVPN: IPVPN[drivers.ipvpn],
      DATAPLANE_DRIVER_EVPN: { dataplane_driver: drivers.evpn },
    },
  };
}
