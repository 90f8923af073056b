import { failure, success, type Result } from '../../result.ts';
import { UPDATE_ERROR, updateFault, type UpdateFault } from '../fault.ts';
import { AS_TRANS } from '../open.ts';
import { WELL_KNOWN, type AttributeContext, type AttributeDescriptor } from './descriptor.ts';
import type { AsPathSegment } from './path-attributes.ts';

/** By segment type (RFC 4271 §4.3, RFC 5065 §3). */
const KINDS: readonly (AsPathSegment['kind'] | undefined)[] = [
  undefined,
  'set',
  'sequence',
  'confed-sequence',
  'confed-set',
];

/** A segment counts its numbers in one byte. */
const MAX_SEGMENT = 255;

/** RFC 4271 §5.1.2, RFC 7606 §7.2: segments of type (1), count (1) and numbers (2 or 4 each, RFC 6793 §4.1). */
export const AS_PATH: AttributeDescriptor<'asPath'> = {
  code: 2,
  name: 'as-path',
  field: 'asPath',
  flags: WELL_KNOWN,
  decode(bytes, start, end, { fourOctetAs }) {
    const size = fourOctetAs ? 4 : 2;
    const segments: AsPathSegment[] = [];
    let at = start;
    while (at < end) {
      if (at + 2 > end) return malformed('segment header is cut short');
      const kind = KINDS[bytes[at]!];
      const count = bytes[at + 1]!;
      if (kind === undefined) return malformed(`segment of unknown type ${bytes[at]!}`);
      if (count === 0) return malformed('segment without numbers');
      const next = at + 2 + count * size;
      if (next > end) return malformed('segment runs over the end');
      const numbers: number[] = [];
      for (let number = at + 2; number < next; number += size) numbers.push(bytes.readUIntBE(number, size));
      segments.push({ kind, numbers });
      at = next;
    }
    return success(segments);
  },
  encode: (segments, context) =>
    Buffer.concat(segments.flatMap((segment) => encodeSegment(segment, context))),
  format: (segments) => `[ ${segments.map(formatSegment).join(' ')} ]`,
};

/**
 * To a peer with 2-octet numbers a number that does not fit goes as AS_TRANS. AS4_PATH (RFC 6793 §4.2.2) is not
 * added: paths of other speakers are never passed on, and a path of ours is empty.
 */
function encodeSegment({ kind, numbers }: AsPathSegment, { fourOctetAs }: AttributeContext): Buffer[] {
  const size = fourOctetAs ? 4 : 2;
  const parts: Buffer[] = [];
  for (let first = 0; first < numbers.length; first += MAX_SEGMENT) {
    const some = numbers.slice(first, first + MAX_SEGMENT);
    const bytes = Buffer.alloc(2 + some.length * size);
    bytes[0] = KINDS.indexOf(kind);
    bytes[1] = some.length;
    some.forEach((number, index) => {
      const fits = fourOctetAs || number <= 0xffff;
      bytes.writeUIntBE(fits ? number : AS_TRANS, 2 + index * size, size);
    });
    parts.push(bytes);
  }
  return parts;
}

function formatSegment({ kind, numbers }: AsPathSegment): string {
  return kind === 'sequence' ? numbers.join(' ') : `${kind}( ${numbers.join(' ')} )`;
}

function malformed(reason: string): Result<never, UpdateFault> {
  return failure(updateFault('withdraw', UPDATE_ERROR.malformedAsPath, `AS_PATH: ${reason}`));
}
