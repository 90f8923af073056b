import { ipAddressBytes } from '../../net/ip-address.ts';
import { decodeIpv4Attribute } from './address-attribute.ts';
import { OPTIONAL_NON_TRANSITIVE, type AttributeDescriptor } from './descriptor.ts';

/** RFC 4456 §8, RFC 7606 §7.9 */
export const ORIGINATOR_ID: AttributeDescriptor<'originatorId'> = {
  code: 9,
  name: 'originator-id',
  field: 'originatorId',
  flags: OPTIONAL_NON_TRANSITIVE,
  decode: (bytes, start, end) => decodeIpv4Attribute('ORIGINATOR_ID', bytes, start, end),
  encode: (identifier) => ipAddressBytes(identifier),
  format: (identifier) => identifier,
};
