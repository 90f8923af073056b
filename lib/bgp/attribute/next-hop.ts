import { ipAddressBytes } from '../../net/ip-address.ts';
import { decodeIpv4Attribute } from './address-attribute.ts';
import { WELL_KNOWN, type AttributeDescriptor } from './descriptor.ts';

/** RFC 4271 §5.1.3, RFC 7606 §7.3. Some speakers send it beside MP_REACH_NLRI, where it means nothing. */
export const NEXT_HOP: AttributeDescriptor<'ipv4NextHop'> = {
  code: 3,
  name: 'next-hop',
  field: 'ipv4NextHop',
  flags: WELL_KNOWN,
  decode: (bytes, start, end) => decodeIpv4Attribute('NEXT_HOP', bytes, start, end),
  encode: (address) => ipAddressBytes(address),
  format: (address) => address,
};
