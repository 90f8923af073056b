import { encodeAttribute } from './attribute/encode-attributes.ts';
import { EXTENDED_LENGTH, OPTIONAL_NON_TRANSITIVE, OPTIONAL_TRANSITIVE } from './attribute/descriptor.ts';
import { flagsFault } from './attribute/decode-attributes.ts';
import { MP_REACH_NLRI, MP_UNREACH_NLRI } from './attribute/registry.ts';
import type { Family } from './family.ts';
import { UPDATE_ERROR, updateFault, type UpdateFault } from './fault.ts';

/**
 * Where the attributes of an UPDATE that carry NLRIs lie (RFC 4760 §3 and §4):
 *
 *     MP_REACH_NLRI    | AFI (2) | SAFI (1) | length (1) | next hop | reserved (1) | NLRIs |
 *     MP_UNREACH_NLRI  | AFI (2) | SAFI (1) | NLRIs |
 */
export interface AttributeLayout {
  readonly reach: Span | undefined;
  readonly unreach: Span | undefined;
  /** Whether there are others than these two. */
  readonly others: boolean;
  /** Where the attributes end that can be told apart. */
  readonly end: number;
  readonly fault: UpdateFault | undefined;
}

/** One attribute: header from `at`, value `[start, end)`. */
export interface Span {
  readonly at: number;
  readonly start: number;
  readonly end: number;
}

/** One pass over the attribute headers in `bytes[start, end)`. */
export function layOutAttributes(bytes: Buffer, start: number, end: number): AttributeLayout {
  let reach: Span | undefined;
  let unreach: Span | undefined;
  let others = false;
  let fault: UpdateFault | undefined;
  let at = start;
  while (at < end) {
    const flags = bytes[at]!;
    const extended = (flags & EXTENDED_LENGTH) !== 0;
    const value = at + (extended ? 4 : 3);
    if (value > end) return { reach, unreach, others, end: at, fault: overrun(bytes[at + 1]) };
    const code = bytes[at + 1]!;
    const next = value + (extended ? (bytes[at + 2]! << 8) | bytes[at + 3]! : bytes[at + 2]!);
    if (next > end) return { reach, unreach, others, end: at, fault: overrun(code) };
    if (code === MP_REACH_NLRI || code === MP_UNREACH_NLRI) {
      const isReach = code === MP_REACH_NLRI;
      const name = isReach ? 'MP_REACH_NLRI' : 'MP_UNREACH_NLRI';
      if ((isReach ? reach : unreach) !== undefined) fault = repeated(name);
      else if ((flags & OPTIONAL_TRANSITIVE) !== OPTIONAL_NON_TRANSITIVE) fault ??= flagsFault(name, flags);
      if (isReach) reach = { at, start: value, end: next };
      else unreach = { at, start: value, end: next };
    } else {
      others = true;
    }
    at = next;
  }
  return { reach, unreach, others, end, fault };
}

/** RFC 7606 §4: an attribute that runs over the end withdraws the routes, if they can still be found. */
function overrun(code: number | undefined): UpdateFault {
  const reason = `attribute ${code ?? '?'} runs over the end`;
  return updateFault('withdraw', UPDATE_ERROR.malformedAttributeList, reason);
}

/** RFC 7606 §3 g */
function repeated(name: string): UpdateFault {
  return updateFault('reset', UPDATE_ERROR.malformedAttributeList, `${name} more than once`);
}

/** What stands before the NLRIs in MP_REACH_NLRI. */
export function mpReachHead({ afi, safi }: Family, nextHop: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from([afi >> 8, afi & 0xff, safi, nextHop.length]),
    nextHop,
    Buffer.from([0]),
  ]);
}

/** What stands before the NLRIs in MP_UNREACH_NLRI. */
export function mpUnreachHead({ afi, safi }: Family): Buffer {
  return Buffer.from([afi >> 8, afi & 0xff, safi]);
}

export function encodeMpReach(head: Buffer, nlris: readonly Buffer[]): Buffer {
  return encodeAttribute(OPTIONAL_NON_TRANSITIVE, MP_REACH_NLRI, Buffer.concat([head, ...nlris]));
}

export function encodeMpUnreach(head: Buffer, nlris: readonly Buffer[]): Buffer {
  return encodeAttribute(OPTIONAL_NON_TRANSITIVE, MP_UNREACH_NLRI, Buffer.concat([head, ...nlris]));
}
