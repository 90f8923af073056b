import { formatIpv4 } from '../../net/ip-address.ts';
import { success, type Result } from '../../result.ts';
import type { UpdateFault } from '../fault.ts';
import { lengthFault } from './fault.ts';

/** The value of an attribute that is one IPv4 address, as text. */
export function decodeIpv4Attribute(
  attribute: string,
  bytes: Buffer,
  start: number,
  end: number,
): Result<string, UpdateFault> {
  return end - start === 4 ? success(formatIpv4(bytes, start)) : lengthFault(attribute, end - start, '4');
}
