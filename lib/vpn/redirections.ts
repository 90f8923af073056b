import type { RouteTarget } from '../net/route-target.ts';
import { NO_TARGETS } from '../rib/route-index.ts';

/**
 * The targets to which an instance redirects packets, by the entry of FlowSpec routes that says so. Entries may be
 * many, targets are few: a change costs none of the entries that stay.
 */
export class Redirections {
  readonly #byEntry = new Map<string, RouteTarget>();
  /** How many entries redirect to each target. */
  readonly #counts = new Map<RouteTarget, number>();

  /** As they are now. */
  get targets(): ReadonlySet<RouteTarget> {
    return this.#counts.size === 0 ? NO_TARGETS : new Set(this.#counts.keys());
  }

  /** `entry` redirects to `target` from now on, or (undefined) to none. */
  replace(entry: string, target: RouteTarget | undefined): void {
    const former = this.#byEntry.get(entry);
    if (former === target) return;
    if (former !== undefined) this.#count(former, -1);
    if (target === undefined) {
      this.#byEntry.delete(entry);
    } else {
      this.#byEntry.set(entry, target);
      this.#count(target, 1);
    }
  }

  #count(target: RouteTarget, step: 1 | -1): void {
    const count = (this.#counts.get(target) ?? 0) + step;
    if (count === 0) this.#counts.delete(target);
    else this.#counts.set(target, count);
  }
}
