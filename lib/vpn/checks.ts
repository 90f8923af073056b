import { failure, success, type Result } from '../result.ts';
import type { Endpoint, EndpointTable } from './endpoint.ts';
import type { InstanceSetup } from './instance-kind.ts';
import type { AttachRequest, DetachRequest } from './request.ts';
import { refused, type VpnFault } from './vpn-fault.ts';

/** Whether an endpoint can be plugged beside those that are: undefined, or why not. */
export function checkPlug(
  setup: InstanceSetup,
  endpoints: EndpointTable,
  request: AttachRequest,
): VpnFault | undefined {
  const { mac, ip, ipText, port, direction } = request;
  const { directions, name } = setup.driver;
  if (!directions.includes(direction)) {
    return refused(`Unsupported direction: ${direction} (driver ${name} has ${directions.join(', ')})`);
  }
  const former = endpoints.ofMac(mac)[0];
  if (former !== undefined && !samePort(former, request)) {
    return refused(
      `Port information is not consistent. MAC address cannot be bound to two different ports. Previous plug for ` +
        `port ${port.interface} (${JSON.stringify(former.port.description)} != ${JSON.stringify(port.description)})`,
    );
  }
  // Several MACs may announce one subnet, but only one an address.
  if (ip === undefined || (request.advertiseSubnet && ip.length !== 32)) return undefined;
  const other = endpoints
    .ofAddress(ip.address)
    .find((each) => each.ip?.length === ip.length && each.mac !== mac);
  if (other === undefined) return undefined;
  return refused(
    `Inconsistent endpoint info: IP ${ipText!} already bound to a MAC address different from ${mac} (${other.mac})`,
  );
}

/** What an attach asks of the instance itself and does not get, because its first attach has decided that. */
export function ignoredOf(setup: InstanceSetup, request: AttachRequest): readonly string[] {
  const ignored: string[] = [];
  const { vni, bridge } = request;
  if (vni !== undefined && vni !== setup.dataplaneId) {
    ignored.push(`vni ${vni} ignored: the first attachment gave the instance ${setup.dataplaneId}`);
  }
  if (bridge !== setup.bridge) {
    ignored.push(
      `linuxbr ${bridge ?? '(none)'} ignored: the first attachment gave ${setup.bridge ?? 'none'}`,
    );
  }
  for (const [name, asked, given] of [
    ['readvertise', request.readvertise, setup.readvertise],
    ['attract_traffic', request.attractTraffic, setup.attractTraffic],
  ] as const) {
    if (asked === undefined || canonicalJson(asked) === canonicalJson(given)) continue;
    ignored.push(
      `${name} ignored: the first attachment gave ${given === undefined ? 'none' : 'another one'}`,
    );
  }
  return ignored;
}

/** The endpoints that a detach means: one, or without an IP all of the MAC (EVI), be there any or not. */
export function checkUnplug(
  endpoints: EndpointTable,
  request: DetachRequest,
): Result<readonly Endpoint[], VpnFault> {
  const { mac, ip, ipText } = request;
  if (ip === undefined) return success(endpoints.ofMac(mac));
  const endpoint = endpoints.get(request);
  if (endpoint !== undefined) return success([endpoint]);
  const address = ipText === undefined ? 'None' : `'${ipText}'`;
  return failure(refused(`Endpoint ('${mac}', ${address}) not plugged yet, can't unplug`));
}

function samePort(endpoint: Endpoint, request: AttachRequest): boolean {
  return canonicalJson(endpoint.port.description) === canonicalJson(request.port.description);
}

/** JSON in which the order of members does not count. */
function canonicalJson(value: unknown): string | undefined {
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
