import { failure, success } from '../../result.ts';
import { addressed, hostPrefix, noAddress, type Endpoint } from './endpoint.ts';
import { PROTOCOL, vrfDevice } from './names.ts';
import { portGround } from './port-ground.ts';
import type { Workshop } from './prefix-rows.ts';
import { GONE, type KernelRow, type KernelRows } from './row.ts';
import type { Vrf } from './vrf.ts';

/**
 * Packets that come with the label of a machine, wherever from, go to it. Where a subnet is announced with the label, and
 * the VRF has a way to the subnet by that machine, the VRF looks where in it they should go.
 */
export function labelRows(
  vrf: Vrf,
  label: number,
  endpoints: readonly Endpoint[],
  { ports, view }: Workshop,
): KernelRows {
  const subnets = endpoints.filter((endpoint) => endpoint.prefix !== hostPrefix(endpoint));
  if (subnets.some((endpoint) => vrf.ownWays(endpoint.prefix, [endpoint]).length > 0)) {
    return success([labelRow(label, `dev ${vrfDevice(vrf.instance)}`)]);
  }
  const endpoint = addressed(endpoints);
  if (endpoint === undefined) return failure(noAddress(endpoints[0]!));
  const { ip, port } = endpoint;
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
