import { administeredCodes, decodeAdministered, encodeAdministered } from './administered.ts';
import type { CommunityDescriptor } from './descriptor.ts';

/**
 * RFC 4360 §4, RFC 5668. Only the transitive forms: a non-transitive one (0x40) means something else to who
 * compares eight bytes, and stays unknown.
 */
export const ROUTE_TARGET: CommunityDescriptor<'route-target'> = {
  kind: 'route-target',
  codes: administeredCodes(0x00, 0x02),
  decode: (bytes, offset) => ({ kind: 'route-target', target: decodeAdministered(bytes, offset) }),
  encode: ({ target }) => encodeAdministered(0x00, 0x02, target),
  format: ({ target }) => `target:${target}`,
};
