import type { LookingGlassNode } from '../../api/looking-glass.ts';
import { BUCKETS } from '../ovs/row.ts';
import { portText } from './ports.ts';
import { tablesOf, VXLAN_PORT } from './pipeline.ts';
import type { OvsIpvpnSettings } from './settings.ts';
import type { Vrf } from './vrf.ts';

export type Description = Readonly<Record<string, LookingGlassNode>>;

/** By the names that the original has for these things. */
export function describeOvsIpvpn(settings: OvsIpvpnSettings): Description {
  const { mplsInterface, gre, vxlan } = settings;
  const { input, encap, vrf } = tablesOf(settings);
  return {
    mpls_interface: mplsInterface ?? null,
    gre: gre === undefined ? { enabled: false } : { enabled: true, gre_tunnel_port: gre.port },
    vxlan: vxlan ? { enabled: true, vxlan_tunnel_port: VXLAN_PORT } : { enabled: false },
    tables: { incoming: input, encap_in: encap, vrf },
  };
}

/**
 * The ports from which packets come into the VRF, or could (VLAN 0: untagged); and, if there are any, the prefixes that have
 * more ways than a group of Open vSwitch takes, with the number of those that are left out.
 */
export function describeVrf({ sources, prefixes }: Vrf): Description {
  const ports = Array.from(sources.values(), ({ port, vlan }) => ({ port: portText(port), vlan }));
  const left: Record<string, number> = {};
  for (const [prefix, { buckets }] of prefixes) {
    if (buckets.size > BUCKETS) left[prefix] = buckets.size - BUCKETS;
  }
  return Object.keys(left).length === 0 ? { ports } : { ports, ways_left_out: left };
}
