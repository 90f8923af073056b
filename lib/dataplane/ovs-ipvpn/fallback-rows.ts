import { failure, success } from '../../result.ts';
import type { VrfState } from '../intent.ts';
import { pushVlan } from './actions.ts';
import { fromVlan, inVrf, PRIORITY } from './pipeline.ts';
import { portNumber, type NamedPort, type PortRef } from './ports.ts';
import { flow, type Rows, type Workshop } from './unit.ts';
import type { Vrf } from './vrf.ts';

/** The port that must be there. */
export function fallbackPort(state: VrfState | undefined): NamedPort | undefined {
  const port = portOf(state);
  return typeof port === 'string' ? { name: port, request: { make: undefined } } : undefined;
}

/** Packets that match no prefix leave by the port of the fallback, in the VLAN in which they came. */
export function fallbackRows(vrf: Vrf, { tables, view }: Workshop): Rows {
  const fallback = vrf.state?.fallback;
  if (fallback === undefined) return success([]);
  const port = portOf(vrf.state);
  if (port === undefined) {
    return failure('fallback: ovs_port_number or ovs_port_name is missing: one of them is expected');
  }
  const number = portNumber(port, view);
  if (!number.ok) return number;
  const { srcMac, dstMac } = fallback;
  const rows = [...vrf.vlans].map((vlan) =>
    flow(vrf, {
      table: tables.vrf,
      priority: PRIORITY.fallback,
      match: ['ip', inVrf(vrf.instance), fromVlan(vlan)],
      actions: [
        ...pushVlan(vlan),
        ...(srcMac === undefined ? [] : [`set_field:${srcMac}->eth_src`]),
        ...(dstMac === undefined ? [] : [`set_field:${dstMac}->eth_dst`]),
        `output:${number.value}`,
      ],
    }),
  );
  return success(rows);
}

function portOf(state: VrfState | undefined): PortRef | undefined {
  return state?.fallback?.portNumber ?? state?.fallback?.portName;
}
