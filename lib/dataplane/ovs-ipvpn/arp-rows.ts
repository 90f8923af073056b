import { success } from '../../result.ts';
import { replyToArp } from './actions.ts';
import { fromVlan, GATEWAY_MAC, inVrf, PRIORITY } from './pipeline.ts';
import { flow, type Rows, type Workshop } from './unit.ts';
import type { Vrf } from './vrf.ts';

/** A machine looks for the gateway, or looks whether it is still there. */
const ASKED = ['ff:ff:ff:ff:ff:ff', GATEWAY_MAC];

/** The gateway answers ARP requests, in each VLAN in which machines send. */
export function arpRows(vrf: Vrf, { settings, tables }: Workshop): Rows {
  const gateway = vrf.state?.gatewayIp;
  if (!settings.arpResponder || (gateway === undefined && !settings.proxyArp)) return success([]);
  const target = settings.proxyArp ? '' : `arp_tpa=${gateway}`;
  const rows = [...vrf.vlans].flatMap((vlan) =>
    ASKED.map((mac) =>
      flow(vrf, {
        table: tables.vrf,
        priority: PRIORITY.arpReply,
        match: ['arp', inVrf(vrf.instance), fromVlan(vlan), `dl_dst=${mac}`, target, 'arp_op=1'],
        actions: replyToArp(vlan),
      }),
    ),
  );
  return success(rows);
}
