import type { LookingGlassNode } from '../../api/looking-glass.ts';
import { tableOf, vrfDevice } from './names.ts';
import type { LinuxIpvpnSettings } from './settings.ts';
import type { Vrf } from './vrf.ts';

export type Description = Readonly<Record<string, LookingGlassNode>>;

/** By the names that the original has for these things, as far as it has any. */
export function describeLinuxIpvpn({ mplsInterface }: LinuxIpvpnSettings): Description {
  return { mpls_interface: mplsInterface ?? null };
}

export function describeVrf({ instance, endpoints }: Vrf): Description {
  const ports = new Set(Array.from(endpoints.values(), ({ port }) => port));
  return { vrf_if: vrfDevice(instance), route_table: tableOf(instance), ports: [...ports].sort() };
}
