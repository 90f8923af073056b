/** A set whose members go when they have been removed as often as they were added. */
export class CountedSet<T> {
  readonly members: ReadonlySet<T>;
  readonly #members = new Set<T>();
  readonly #counts = new Map<T, number>();

  constructor() {
    this.members = this.#members;
  }

  /** Whether it is new. */
  add(member: T): boolean {
    const count = this.#counts.get(member) ?? 0;
    this.#counts.set(member, count + 1);
    if (count === 0) this.#members.add(member);
    return count === 0;
  }

  /** Whether it has gone. */
  delete(member: T): boolean {
    const count = this.#counts.get(member) ?? 0;
    if (count > 1) {
      this.#counts.set(member, count - 1);
      return false;
    }
    this.#counts.delete(member);
    return this.#members.delete(member);
  }
}
