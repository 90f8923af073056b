/** The paths of all pages of a looking glass that references lead to from `root`; those that are not there as `missing`. */
export async function crawl(
  look: (path: string) => Promise<unknown>,
  root: string,
): Promise<{ readonly found: readonly string[]; readonly missing: readonly string[] }> {
  const seen = new Set([root]);
  const found: string[] = [];
  const missing: string[] = [];
  // A set that grows while it is iterated over is iterated over to its new end.
  for (const path of seen) {
    const page = await look(path);
    (page === undefined ? missing : found).push(path);
    for (const reference of references(page)) seen.add(reference);
  }
  return { found, missing };
}

function references(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    name === 'href' && typeof member === 'string' ? [new URL(member).pathname] : references(member),
  );
}
