import { isInterfaceName } from '../../net/interface-name.ts';
import { isHostAddress, isIpv4 } from '../../net/ip-address.ts';
import { parseIpPrefix } from '../../net/ip-prefix.ts';
import { isUnicast, parseMacAddress } from '../../net/mac-address.ts';
import { failure, success, type Result } from '../../result.ts';
import type { VrfEndpointState } from '../intent.ts';
import { isEviPort } from '../ovs-ipvpn/evi-port.ts';
import { isOwnDevice, MOST_LABELS } from './names.ts';
import type { LinuxIpvpnSettings } from './settings.ts';

/** An address of a virtual machine, and the interface behind which the machine is. */
export interface Endpoint {
  readonly port: string;
  /** Whether an EVI is behind the port, with machines that answer for themselves. */
  readonly isEvi: boolean;
  readonly mac: string;
  /** `0.0.0.0` where a default route is announced: the machine has another address. */
  readonly ip: string;
  /** What is announced: the address alone (`10.0.0.1/32`), or a subnet. */
  readonly prefix: string;
  /** One label is one machine, whatever the number of its addresses. */
  readonly label: number;
  /** Whether the machine may send into the VRF, */
  readonly sends: boolean;
  /** and receive from it. */
  readonly receives: boolean;
}

const NO_ADDRESS = '0.0.0.0';

/**
 * A failure names the member of the request that does not fit.
 *
 * @param localInterface - the one that has the local address
 * @param gatewayIp - that of the VRF
 */
export function readEndpoint(
  { port, ip, mac, prefix, label, direction }: VrfEndpointState,
  { mplsInterface }: LinuxIpvpnSettings,
  localInterface: string | undefined,
  gatewayIp: string | undefined,
): Result<Endpoint, string> {
  const name = port.interface;
  if (!isInterfaceName(name)) return failure(`local_port: not an interface name: ${JSON.stringify(name)}`);
  if (name === mplsInterface || name === localInterface || isOwnDevice(name)) {
    return failure(`local_port: ${name} is the way to other nodes`);
  }
  if (name === 'lo') return failure('local_port: lo is the loopback interface');
  if (!isIpv4(ip)) return failure(`ip_address: ${ip}: the driver forwards IPv4 only`);
  if (!isHostAddress(ip) && (ip !== NO_ADDRESS || prefix === `${ip}/32`)) {
    return failure(`ip_address: ${ip} is not the address of a host`);
  }
  if (gatewayIp !== undefined && !isGateway(gatewayIp)) {
    return failure(`gateway_ip: ${gatewayIp} is not the address of a host`);
  }
  // An EVI is reached by the address of the gateway.
  if (gatewayIp === ip && !isEviPort(port)) {
    return failure(`gateway_ip: ${gatewayIp} is the address of the machine itself`);
  }
  if (parseMacAddress(mac) !== mac || !isUnicast(mac)) {
    return failure(`mac_address: not the MAC address of one station: ${JSON.stringify(mac)}`);
  }
  if (parseIpPrefix(prefix) === undefined) return failure(`ip_address: ${prefix} is not a prefix`);
  if (!Number.isInteger(label) || label < 0 || label >= MOST_LABELS) {
    return failure(`label ${label}: the kernel has those from 0 to ${MOST_LABELS - 1}`);
  }
  return success({
    port: name,
    isEvi: isEviPort(port),
    mac,
    ip,
    prefix,
    label,
    sends: direction !== 'to-port',
    receives: direction !== 'from-port',
  });
}

/** It is put on the port. */
function isGateway(address: string): boolean {
  return isIpv4(address) && isHostAddress(address) && !address.startsWith('127.');
}

export function isSameEndpoint(a: Endpoint, b: Endpoint): boolean {
  return (
    a.port === b.port &&
    a.isEvi === b.isEvi &&
    a.mac === b.mac &&
    a.ip === b.ip &&
    a.prefix === b.prefix &&
    a.label === b.label &&
    a.sends === b.sends &&
    a.receives === b.receives
  );
}

/** The address alone, as a prefix. */
export function hostPrefix({ ip }: Endpoint): string {
  return `${ip}/32`;
}

/** What leads to the endpoint: its address, and the subnet if it announces one. */
export function prefixesTo(endpoint: Endpoint): readonly string[] {
  const host = hostPrefix(endpoint);
  return endpoint.prefix === host || !hasAddress(endpoint) ? [endpoint.prefix] : [host, endpoint.prefix];
}

export function hasAddress({ ip }: Endpoint): boolean {
  return ip !== NO_ADDRESS;
}

/** The one by whose address a machine is found that has all of these: any will do. Undefined if none has an address. */
export function addressed(endpoints: readonly Endpoint[]): Endpoint | undefined {
  return endpoints
    .filter(hasAddress)
    .reduce<Endpoint | undefined>((a, b) => (a !== undefined && a.ip <= b.ip ? a : b), undefined);
}

/** Why a machine cannot be found that has an address of none of its endpoints, for people. */
export function noAddress(endpoint: Endpoint): string {
  return `ip_address: ${endpoint.ip} is not the address of a host, and ${endpoint.mac} has no other one`;
}
