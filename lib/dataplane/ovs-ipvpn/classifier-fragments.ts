import type { FlowMatch } from '../../bgp/nlri/flow-component.ts';
import { failure, success, type Result } from '../../result.ts';
import { bitCondition } from './classifier-bits.ts';

/** What Open vSwitch tells apart: a sum of `FRAGMENT`s. */
export type Fragments = number;

export const FRAGMENT = {
  /** Packets that are whole. */
  none: 1,
  /** Offset 0, and more to come. */
  first: 2,
  later: 4,
} as const;

export const ANY_FRAGMENT: Fragments = FRAGMENT.none | FRAGMENT.first | FRAGMENT.later;

/** The bits of the component (RFC 8955 §4.2.2.12). */
const BIT = { dontFragment: 1, isFragment: 2, firstFragment: 4, lastFragment: 8 } as const;

const BITS = 4;
const BITS_MASK = (1 << BITS) - 1;

/** The bits of all packets that there are, as far as Open vSwitch cannot tell them apart from each other. */
const PACKETS: readonly (readonly [fragment: Fragments, bits: readonly number[]])[] = [
  [FRAGMENT.none, [0]],
  [FRAGMENT.first, [BIT.firstFragment]],
  [FRAGMENT.later, [BIT.isFragment, BIT.isFragment | BIT.lastFragment]],
];

/** The packets that the component means. A failure where Open vSwitch would have to tell more of them apart. */
export function fragmentsThatFulfil(matches: readonly FlowMatch[]): Result<Fragments, string> {
  // The bits that are reserved are ignored.
  const known = matches.map((match) => ({
    ...match,
    value: Number(BigInt(match.value) & BigInt(BITS_MASK)),
  }));
  const condition = bitCondition(known, BITS);
  let fragments: Fragments = 0;
  for (const [fragment, packets] of PACKETS) {
    for (const bits of packets) {
      if (condition(bits) !== condition(bits | BIT.dontFragment)) return failure(untold('dont-fragment'));
    }
    const meant = packets.filter(condition).length;
    if (meant === packets.length) fragments |= fragment;
    else if (meant > 0) return failure(untold('last-fragment'));
  }
  return success(fragments);
}

function untold(bit: string): string {
  return `fragment: ${bit} is nothing that Open vSwitch can match`;
}

const NAMES: readonly (readonly string[])[] = [
  [],
  ['no'],
  ['first'],
  ['not_later'],
  ['later'],
  ['no', 'later'],
  ['yes'],
];

/**
 * The values of `nw_frag` that leave `wanted` of the packets that other fields let through; undefined where it need not
 * be matched.
 */
export function fragmentMatches(wanted: Fragments, possible: Fragments): readonly (string | undefined)[] {
  const left = wanted & possible;
  return left === possible ? [undefined] : NAMES[left]!;
}
