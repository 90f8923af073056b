/** Fetches a page of a looking glass by its path, e.g. `/looking-glass/vpns`. */
export type FetchPage = (path: string) => Promise<unknown>;

export type Pages = Readonly<Record<string, unknown>>;

/** The pages that are other in `after` than in `before`: both without the rest, so that a failure can be read. */
export function changedPages(before: Pages, after: Pages): readonly [Pages, Pages] {
  const paths = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const changed = paths.filter((path) => JSON.stringify(before[path]) !== JSON.stringify(after[path]));
  const pick = (pages: Pages): Pages => Object.fromEntries(changed.map((path) => [path, pages[path]]));
  return [pick(before), pick(after)];
}

/** Members that change by themselves, or that record what was refused. */
const VOLATILE = new Set(['logs', 'last_transition_time']);

/**
 * All that the looking glass says below these paths, with every reference followed: by path, the page. Where a page is
 * reached twice it is there once.
 */
export async function lookingGlassTree(fetchPage: FetchPage, ...paths: readonly string[]): Promise<Pages> {
  const pages: Record<string, unknown> = {};
  const waiting = [...paths];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next in pages) continue;
    const page = withoutVolatile(await fetchPage(next));
    pages[next] = page;
    waiting.push(...references(page));
  }
  return pages;
}

function withoutVolatile(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutVolatile);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !VOLATILE.has(name))
      .map(([name, member]) => [name, withoutVolatile(member)]),
  );
}

function references(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    name === 'href' && typeof member === 'string' ? [new URL(member).pathname] : references(member),
  );
}
