/** The one element of a list; an error that shows the list when there is not exactly one. */
export function only<T>(list: readonly T[]): T {
  if (list.length !== 1) throw new Error(`expected one, got ${list.length}: ${JSON.stringify(list)}`);
  return list[0]!;
}
