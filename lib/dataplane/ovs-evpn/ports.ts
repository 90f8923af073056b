import type { PortRequest } from '../ovs/program.ts';
import { PATCH_PORT, TUNNEL_PORT } from './layout.ts';

/** The ports that the bridge must have as long as there is an EVI; `localAddress` is our VTEP. */
export function portRequests(localAddress: string): ReadonlyMap<string, PortRequest> {
  const options = [
    `local_ip=${localAddress}`,
    'remote_ip=flow',
    'key=flow',
    'df_default=true',
    // Marks that packets have got before do not decide on the way that they take.
    'egress_pkt_mark=0',
  ];
  return new Map([
    // The agent's; without it there is no way to the VMs.
    [PATCH_PORT, { make: undefined }],
    [TUNNEL_PORT, { make: { type: 'vxlan', options, mtu: undefined } }],
  ]);
}
