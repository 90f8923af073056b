import type { PathAttributes } from './path-attributes.ts';

/**
 * Interns attributes by their raw bytes: an UPDATE whose attributes were seen before shares them, undecoded.
 *
 * Two generations bound the memory: new and used entries live in the young one; when that is full it becomes the
 * old one, and what was in the old one and has not been used since is forgotten. Routes keep the attributes they
 * have; to be forgotten only means to be decoded again.
 */
export class AttributeCache {
  private readonly capacity: number;
  private young = new Map<string, PathAttributes>();
  private old = new Map<string, PathAttributes>();

  /** `capacity`: entries of one generation. */
  constructor(capacity = 1 << 16) {
    this.capacity = capacity;
  }

  find(raw: string): PathAttributes | undefined {
    const young = this.young.get(raw);
    if (young !== undefined) return young;
    const old = this.old.get(raw);
    if (old !== undefined) this.add(old);
    return old;
  }

  add(attributes: PathAttributes): void {
    if (this.young.size >= this.capacity) {
      this.old = this.young;
      this.young = new Map();
    }
    this.young.set(attributes.raw, attributes);
  }

  /** Entries held; at most twice the capacity. */
  get size(): number {
    return this.young.size + this.old.size;
  }
}
