import type { DataplaneState, Intent } from '../dataplane/intent.ts';
import type { RouteTarget } from '../net/route-target.ts';
import type { BestPathChange, BestPathTable } from '../rib/best-path.ts';
import type { Route } from '../rib/route.ts';
import { DerivedStates } from './derived-states.ts';
import type { EndpointTable } from './endpoint.ts';
import type { ImportedStates } from './imported-states.ts';
import type { ImportContext, InstanceSetup } from './instance-kind.ts';
import { Redirections } from './redirections.ts';
import { SharedStates } from './shared-states.ts';

/** What follows from a change of the best routes. */
export interface ImportChange {
  readonly intents: readonly Intent[];
  /** The targets to which packets were redirected before, and are now. */
  readonly redirectedBefore: ReadonlySet<RouteTarget>;
  readonly redirectedNow: ReadonlySet<RouteTarget>;
  /** About routes that the dataplane has no use for. */
  readonly warnings: readonly string[];
}

/** What the routes that an instance imports ask of the dataplane. */
export class Imports {
  readonly #context: ImportContext;
  readonly #states: ImportedStates;
  readonly #redirections = new Redirections();
  /** Warnings that were given: each is given once, whatever the number of routes that deserve it. */
  readonly #warned = new Set<string>();
  #warnings: string[] = [];

  constructor(setup: InstanceSetup, endpoints: EndpointTable, bestPaths: BestPathTable) {
    this.#context = { setup, endpoints, warn: (message) => this.#warn(message) };
    this.#states = setup.kind.sharesStates
      ? new SharedStates()
      : new DerivedStates(bestPaths, (best, entry) => this.#statesOf(best, entry));
  }

  /** The best routes of these entries are others now, or are to be looked at again. */
  fold(changes: readonly BestPathChange[]): ImportChange {
    const redirectedBefore = this.#redirections.targets;
    const intents: Intent[] = [];
    for (const change of changes) {
      const states = this.#statesOf(change.best, change.entry);
      const first = states[0];
      const isRedirection = first?.kind === 'traffic-classifier';
      this.#redirections.replace(change.entry, isRedirection ? first.redirectTarget : undefined);
      this.#states.replace(change, states, intents);
    }
    const warnings = this.#warnings;
    this.#warnings = [];
    return { intents, redirectedBefore, redirectedNow: this.#redirections.targets, warnings };
  }

  /** Asks for nothing any more. */
  clear(): readonly Intent[] {
    return this.#states.clear();
  }

  get states(): Iterable<DataplaneState> {
    return this.#states.states();
  }

  /** The targets to which packets are redirected. */
  get redirected(): ReadonlySet<RouteTarget> {
    return this.#redirections.targets;
  }

  #statesOf(best: readonly Route[], entry: string): readonly DataplaneState[] {
    return this.#context.setup.kind.remoteStates(this.#context, best, entry);
  }

  #warn(message: string): void {
    if (this.#warned.has(message)) return;
    this.#warned.add(message);
    this.#warnings.push(message);
  }
}
