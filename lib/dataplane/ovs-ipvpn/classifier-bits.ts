import { FLOW_OPERATOR, type FlowMatch } from '../../bgp/nlri/flow-component.ts';
import type { MaskedValue } from './classifier-values.ts';

/** Whether a field with these bits fulfils the conditions (RFC 8955 §4.2.1.2): "and" binds closer than "or". */
export type BitCondition = (field: number) => boolean;

/** The conditions on a field of so many bits; what a condition says of further bits, it says of zeros. */
export function bitCondition(matches: readonly FlowMatch[], bits: number): BitCondition {
  const alternatives: BitCondition[][] = [];
  for (const match of matches) {
    const test = bitTest(match, bits);
    const before = match.and ? alternatives.at(-1) : undefined;
    if (before === undefined) alternatives.push([test]);
    else before.push(test);
  }
  return (field) => alternatives.some((tests) => tests.every((test) => test(field)));
}

/**
 * Values with masks, no two of which have a number in common, that together are the numbers of so many bits that fulfil
 * the condition. Two conditions that mean the same have the same ones.
 */
export function maskedValuesOf(condition: BitCondition, bits: number): readonly MaskedValue[] {
  /** Of the `open` low bits, the others being as in `field`. */
  const cover = (open: number, field: number): readonly MaskedValue[] => {
    if (open === 0) return condition(field) ? [{ value: 0, mask: 0 }] : [];
    const mask = 1 << (open - 1);
    const clear = cover(open - 1, field);
    const set = cover(open - 1, field | mask);
    if (areSame(clear, set)) return clear;
    return [
      ...clear.map((each) => ({ value: each.value, mask: each.mask | mask })),
      ...set.map((each) => ({ value: each.value | mask, mask: each.mask | mask })),
    ];
  };
  return cover(bits, 0);
}

function bitTest({ operator, value }: FlowMatch, bits: number): BitCondition {
  const ours = Number(BigInt.asUintN(bits, BigInt(value)));
  const isWhole = BigInt(value) === BigInt(ours);
  const negated = (operator & FLOW_OPERATOR.not) !== 0;
  if ((operator & FLOW_OPERATOR.match) === 0) return (field) => ((field & ours) !== 0) !== negated;
  return (field) => (isWhole && (field & ours) === ours) !== negated;
}

function areSame(a: readonly MaskedValue[], b: readonly MaskedValue[]): boolean {
  return (
    a.length === b.length && a.every(({ value, mask }, at) => value === b[at]!.value && mask === b[at]!.mask)
  );
}
