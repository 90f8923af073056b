import { intentKey, unwant, want, type DataplaneState, type Intent } from '../dataplane/intent.ts';
import { sameState } from '../dataplane/same-state.ts';
import type { BestPathChange, BestPathTable } from '../rib/best-path.ts';
import type { Route } from '../rib/route.ts';
import type { ImportedStates } from './imported-states.ts';

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

  replace({ entry, before }: BestPathChange, states: readonly DataplaneState[], intents: Intent[]): void {
    const former = before.length === 0 ? NOTHING : this.#statesOf(before, entry);
    for (const state of states) if (!isAmong(former, state, sameState)) intents.push(want(state));
    for (const state of former) if (!isAmong(states, state, sameObject)) intents.push(unwant(state));
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

/** An entry has one state or two, and this is done for each of very many: a loop, that allocates nothing. */
function isAmong(
  states: readonly DataplaneState[],
  state: DataplaneState,
  isSame: (a: DataplaneState, b: DataplaneState) => boolean,
): boolean {
  for (const other of states) if (isSame(other, state)) return true;
  return false;
}

function sameObject(a: DataplaneState, b: DataplaneState): boolean {
  return intentKey(a) === intentKey(b);
}
