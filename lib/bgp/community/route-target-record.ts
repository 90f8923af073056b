import { administeredCodes, decodeAdministered, encodeAdministered } from './administered.ts';
import type { CommunityDescriptor } from './descriptor.ts';

/** draft-ietf-bess-service-chaining: which route targets a re-advertised route had before. */
export const ROUTE_TARGET_RECORD: CommunityDescriptor<'route-target-record'> = {
  kind: 'route-target-record',
  codes: administeredCodes(0x00, 0x13),
  decode: (bytes, offset) => ({ kind: 'route-target-record', target: decodeAdministered(bytes, offset) }),
  encode: ({ target }) => encodeAdministered(0x00, 0x13, target),
  format: ({ target }) => `rtrecord:${target}`,
};
