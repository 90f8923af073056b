import type { SwitchView } from '../ovs/program.ts';
import { portNumber, portText } from './ports.ts';
import type { Source, Vrf } from './vrf.ts';

interface Owned {
  readonly vrf: Vrf;
  readonly port: Source['port'];
  readonly vlan: number;
}

/** To which VRF the packets from a port and VLAN belong: to the one that asked first. */
export class SourceOwners {
  /** By `sourceOf`, the one that asked first in front. */
  readonly #owners = new Map<string, Owned>();

  ownerOf(source: string): Vrf | undefined {
    return this.#owners.get(source)?.vrf;
  }

  /** What the VRF wants of a source has changed. */
  update(source: string, vrf: Vrf): void {
    const owner = this.ownerOf(source);
    const isFed = vrf.isFedBy(source);
    if (isFed && owner === undefined) {
      const { port, vlan } = vrf.sources.get(source)!;
      this.#owners.set(source, { vrf, port, vlan });
    } else if (!isFed && owner === vrf) {
      this.#owners.delete(source);
    }
  }

  /**
   * Whoever asked for the same port earlier, by its name where `source` has its number, or the other way round; as words
   * for people.
   */
  rivalOf(source: string, number: number, view: SwitchView): string | undefined {
    const own = this.#owners.get(source);
    if (own === undefined) return undefined;
    for (const { vrf, port, vlan } of this.#owners.values()) {
      if (port === own.port && vlan === own.vlan) return undefined;
      if (typeof port === typeof own.port || vlan !== own.vlan) continue;
      const other = portNumber(port, view);
      if (other.ok && other.value === number) {
        return `port ${portText(port)} has OpenFlow number ${number}, and is a port of ${vrf.name}`;
      }
    }
    return undefined;
  }
}
