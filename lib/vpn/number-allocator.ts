import { failure, success, type Result } from '../result.ts';

/**
 * Gives out numbers from `first` to `last`, upwards; those that come back are given out again, the earliest first,
 * only after all have been used once, so that what still refers to an old number meets no new owner.
 */
export class NumberAllocator {
  readonly #what: string;
  readonly #last: number;
  #next: number;
  readonly #owners = new Map<number, string>();
  readonly #released: number[] = [];

  constructor(what: string, first: number, last: number) {
    this.#what = what;
    this.#next = first;
    this.#last = last;
  }

  /** A number that nobody has; `owner` says for whom, for people. Fails when all are in use. */
  allocate(owner: string): Result<number, string> {
    const number = this.#next <= this.#last ? this.#next++ : this.#released.shift();
    if (number === undefined) return failure(`no ${this.#what} left: ${this.#owners.size} are in use`);
    this.#owners.set(number, owner);
    return success(number);
  }

  release(number: number): void {
    if (this.#owners.delete(number)) this.#released.push(number);
  }

  /** The numbers in use and their owners, as the looking glass shows them. */
  inUse(): ReadonlyMap<number, string> {
    return this.#owners;
  }
}

/** MPLS labels (RFC 3032: 0 to 15 are reserved). */
export function labelAllocator(): NumberAllocator {
  return new NumberAllocator('label', 16, 2 ** 20 - 1);
}

/** The assigned number of RDs of type 1. */
export function distinguisherAllocator(): NumberAllocator {
  return new NumberAllocator('route distinguisher', 0, 2 ** 16 - 1);
}
