import { intentKey, unwant, want, type DataplaneState, type Intent } from '../dataplane/intent.ts';

interface Holder {
  readonly state: DataplaneState;
  readonly entries: Set<string>;
}

/**
 * The dataplane states that follow from imported routes, by the entry from which they follow. Two entries may ask for
 * one and the same object (a VTEP that floods for two of its networks); it goes with the last of them.
 */
export class RemoteStates {
  readonly #byEntry = new Map<string, readonly DataplaneState[]>();
  readonly #holders = new Map<string, Holder>();

  /** `entry` now asks for `states` and nothing else; returns the intents that follow. */
  replace(entry: string, states: readonly DataplaneState[]): readonly Intent[] {
    const intents: Intent[] = [];
    const kept = new Set<string>();
    for (const state of states) {
      const key = intentKey(state);
      kept.add(key);
      const holder = this.#holders.get(key);
      if (holder === undefined || !sameState(holder.state, state)) {
        this.#holders.set(key, { state, entries: holder?.entries ?? new Set() });
        intents.push(want(state));
      }
      this.#holders.get(key)!.entries.add(entry);
    }
    for (const state of this.#byEntry.get(entry) ?? []) {
      const key = intentKey(state);
      const holder = this.#holders.get(key);
      if (kept.has(key) || holder === undefined) continue;
      holder.entries.delete(entry);
      if (holder.entries.size > 0) continue;
      this.#holders.delete(key);
      intents.push(unwant(state));
    }
    if (states.length === 0) this.#byEntry.delete(entry);
    else this.#byEntry.set(entry, states);
    return intents;
  }

  /** Asks for nothing any more. */
  clear(): readonly Intent[] {
    const intents = Array.from(this.#holders.values(), ({ state }) => unwant(state));
    this.#holders.clear();
    this.#byEntry.clear();
    return intents;
  }
}

/** States are flat but for the next hops; their members always stand in the same order. */
function sameState(a: DataplaneState, b: DataplaneState): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
