import type { DataplaneState, Intent } from '../dataplane/intent.ts';
import type { BestPathChange } from '../rib/best-path.ts';

/** The dataplane states that follow from imported routes, and the intents that follow from their changes. */
export interface ImportedStates {
  /** What an entry asks for is now `states` and nothing else; returns the intents, what is wanted first. */
  readonly replace: (change: BestPathChange, states: readonly DataplaneState[]) => readonly Intent[];
  /** Asks for nothing any more; to be called once. */
  readonly clear: () => readonly Intent[];
  /** All that is asked for. */
  readonly states: () => Iterable<DataplaneState>;
}

/** States are flat but for lists; their members always stand in the same order. */
export function sameState(a: DataplaneState, b: DataplaneState): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
