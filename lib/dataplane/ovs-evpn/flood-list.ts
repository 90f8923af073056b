/** A VTEP, and the VNI by which it knows the network. */
export interface Destination {
  readonly vtep: string;
  readonly vni: number;
}

/** One of those that receive broadcast, unknown unicast and multicast of an EVI. */
export interface FloodTarget extends Destination {
  /** Its place among the buckets of the EVI, which it keeps as long as it is in the list. */
  readonly place: number;
}

/** Who receives what an EVI floods (ingress replication). Those that come and go leave the places of the others alone. */
export class FloodList {
  readonly #targets = new Map<string, FloodTarget>();
  readonly #taken = new Set<number>();
  /** No place below it is free. */
  #lowest = 0;

  get isEmpty(): boolean {
    return this.#targets.size === 0;
  }

  /** Adds a VTEP and VNI, at the lowest free place. */
  add({ vtep, vni }: Destination): void {
    const key = `${vtep}/${vni}`;
    if (this.#targets.has(key)) return;
    while (this.#taken.has(this.#lowest)) this.#lowest += 1;
    this.#taken.add(this.#lowest);
    this.#targets.set(key, { vtep, vni, place: this.#lowest });
  }

  /** Removes by `VTEP/VNI`. */
  delete(key: string): void {
    const target = this.#targets.get(key);
    if (target === undefined) return;
    this.#targets.delete(key);
    this.#taken.delete(target.place);
    this.#lowest = Math.min(this.#lowest, target.place);
  }

  /** All of them, by place. */
  targets(): readonly FloodTarget[] {
    return [...this.#targets.values()].sort((a, b) => a.place - b.place);
  }
}
