import type { NextHop } from '../intent.ts';
import { bucketIds, type BucketIds } from './bucket-ids.ts';
import type { Endpoint } from './endpoint.ts';
import type { GroupNumbers } from './group-numbers.ts';
import { waysOf, type Way } from './way.ts';

const NOTHING: readonly never[] = [];
const NO_IDS: BucketIds = new Map();

/** Where packets of a VRF to one prefix go. Most prefixes have one way, and nothing to remember about it. */
export class Prefix {
  #local: readonly Endpoint[] = NOTHING;
  #remote: readonly NextHop[] = NOTHING;
  /** Since there has been more than one way. */
  #buckets: BucketIds | undefined;
  #group: number | undefined;

  get ways(): readonly Way[] {
    return waysOf(this.#local, this.#remote);
  }

  get isEmpty(): boolean {
    return this.#local.length === 0 && this.#remote.length === 0;
  }

  get remote(): readonly NextHop[] {
    return this.#remote;
  }

  /** Undefined if there is one way, or none. */
  get group(): number | undefined {
    return this.#group;
  }

  /** Of each of several ways. */
  get buckets(): BucketIds {
    return this.#buckets ?? NO_IDS;
  }

  /** All ways are these from now on. */
  replace(local: readonly Endpoint[], remote: readonly NextHop[], groups: GroupNumbers): void {
    // Quick for what nearly all prefixes are.
    const isPlain = this.#buckets === undefined && local.length + remote.length < 2;
    const former = isPlain ? NOTHING : this.ways;
    this.#local = local;
    this.#remote = remote;
    if (isPlain) return;
    const { ways } = this;
    if (ways.length < 2) {
      if (this.#group !== undefined) groups.giveBack(this.#group);
      this.#group = undefined;
    } else {
      // The way that was alone is the first to come.
      this.#buckets ??= bucketIds(former, NO_IDS);
      this.#group ??= groups.take();
    }
    if (ways.length === 0) this.#buckets = undefined;
    else if (this.#buckets !== undefined) this.#buckets = bucketIds(ways, this.#buckets);
  }
}
