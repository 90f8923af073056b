import { type Fact, formatFact } from './fact.ts';

/** Lines of a difference, `-` for what only ours has, `+` for what only the original has; empty if there is none. */
export function differenceOf(ours: readonly Fact[], original: readonly Fact[]): string[] {
  const left = ours.map(formatFact);
  const right = original.map(formatFact);
  const lines = [
    ...without(left, right).map((line) => ({ line, sign: '-' })),
    ...without(right, left).map((line) => ({ line, sign: '+' })),
  ];
  // What differs in a detail stands together.
  return lines.sort((a, b) => (a.line < b.line ? -1 : 1)).map(({ line, sign }) => `${sign} ${line}`);
}

/** Elements of `list` that `other` has not, or not as often. */
function without(list: readonly string[], other: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const line of other) left.set(line, (left.get(line) ?? 0) + 1);
  return list.filter((line) => {
    const count = left.get(line) ?? 0;
    left.set(line, count - 1);
    return count <= 0;
  });
}
