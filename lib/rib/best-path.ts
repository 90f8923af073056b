import { comparePreference, explainPreference, type PreferenceRule } from './preference.ts';
import type { Route, RouteChange } from './route.ts';

const NO_ROUTES: readonly Route[] = [];

/** What decides which of the routes towards one thing is used. */
export interface BestPathPolicy {
  /**
   * The decisions in which a route is a candidate, as keys: a prefix; for a MAC/IP route the MAC and the IP. None
   * for a route that the instance has no use for. Must depend on the key of the route only.
   */
  readonly entriesOf: (route: Route) => readonly string[];
  /** The rules, most important first. */
  readonly rules: readonly PreferenceRule[];
  /** Applied when the rules leave several; absent with ECMP, where all that are left are best. */
  readonly tieBreak: readonly PreferenceRule[] | undefined;
}

/** The best routes of one entry are others now; an empty `best` says that the last one is gone. */
export interface BestPathChange {
  readonly entry: string;
  readonly before: readonly Route[];
  readonly best: readonly Route[];
}

interface Entry {
  /** In most entries one or two: a list is smaller than a set, and as fast. */
  readonly candidates: Route[];
  best: readonly Route[];
}

/**
 * The candidate and best routes of one VPN instance: an accumulator that `reduce` updates in place, in time
 * proportional to the candidates of the entries that a change touches.
 */
export class BestPathTable {
  readonly #policy: BestPathPolicy;
  readonly #entries = new Map<string, Entry>();

  constructor(policy: BestPathPolicy) {
    this.#policy = policy;
  }

  /** Folds the changes into the table; returns one change for each entry whose best routes are others now. */
  reduce(changes: readonly RouteChange[]): readonly BestPathChange[] {
    const touched = new Set<string>();
    for (const { before, after } of changes) {
      for (const name of this.#policy.entriesOf((after ?? before)!)) {
        this.#replace(name, before, after);
        touched.add(name);
      }
    }
    const results: BestPathChange[] = [];
    for (const name of touched) {
      const change = this.#decide(name);
      if (change !== undefined) results.push(change);
    }
    return results;
  }

  bestOf(entry: string): readonly Route[] {
    return this.#entries.get(entry)?.best ?? NO_ROUTES;
  }

  candidatesOf(entry: string): readonly Route[] {
    return this.#entries.get(entry)?.candidates ?? NO_ROUTES;
  }

  /** These entries, and those in which their candidates are candidates too. */
  entriesAround(entries: readonly string[]): readonly string[] {
    const around = new Set(entries);
    for (const entry of entries) {
      for (const route of this.#entries.get(entry)?.candidates ?? []) {
        for (const other of this.#policy.entriesOf(route)) around.add(other);
      }
    }
    return [...around];
  }

  /** Every entry with its candidates and its best routes. */
  *entries(): Generator<{ entry: string; candidates: readonly Route[]; best: readonly Route[] }> {
    for (const [entry, { candidates, best }] of this.#entries) yield { entry, candidates, best };
  }

  /** Why a candidate of `entry` is not used, e.g. `local-pref-lower`; undefined if it is. */
  whyNotBest(entry: string, route: Route): string | undefined {
    const best = this.bestOf(entry);
    if (best.length === 0 || best.includes(route)) return undefined;
    return explainPreference([...this.#policy.rules, ...(this.#policy.tieBreak ?? [])], best[0]!, route);
  }

  /** Both routes have the same key, so that they are candidates of the same entries. */
  #replace(name: string, before: Route | undefined, after: Route | undefined): void {
    const candidates = this.#entries.get(name)?.candidates;
    if (candidates === undefined) {
      // A list that begins with its first element has room for one; an empty one that grows, for seventeen.
      if (after !== undefined) this.#entries.set(name, { candidates: [after], best: NO_ROUTES });
      return;
    }
    const index = before === undefined ? -1 : candidates.indexOf(before);
    if (index >= 0 && after !== undefined) candidates[index] = after;
    else if (index >= 0) candidates.splice(index, 1);
    else if (after !== undefined) candidates.push(after);
  }

  #decide(name: string): BestPathChange | undefined {
    const entry = this.#entries.get(name);
    if (entry === undefined) return undefined;
    const before = entry.best;
    const best = selectBest(this.#policy, entry.candidates);
    if (best.length === 0) this.#entries.delete(name);
    entry.best = best;
    return sameRoutes(before, best) ? undefined : { entry: name, before, best };
  }
}

/** The candidates of an entry and what was decided on them. */
export interface DecidedEntry {
  readonly entry: string;
  readonly candidates: readonly Route[];
  readonly best: readonly Route[];
  /** Why a candidate is not used, e.g. `local-pref-lower`; undefined if it is. */
  readonly whyNotBest: (route: Route) => string | undefined;
}

/** The entries of several tables, as one: what is best in one of them is used. */
export function* entriesOf(tables: readonly BestPathTable[]): Generator<DecidedEntry, void> {
  for (const [index, table] of tables.entries()) {
    const former = tables.slice(0, index);
    const others = tables.slice(index + 1);
    for (const { entry, candidates, best } of table.entries()) {
      if (former.some((each) => each.candidatesOf(entry).length > 0)) continue;
      const everywhere = [table, ...others];
      const used = new Set([...best, ...others.flatMap((each) => each.bestOf(entry))]);
      yield {
        entry,
        candidates: [...new Set([...candidates, ...others.flatMap((each) => each.candidatesOf(entry))])],
        best: [...used],
        whyNotBest: (route) =>
          used.has(route)
            ? undefined
            : everywhere
                .filter((each) => each.candidatesOf(entry).includes(route))
                .map((each) => each.whyNotBest(entry, route))[0],
      };
    }
  }
}

/** The best of `candidates` from scratch: one route, or with ECMP all that the rules leave equal. */
export function selectBest(policy: BestPathPolicy, candidates: readonly Route[]): readonly Route[] {
  const only = candidates[0];
  if (only === undefined) return NO_ROUTES;
  if (candidates.length === 1) return [only];
  let best: Route[] = [];
  for (const route of candidates) {
    const leader = best[0];
    const preference = leader === undefined ? 1 : comparePreference(policy.rules, route, leader);
    if (preference > 0) best = [route];
    else if (preference === 0) best.push(route);
  }
  const { tieBreak } = policy;
  if (tieBreak === undefined || best.length < 2) return best;
  return [best.reduce((a, b) => (comparePreference(tieBreak, a, b) >= 0 ? a : b))];
}

/** The order of equals tells nothing. */
function sameRoutes(a: readonly Route[], b: readonly Route[]): boolean {
  return a.length === b.length && a.every((route) => b.includes(route));
}
