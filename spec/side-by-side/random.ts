/** Numbers that look random and are the same for the same seed: mulberry32. */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** An integer in [0, limit). */
  below(limit: number): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let bits = this.state;
    bits = Math.imul(bits ^ (bits >>> 15), bits | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return Math.floor((((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32) * limit);
  }

  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  pick<T>(list: readonly T[]): T {
    if (list.length === 0) throw new Error('nothing to pick from');
    return list[this.below(list.length)]!;
  }

  /** Like `pick`, but an empty list gives nothing. */
  pickIfAny<T>(list: readonly T[]): T | undefined {
    return list.length === 0 ? undefined : this.pick(list);
  }

  /** `from` to `to` different elements, in the order of the list. */
  some<T>(list: readonly T[], from: number, to: number): T[] {
    const rest = list.map((_, index) => index);
    const count = Math.min(list.length, from + this.below(to - from + 1));
    while (rest.length > count) rest.splice(this.below(rest.length), 1);
    return rest.map((index) => list[index]!);
  }

  /** An element, as often as its weight says. */
  weighted<T extends { readonly weight: number }>(list: readonly T[]): T {
    let left = this.below(list.reduce((sum, { weight }) => sum + weight, 0));
    for (const element of list) {
      left -= element.weight;
      if (left < 0) return element;
    }
    throw new Error('nothing has a weight');
  }
}
