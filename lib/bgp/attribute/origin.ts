import { success } from '../../result.ts';
import { WELL_KNOWN, type AttributeDescriptor } from './descriptor.ts';
import { lengthFault } from './fault.ts';

export const ORIGIN_IGP = 0;

const NAMES = ['igp', 'egp', 'incomplete'];

/**
 * RFC 4271 §5.1.1. Here nothing depends on it, so that a route whose ORIGIN is not defined is not lost for that
 * (RFC 7606 §7.1 would have it withdrawn), as little as one that has none.
 */
export const ORIGIN: AttributeDescriptor<'origin'> = {
  code: 1,
  name: 'origin',
  field: 'origin',
  flags: WELL_KNOWN,
  decode(bytes, start, end) {
    if (end - start !== 1) return lengthFault('ORIGIN', end - start, '1');
    return success(bytes[start]!);
  },
  encode: (origin) => Buffer.from([origin]),
  format: (origin) => NAMES[origin] ?? `${origin}`,
};
