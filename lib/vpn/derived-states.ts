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
    const former = this.#statesOf(before, entry);
    const news = states.filter((state) => !former.some((standing) => sameState(standing, state)));
    const gone = former.filter((standing) => !states.some((state) => sameObject(standing, state)));
    return [...news.map((state) => want(state)), ...gone.map((state) => unwant(state))];
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

function sameObject(a: DataplaneState, b: DataplaneState): boolean {
  return intentKey(a) === intentKey(b);
}
