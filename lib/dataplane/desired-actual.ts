/**
 * What should be, what is, and the difference of the two, per object. A burst of changes to one object leaves one
 * pending object, so that memory is bounded by objects and not by events; what was found in the kernel is adopted by
 * being told to `observe`.
 *
 * An object is pending while its desired and actual values differ, or while its actual value is in doubt because a
 * change of it failed.
 */
export class DesiredActual<K, V> {
  readonly #equal: (a: V, b: V) => boolean;
  readonly #desired = new Map<K, V>();
  readonly #actual = new Map<K, V>();
  readonly #doubtful = new Set<K>();
  readonly #pending = new Set<K>();

  constructor(equal: (a: V, b: V) => boolean = Object.is) {
    this.#equal = equal;
  }

  desired(key: K): V | undefined {
    return this.#desired.get(key);
  }

  actual(key: K): V | undefined {
    return this.#actual.get(key);
  }

  isPending(key: K): boolean {
    return this.#pending.has(key);
  }

  /** Keys whose actual value is not known to be the desired one. */
  pending(): Iterable<K> {
    return this.#pending;
  }

  desiredEntries(): Iterable<[K, V]> {
    return this.#desired.entries();
  }

  actualEntries(): Iterable<[K, V]> {
    return this.#actual.entries();
  }

  /** The object should have this value; undefined: it should not exist. */
  want(key: K, value: V | undefined): void {
    assign(this.#desired, key, value);
    this.#compare(key);
  }

  /** The object has this value; undefined: it does not exist. */
  observe(key: K, value: V | undefined): void {
    assign(this.#actual, key, value);
    this.#doubtful.delete(key);
    this.#compare(key);
  }

  /**
   * The object may have this value, or may not: a change of it failed half-way. It stays pending, so that a removal
   * still removes and a repetition still repeats.
   */
  doubt(key: K, value: V): void {
    this.#actual.set(key, value);
    this.#doubtful.add(key);
    this.#compare(key);
  }

  /**
   * What `found` lists is there, and nothing else is; of the actual objects only those that `within` accepts are
   * meant, so that one dump can speak for a part.
   */
  replaceActual(found: Iterable<readonly [K, V]>, within: (value: V) => boolean = () => true): void {
    const present = new Map(found);
    for (const [key, value] of this.#actual) {
      if (!present.has(key) && within(value)) this.observe(key, undefined);
    }
    for (const [key, value] of present) this.observe(key, value);
  }

  #compare(key: K): void {
    const desired = this.#desired.get(key);
    const actual = this.#actual.get(key);
    const settled =
      desired === undefined || actual === undefined ? desired === actual : this.#equal(desired, actual);
    if (settled && !this.#doubtful.has(key)) this.#pending.delete(key);
    else this.#pending.add(key);
  }
}

function assign<K, V>(map: Map<K, V>, key: K, value: V | undefined): void {
  if (value === undefined) map.delete(key);
  else map.set(key, value);
}
