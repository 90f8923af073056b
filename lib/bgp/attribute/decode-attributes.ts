import { UPDATE_ERROR, updateFault, type UpdateFault } from '../fault.ts';
import { latin1 } from '../latin1.ts';
import { EXTENDED_LENGTH, OPTIONAL_TRANSITIVE, type AttributeContext } from './descriptor.ts';
import type { AttributeValues, UnknownAttribute } from './path-attributes.ts';
import { attributeByCode, MP_REACH_NLRI, MP_UNREACH_NLRI } from './registry.ts';

/** The attributes of an UPDATE, and what is wrong with them; those that have a fault are left out. */
export interface DecodedAttributes {
  readonly values: AttributeValues;
  readonly faults: readonly UpdateFault[];
}

/**
 * Decodes the path attributes in `bytes[start, end)` but for MP_REACH and MP_UNREACH, each of which must lie within:
 *
 *     | flags (1) | code (1) | length (1, or 2 with the extended length flag) | value |
 *
 * The first of several with the same code counts (RFC 7606 §3 g). No attribute is required: peers inside the AS that
 * omit ORIGIN or an empty AS_PATH have always been understood. An unknown one is kept, even if it claims to be
 * well-known.
 */
export function decodeAttributes(
  bytes: Buffer,
  start: number,
  end: number,
  context: AttributeContext,
): DecodedAttributes {
  const values: Record<string, unknown> = {};
  const unknown: UnknownAttribute[] = [];
  const faults: UpdateFault[] = [];
  const seen = new Set<number>();
  let at = start;
  while (at < end) {
    const flags = bytes[at]!;
    const code = bytes[at + 1]!;
    const extended = (flags & EXTENDED_LENGTH) !== 0;
    const value = at + (extended ? 4 : 3);
    const next = value + (extended ? bytes.readUInt16BE(at + 2) : bytes[at + 2]!);
    at = next;
    if (code === MP_REACH_NLRI || code === MP_UNREACH_NLRI) continue;
    if (seen.has(code)) {
      faults.push(
        updateFault('discard', UPDATE_ERROR.malformedAttributeList, `attribute ${code} more than once`),
      );
      continue;
    }
    seen.add(code);
    const descriptor = attributeByCode(code);
    if (descriptor === undefined) {
      unknown.push({ flags: flags & ~EXTENDED_LENGTH, code, value: latin1(bytes, value, next) });
      continue;
    }
    if ((flags & OPTIONAL_TRANSITIVE) !== descriptor.flags) faults.push(flagsFault(descriptor.name, flags));
    const decoded = descriptor.decode(bytes, value, next, context);
    if (decoded.ok) values[descriptor.field] = decoded.value;
    else faults.push(decoded.fault);
  }
  if (unknown.length > 0) values['unknown'] = unknown;
  return { values, faults };
}

/** RFC 7606 §3 c */
export function flagsFault(attribute: string, flags: number): UpdateFault {
  const reason = `${attribute} with flags 0x${flags.toString(16).padStart(2, '0')}`;
  return updateFault('withdraw', UPDATE_ERROR.attributeFlags, reason);
}
