import { OPTIONAL_NON_TRANSITIVE, type AttributeDescriptor } from './descriptor.ts';
import { decodeNumberAttribute, encodeNumberAttribute } from './number-attribute.ts';

/** MULTI_EXIT_DISC (RFC 4271 §5.1.4, RFC 7606 §7.4) */
export const MED: AttributeDescriptor<'med'> = {
  code: 4,
  name: 'med',
  field: 'med',
  flags: OPTIONAL_NON_TRANSITIVE,
  decode: (bytes, start, end) => decodeNumberAttribute('MULTI_EXIT_DISC', bytes, start, end),
  encode: encodeNumberAttribute,
  format: (value) => `${value}`,
};
