import type { DataplaneState, Intent } from '../dataplane/intent.ts';
import type { BestPathChange } from '../rib/best-path.ts';

/** The dataplane states that follow from imported routes, and the intents that follow from their changes. */
export interface ImportedStates {
  /** What an entry asks for is now `states` and nothing else; adds the intents to `intents`, what is wanted first. */
  readonly replace: (change: BestPathChange, states: readonly DataplaneState[], intents: Intent[]) => void;
  /** Asks for nothing any more; to be called once. */
  readonly clear: () => readonly Intent[];
  /** All that is asked for. */
  readonly states: () => Iterable<DataplaneState>;
}
