import { failure, success } from '../../result.ts';
import { UPDATE_ERROR, updateFault } from '../fault.ts';
import { WELL_KNOWN, type AttributeDescriptor } from './descriptor.ts';
import { lengthFault } from './fault.ts';

export const ORIGIN_IGP = 0;

const NAMES = ['igp', 'egp', 'incomplete'];

/** RFC 4271 §5.1.1, RFC 7606 §7.1 */
export const ORIGIN: AttributeDescriptor<'origin'> = {
  code: 1,
  name: 'origin',
  field: 'origin',
  flags: WELL_KNOWN,
  decode(bytes, start, end) {
    if (end - start !== 1) return lengthFault('ORIGIN', end - start, '1');
    const origin = bytes[start]!;
    if (origin < NAMES.length) return success(origin);
    const reason = `ORIGIN ${origin}, expected 0 to 2`;
    return failure(updateFault('withdraw', UPDATE_ERROR.invalidOrigin, reason));
  },
  encode: (origin) => Buffer.from([origin]),
  format: (origin) => NAMES[origin] ?? `${origin}`,
};
