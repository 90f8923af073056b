import { FLOW_OPERATOR, type FlowMatch } from '../../bgp/nlri/flow-component.ts';

/** A set of numbers: ranges in ascending order, with a gap between one and the next. */
export type Values = readonly Range[];

interface Range {
  readonly first: number;
  readonly last: number;
}

/** The numbers that have the bits of `value` where `mask` has ones. */
export interface MaskedValue {
  readonly value: number;
  readonly mask: number;
}

/** All numbers of so many bits. */
export function allValues(bits: number): Values {
  return [{ first: 0, last: 2 ** bits - 1 }];
}

export function valuesIn(numbers: readonly number[]): Values {
  return united(numbers.map((number) => ({ first: number, last: number })));
}

/** The numbers of so many bits that fulfil the comparisons (RFC 8955 §4.2.1.1): "and" binds closer than "or". */
export function valuesThatFulfil(matches: readonly FlowMatch[], bits: number): Values {
  const alternatives: Values[] = [];
  for (const [index, match] of matches.entries()) {
    const values = compared(match, 2 ** bits - 1);
    const before = match.and && index > 0 ? alternatives.pop()! : undefined;
    alternatives.push(before === undefined ? values : intersection(before, values));
  }
  return united(alternatives.flat());
}

export function intersection(a: Values, b: Values): Values {
  const common: Range[] = [];
  for (const one of a) {
    for (const other of b) {
      const first = Math.max(one.first, other.first);
      const last = Math.min(one.last, other.last);
      if (first <= last) common.push({ first, last });
    }
  }
  return united(common);
}

export function isWithin(part: Values, whole: Values): boolean {
  return countValues(intersection(part, whole)) === countValues(part);
}

export function countValues(values: Values): number {
  return values.reduce((sum, { first, last }) => sum + last - first + 1, 0);
}

export function listValues(values: Values): readonly number[] {
  return values.flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, at) => first + at));
}

/** The fewest prefixes that together are the set, in ascending order; numbers are of so many bits. */
export function prefixesOf(values: Values, bits: number): readonly MaskedValue[] {
  const prefixes: MaskedValue[] = [];
  for (const { first, last } of values) {
    for (let at = first; at <= last;) {
      let size = 1;
      while (at % (size * 2) === 0 && at + size * 2 - 1 <= last) size *= 2;
      prefixes.push({ value: at, mask: 2 ** bits - size });
      at += size;
    }
  }
  return prefixes;
}

function compared({ operator, value }: FlowMatch, most: number): Values {
  // A number that is too large for the field is larger than all that it can hold, and no more need be known of it.
  const limit = value > most ? most + 1 : Number(value);
  const ranges: Range[] = [];
  if ((operator & FLOW_OPERATOR.less) !== 0) ranges.push({ first: 0, last: limit - 1 });
  if ((operator & FLOW_OPERATOR.equal) !== 0) ranges.push({ first: limit, last: Math.min(limit, most) });
  if ((operator & FLOW_OPERATOR.greater) !== 0) ranges.push({ first: limit + 1, last: most });
  return united(ranges);
}

/** The ranges without those that are empty, joined where one touches another. */
function united(ranges: readonly Range[]): Values {
  const joined: Range[] = [];
  for (const range of ranges.filter(({ first, last }) => first <= last).sort((a, b) => a.first - b.first)) {
    const before = joined.at(-1);
    if (before === undefined || range.first > before.last + 1) joined.push(range);
    else joined[joined.length - 1] = { first: before.first, last: Math.max(before.last, range.last) };
  }
  return joined;
}
