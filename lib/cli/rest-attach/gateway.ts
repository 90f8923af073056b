import ipaddr from 'ipaddr.js';
import { ipAddressBytes } from '../../net/ip-address.ts';
import { parseIpPrefix } from '../../net/ip-prefix.ts';

/**
 * The last but one address of the subnet that `prefix` is in, where many networks have their gateway: 10.0.0.254 for
 * 10.0.0.1/24. Undefined for a host prefix.
 */
export function lastButOneAddress(prefix: string): string | undefined {
  const parsed = parseIpPrefix(prefix)!;
  const bytes = ipAddressBytes(parsed.address);
  const hostBits = bytes.length * 8 - parsed.length;
  if (hostBits === 0) return undefined;
  for (let bit = 1; bit < hostBits; bit++) bytes[bytes.length - 1 - (bit >> 3)]! |= 1 << (bit & 7);
  bytes[bytes.length - 1]! &= 0xfe;
  return ipaddr.fromByteArray([...bytes]).toString();
}
