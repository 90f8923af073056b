import { success } from '../../result.ts';
import { deliver, POP_TO_IPV4 } from './actions.ts';
import type { Endpoint } from './endpoint.ts';
import { PRIORITY, VXLAN_PORT } from './pipeline.ts';
import { machinePort } from './tunnels.ts';
import { flow, type Rows, type Workshop } from './unit.ts';
import type { Vrf } from './vrf.ts';

/** Packets that come with the label of a machine, wherever from, go to it. */
export function labelRows(vrf: Vrf, endpoint: Endpoint, workshop: Workshop): Rows {
  const { settings, tables, view } = workshop;
  const port = machinePort(endpoint.to, workshop);
  if (!port.ok) return port;
  const delivery = deliver(endpoint, port.value);
  const common = { table: tables.encap, priority: PRIORITY.input };
  const mpls = flow(vrf, {
    ...common,
    match: ['mpls', `mpls_label=${endpoint.label}`, 'mpls_bos=1'],
    actions: [POP_TO_IPV4, ...delivery],
  });
  if (!settings.vxlan) return success([mpls]);
  const tunnel = view.portNumber(VXLAN_PORT);
  if (!tunnel.ok) return tunnel;
  const match = [`tun_id=0x${endpoint.label.toString(16)}`, `in_port=${tunnel.value}`];
  return success([mpls, flow(vrf, { ...common, match, actions: delivery })]);
}
