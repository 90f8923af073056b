import { administeredCodes, decodeAdministered, encodeAdministered } from './administered.ts';
import type { CommunityDescriptor } from './descriptor.ts';

/** RFC 8955 §7.4: the three forms of route targets, under the generic types 0x80 to 0x82. */
export const REDIRECT_TO_VRF: CommunityDescriptor<'redirect-to-vrf'> = {
  kind: 'redirect-to-vrf',
  codes: administeredCodes(0x80, 0x08),
  decode: (bytes, offset) => ({ kind: 'redirect-to-vrf', target: decodeAdministered(bytes, offset) }),
  encode: ({ target }) => encodeAdministered(0x80, 0x08, target),
  format: ({ target }) => `redirect:${target}`,
};
