import { intentKey, type DataplaneState, type Intent } from '../dataplane/intent.ts';
import { sameState } from '../dataplane/same-state.ts';
import type { BestPathChange } from '../rib/best-path.ts';
import type { ImportedStates } from './imported-states.ts';

/** One object of the dataplane, and how many entries ask for it. */
interface Holding {
  readonly key: string;
  state: DataplaneState;
  count: number;
}

const NOTHING: readonly never[] = [];

/**
 * The dataplane states of a kind of instance in which two entries may ask for one and the same object (a VTEP that floods
 * for two of its networks), or in which more than the routes say what is asked for: they are kept by entry, and an object
 * goes with the last that asks for it.
 */
export class SharedStates implements ImportedStates {
  readonly #byEntry = new Map<string, readonly Holding[]>();
  readonly #byKey = new Map<string, Holding>();

  replace({ entry }: BestPathChange, states: readonly DataplaneState[], intents: Intent[]): void {
    const former = this.#byEntry.get(entry) ?? NOTHING;
    if (states.length === 0 && former.length === 0) return;
    if (states.length === 0) {
      this.#byEntry.delete(entry);
    } else {
      this.#byEntry.set(
        entry,
        states.map((state) => this.#hold(state, intents)),
      );
    }
    // What is still asked for has been counted once more before it is counted once less.
    for (const holding of former) this.#release(holding, intents);
  }

  clear(): readonly Intent[] {
    const intents = Array.from(this.#byKey.values(), ({ key, state }) => intent(key, state, undefined));
    this.#byKey.clear();
    this.#byEntry.clear();
    return intents;
  }

  *states(): Generator<DataplaneState, void> {
    for (const { state } of this.#byKey.values()) yield state;
  }

  #hold(state: DataplaneState, intents: Intent[]): Holding {
    const key = intentKey(state);
    const held = this.#byKey.get(key);
    if (held === undefined) {
      const holding = { key, state, count: 1 };
      this.#byKey.set(key, holding);
      intents.push(intent(key, state, state));
      return holding;
    }
    held.count++;
    if (!sameState(held.state, state)) {
      held.state = state;
      intents.push(intent(key, state, state));
    }
    return held;
  }

  #release(holding: Holding, intents: Intent[]): void {
    if (--holding.count > 0) return;
    this.#byKey.delete(holding.key);
    intents.push(intent(holding.key, holding.state, undefined));
  }
}

function intent(key: string, { instance }: DataplaneState, state: DataplaneState | undefined): Intent {
  return { key, instance, state, revision: 0 };
}
