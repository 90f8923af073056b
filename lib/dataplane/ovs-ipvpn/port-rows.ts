import { failure, success } from '../../result.ts';
import { intoVrf, resubmit } from './actions.ts';
import { NO_VLAN, sourceOf } from './endpoint.ts';
import { cameFrom, fromPort, inVrf, PRIORITY } from './pipeline.ts';
import type { SourceOwners } from './source-owners.ts';
import { machinePort } from './tunnels.ts';
import { flow, type Rows, type Workshop } from './unit.ts';
import type { Source, Vrf } from './vrf.ts';

/** As Open vSwitch writes "without a tag"; without this condition, tagged packets would be meant as well. */
const UNTAGGED = 'vlan_tci=0x0000/0x1fff';

/** IPv4 and ARP packets that machines send come into their VRF. */
export function portRows(vrf: Vrf, source: Source, owners: SourceOwners, workshop: Workshop): Rows {
  const { tables, view } = workshop;
  const { vlan, endpoints } = source;
  if (!endpoints.some(({ sends }) => sends)) return success([]);
  const number = machinePort(source.port, workshop);
  if (!number.ok) return number;
  const rival = owners.rivalOf(sourceOf(endpoints[0]!), number.value, view);
  if (rival !== undefined) return failure(rival);
  const port = number.value;
  const actions = [
    ...(vlan === NO_VLAN ? [] : ['pop_vlan']),
    'set_field:0->in_port',
    intoVrf(vrf.instance),
    `set_field:0x${cameFrom(port, vlan).toString(16)}->reg1`,
    resubmit(tables.vrf),
  ];
  const tag = vlan === NO_VLAN ? UNTAGGED : `dl_vlan=${vlan}`;
  const inputs = ['ip', 'arp'].map((protocol) =>
    flow(vrf, {
      table: tables.input,
      priority: PRIORITY.input,
      match: [protocol, `in_port=${port}`, tag],
      actions,
    }),
  );
  return success([...inputs, ...ownAddressRows(vrf, source, port, workshop)]);
}

/**
 * Whoever answers for every address must not do so where a machine asks whether its own one is free (RFC 5227), or
 * announces it.
 */
function ownAddressRows(
  vrf: Vrf,
  { vlan, endpoints }: Source,
  port: number,
  { settings, tables }: Workshop,
): readonly ReturnType<typeof flow>[] {
  if (!settings.arpResponder || !settings.proxyArp) return [];
  return [...new Set(endpoints.map(({ ip }) => ip))].map((ip) =>
    flow(vrf, {
      table: tables.vrf,
      priority: PRIORITY.ownAddress,
      match: ['arp', inVrf(vrf.instance), fromPort(port, vlan), `arp_tpa=${ip}`, 'arp_op=1'],
      actions: [],
    }),
  );
}
