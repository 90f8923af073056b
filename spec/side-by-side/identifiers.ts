import type { AllocatedMember, Fact } from './fact.ts';

/**
 * Names for RDs, labels and numbers of instances of one daemon. One that is seen for the first time is named after where it was seen, and
 * keeps its name for as long as it is seen: that an endpoint keeps its RD, or that two routes have the same label, is
 * compared; the number is not.
 */
export class Identifiers {
  private readonly names: ReadonlyMap<string, string>;

  private constructor(names: ReadonlyMap<string, string>) {
    this.names = names;
  }

  static none(): Identifiers {
    return new Identifiers(new Map());
  }

  /** `facts` with names, in their order; and the identifiers that are seen now. */
  name(facts: readonly Fact[]): { readonly facts: readonly Fact[]; readonly seen: Identifiers } {
    const sorted = [...facts].sort(byPlace);
    const seen = new Map<string, string>();
    for (const each of identifiersOf(sorted)) {
      const name = this.names.get(each.identifier);
      if (name !== undefined) seen.set(each.identifier, name);
    }
    const taken = new Set(seen.values());
    for (const { identifier, place } of identifiersOf(sorted)) {
      if (seen.has(identifier)) continue;
      const name = unique(place, taken);
      taken.add(name);
      seen.set(identifier, name);
    }
    return { facts: sorted.map((fact) => named(fact, seen)), seen: new Identifiers(seen) };
  }
}

interface Occurrence {
  /** `rd 127.0.0.2:5` */
  readonly identifier: string;
  readonly place: string;
}

function identifiersOf(facts: readonly Fact[]): Occurrence[] {
  return facts.flatMap((fact) =>
    fact.allocated.map((member) => ({
      identifier: identifierOf(fact, member),
      place: `${member === 'source' ? 'name' : member} of ${placeOf(fact)}`,
    })),
  );
}

function identifierOf({ members }: Fact, member: AllocatedMember): string {
  return `${member === 'source' ? 'name' : member} ${members[member]!}`;
}

function placeOf({ kind, subject, members }: Fact): string {
  const targets = members['targets'];
  return kind === 'wire' && targets !== undefined ? `${subject} to ${targets}` : subject;
}

function named(fact: Fact, names: ReadonlyMap<string, string>): Fact {
  const changed = fact.allocated.map((member) => [member, `(${names.get(identifierOf(fact, member))!})`]);
  const pmsi = fact.members['pmsi-label'];
  const pmsiName = pmsi === undefined ? undefined : names.get(`label ${pmsi}`);
  return {
    ...fact,
    members: {
      ...fact.members,
      ...(Object.fromEntries(changed) as Record<string, string>),
      ...(pmsiName !== undefined && { 'pmsi-label': `(${pmsiName})` }),
    },
  };
}

function unique(place: string, taken: ReadonlySet<string>): string {
  if (!taken.has(place)) return place;
  let number = 2;
  while (taken.has(`${place} #${number}`)) number++;
  return `${place} #${number}`;
}

const ORDER = ['endpoint', 'instance', 'wire', 'received'];

/**
 * First those that are told apart by what clients have given. What is left equal goes by the numbers: both daemons
 * count upwards, in the order of the same calls.
 */
function byPlace(a: Fact, b: Fact): number {
  return (
    ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) ||
    compare(a.subject, b.subject) ||
    compare(withoutIdentifiers(a), withoutIdentifiers(b)) ||
    numberOf(a.members['rd']) - numberOf(b.members['rd']) ||
    numberOf(a.members['label']) - numberOf(b.members['label'])
  );
}

function withoutIdentifiers({ members, allocated }: Fact): string {
  const rest = Object.entries(members).filter(([name]) => !(allocated as readonly string[]).includes(name));
  return JSON.stringify(rest.filter(([name]) => name !== 'pmsi-label').sort(([x], [y]) => compare(x, y)));
}

function numberOf(text = ''): number {
  return Number(text.split(':').at(-1)) || 0;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
