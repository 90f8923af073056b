import { comparePreference, explainPreference, type PreferenceRule } from './preference.ts';
import type { Route, RouteChange } from './route.ts';

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

/** The best routes of one entry have changed; an empty `best` says that the last one is gone. */
export interface BestPathChange {
  readonly entry: string;
  readonly best: readonly Route[];
  readonly added: readonly Route[];
  readonly removed: readonly Route[];
}

interface Entry {
  readonly candidates: Set<Route>;
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
      if (before !== undefined) this.#remove(before, touched);
      if (after !== undefined) this.#add(after, touched);
    }
    const results: BestPathChange[] = [];
    for (const name of touched) {
      const change = this.#decide(name);
      if (change !== undefined) results.push(change);
    }
    return results;
  }

  bestOf(entry: string): readonly Route[] {
    return this.#entries.get(entry)?.best ?? [];
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
  *entries(): Generator<{ entry: string; candidates: ReadonlySet<Route>; best: readonly Route[] }> {
    for (const [entry, { candidates, best }] of this.#entries) yield { entry, candidates, best };
  }

  /** Why a candidate of `entry` is not used, e.g. `local-pref-lower`; undefined if it is. */
  whyNotBest(entry: string, route: Route): string | undefined {
    const best = this.bestOf(entry);
    if (best.length === 0 || best.includes(route)) return undefined;
    return explainPreference([...this.#policy.rules, ...(this.#policy.tieBreak ?? [])], best[0]!, route);
  }

  #add(route: Route, touched: Set<string>): void {
    for (const name of this.#policy.entriesOf(route)) {
      let entry = this.#entries.get(name);
      if (entry === undefined) {
        entry = { candidates: new Set(), best: [] };
        this.#entries.set(name, entry);
      }
      entry.candidates.add(route);
      touched.add(name);
    }
  }

  #remove(route: Route, touched: Set<string>): void {
    for (const name of this.#policy.entriesOf(route)) {
      this.#entries.get(name)?.candidates.delete(route);
      touched.add(name);
    }
  }

  #decide(name: string): BestPathChange | undefined {
    const entry = this.#entries.get(name);
    if (entry === undefined) return undefined;
    const before = entry.best;
    const best = selectBest(this.#policy, entry.candidates);
    if (best.length === 0) this.#entries.delete(name);
    const added = best.filter((route) => !before.includes(route));
    const removed = before.filter((route) => !best.includes(route));
    entry.best = best;
    return added.length + removed.length === 0 ? undefined : { entry: name, best, added, removed };
  }
}

/** The best of `candidates` from scratch: one route, or with ECMP all that the rules leave equal. */
export function selectBest(policy: BestPathPolicy, candidates: Iterable<Route>): readonly Route[] {
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
