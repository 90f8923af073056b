import { WELL_KNOWN, type AttributeDescriptor } from './descriptor.ts';
import { decodeNumberAttribute, encodeNumberAttribute } from './number-attribute.ts';

/** What a route without LOCAL_PREF is worth. */
export const DEFAULT_LOCAL_PREF = 100;

/** RFC 4271 §5.1.5; RFC 7606 §7.5 for a session inside the AS, and all of ours are. */
export const LOCAL_PREF: AttributeDescriptor<'localPref'> = {
  code: 5,
  name: 'local-preference',
  field: 'localPref',
  flags: WELL_KNOWN,
  decode: (bytes, start, end) => decodeNumberAttribute('LOCAL_PREF', bytes, start, end),
  encode: encodeNumberAttribute,
  format: (value) => `${value}`,
};
