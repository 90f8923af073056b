/**
 * Something that can be seen of a daemon, as texts by name. Two daemons do the same if they have the same facts. RDs
 * and labels that the daemon gave out are numbers here; `identifiers.ts` gives them names.
 */
export interface Fact {
  readonly kind: 'wire' | 'instance' | 'endpoint' | 'received';
  /** What tells it from other facts of its kind, but for identifiers. */
  readonly subject: string;
  readonly members: Readonly<Record<string, string>>;
  /** Members that hold an identifier which the daemon gave out. */
  readonly allocated: readonly AllocatedMember[];
}

/** `name`: `VRF-3`; `source`: the name of the instance that a route comes from. */
export type AllocatedMember = 'rd' | 'label' | 'name' | 'source';

/** `wire vpnv4 10.1.0.1/32 | label …, local-pref 100, …` */
export function formatFact({ kind, subject, members }: Fact): string {
  const texts = Object.entries(members)
    .filter(([, value]) => value !== '')
    // They come in the order of the attributes on the wire, which means nothing.
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name} ${value}`);
  return `${kind} ${subject} | ${texts.join(', ')}`;
}

/** Members of sets have no order. */
export function setOf(values: readonly (string | number)[]): string {
  return values.map(String).sort().join(' ');
}
