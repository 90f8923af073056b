import { GROUPS, type Owner } from '../ovs/owner.ts';

/**
 * Numbers of groups. One that was given back is taken again as late as possible: the group that had it may be on its way
 * out of the bridge while the next is on its way in.
 */
export class GroupNumbers {
  readonly #first: number;
  readonly #count: number;
  readonly #used = new Set<number>();
  #next = 0;

  /** @param count - how many there are (a `Set` does not hold all `GROUPS`) */
  constructor({ firstGroup }: Pick<Owner, 'firstGroup'>, count = GROUPS / 2) {
    this.#first = firstGroup;
    this.#count = count;
  }

  /** Undefined if there is none left. */
  take(): number | undefined {
    if (this.#used.size === this.#count) return undefined;
    while (this.#used.has(this.#next)) this.#next = (this.#next + 1) % this.#count;
    const taken = this.#next;
    this.#used.add(taken);
    this.#next = (taken + 1) % this.#count;
    return this.#first + taken;
  }

  giveBack(group: number): void {
    this.#used.delete(group - this.#first);
  }
}
