import { success } from '../../result.ts';
import { hostPrefix, type Endpoint } from './endpoint.ts';
import { PROTOCOL, vrfDevice } from './names.ts';
import { portGround } from './port-ground.ts';
import type { Workshop } from './prefix-rows.ts';
import { GONE, type KernelRow, type KernelRows } from './row.ts';
import type { Vrf } from './vrf.ts';

/**
 * Packets that come with the label of a machine, wherever from, go to it. Where a subnet is announced with the label, the
 * VRF looks where in it they should go.
 */
export function labelRows(
  vrf: Vrf,
  label: number,
  endpoints: readonly Endpoint[],
  { ports, view }: Workshop,
): KernelRows {
  if (endpoints.some((endpoint) => endpoint.prefix !== hostPrefix(endpoint))) {
    return success([labelRow(label, `dev ${vrfDevice(vrf.instance)}`)]);
  }
  // One label is one machine: any of its addresses will do.
  const { ip, port } = endpoints.reduce((a, b) => (a.ip <= b.ip ? a : b));
  const ground = portGround(ports.get(port)!, view);
  if (!ground.ok) return ground;
  return success([labelRow(label, `via inet ${ip} dev ${port}`, ground.value.interface)]);
}

function labelRow(label: number, way: string, ground?: string): KernelRow {
  return {
    key: `label ${label}`,
    stage: 'label',
    put: [`route replace ${label} ${way} proto ${PROTOCOL}`],
    remove: [`route del ${label} proto ${PROTOCOL}`],
    tolerate: GONE.route,
    ...(ground !== undefined && { ground }),
  };
}
