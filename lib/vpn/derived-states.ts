import { intentKey, unwant, want, type DataplaneState, type Intent } from '../dataplane/intent.ts';
import type { BestPathChange, BestPathTable } from '../rib/best-path.ts';
import type { Route } from '../rib/route.ts';
import { sameState, type ImportedStates } from './imported-states.ts';

const NOTHING: readonly never[] = [];

/**
 * The dataplane states of a kind of instance in which each entry has objects of its own, and the best routes alone say
 * which: what is asked for is worked out again when it is needed, and not kept.
 */
export class DerivedStates implements ImportedStates {
  readonly #bestPaths: BestPathTable;
  readonly #statesOf: (best: readonly Route[], entry: string) => readonly DataplaneState[];

  constructor(
    bestPaths: BestPathTable,
    statesOf: (best: readonly Route[], entry: string) => readonly DataplaneState[],
  ) {
    this.#bestPaths = bestPaths;
    this.#statesOf = statesOf;
  }

  replace({ entry, before }: BestPathChange, states: readonly DataplaneState[]): readonly Intent[] {
    if (before.length === 0) return states.map((state) => want(state));
    const former = new Map(this.#statesOf(before, entry).map((state) => [intentKey(state), state]));
    const intents: Intent[] = [];
    for (const state of states) {
      const key = intentKey(state);
      const standing = former.get(key);
      if (standing === undefined || !sameState(standing, state)) intents.push(want(state));
      former.delete(key);
    }
    for (const state of former.values()) intents.push(unwant(state));
    return intents;
  }

  clear(): readonly Intent[] {
    return Array.from(this.states(), (state) => unwant(state));
  }

  *states(): Generator<DataplaneState, void> {
    for (const { entry, best } of this.#bestPaths.entries()) {
      yield* best.length === 0 ? NOTHING : this.#statesOf(best, entry);
    }
  }
}
