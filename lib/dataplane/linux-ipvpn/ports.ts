import type { Endpoint } from './endpoint.ts';
import type { Vrf } from './vrf.ts';

/** Who is behind a port, and of which VRF. */
export interface Occupant {
  readonly vrf: Vrf;
  readonly endpoint: Endpoint;
}

/** An interface behind which machines are. It may be one of several VRFs, of which at most one takes its packets. */
export class Port {
  readonly name: string;
  /** By the key of the intent, in the order in which they came. */
  readonly occupants = new Map<string, Occupant>();

  constructor(name: string) {
    this.name = name;
  }

  /** Those whose VRF is there. */
  get present(): readonly Occupant[] {
    return [...this.occupants.values()].filter(({ vrf }) => vrf.state !== undefined);
  }

  /** The VRF that takes its packets: it is enslaved to the device of that one. */
  get home(): Vrf | undefined {
    return this.present.find(({ endpoint }) => endpoint.sends)?.vrf;
  }

  /** The VRF to which its packets are promised: also one that is not there yet. */
  get owner(): Vrf | undefined {
    for (const { vrf, endpoint } of this.occupants.values()) if (endpoint.sends) return vrf;
    return undefined;
  }

  get isEvi(): boolean {
    return this.present.some(({ endpoint }) => endpoint.isEvi);
  }

  get unit(): string {
    return portUnit(this.name);
  }

  /** All that lies on it. */
  units(): readonly string[] {
    return [this.unit, ...this.present.flatMap(({ vrf, endpoint }) => vrf.unitsOf(endpoint))];
  }
}

export class Ports {
  readonly #ports = new Map<string, Port>();

  get(name: string): Port | undefined {
    return this.#ports.get(name);
  }

  all(): Iterable<Port> {
    return this.#ports.values();
  }

  /** Those that the VRF takes packets from, in the order of their names. */
  ofHome(vrf: Vrf): readonly Port[] {
    return this.of(vrf).filter((port) => port.home === vrf);
  }

  /** Those behind which are endpoints of the VRF, in the order of their names. */
  of(vrf: Vrf): readonly Port[] {
    const names = new Set(Array.from(vrf.endpoints.values(), ({ port }) => port));
    return [...names].sort().flatMap((name) => this.#ports.get(name) ?? []);
  }

  /** Puts an endpoint in the place of the one that the key had. */
  replace(vrf: Vrf, key: string, former: Endpoint | undefined, next: Endpoint | undefined): void {
    if (former !== undefined && former.port !== next?.port) {
      const port = this.#ports.get(former.port);
      port?.occupants.delete(key);
      if (port?.occupants.size === 0) this.#ports.delete(former.port);
    }
    if (next === undefined) return;
    const port = this.#ports.get(next.port) ?? new Port(next.port);
    this.#ports.set(next.port, port);
    port.occupants.set(key, { vrf, endpoint: next });
  }
}

export function portUnit(name: string): string {
  return `port/${name}`;
}
