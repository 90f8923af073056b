import type { Result } from '../../result.ts';
import type { DataplaneFault, EviState } from '../intent.ts';
import type { SwitchView } from '../ovs/program.ts';
import type { Row } from '../ovs/row.ts';
import { type Destination, FloodList } from './flood-list.ts';
import { arpRows, floodRows, ingressRows, type Network, NO_ROWS, unicastRows } from './rows.ts';
import { unitName } from './unit.ts';

/**
 * What intents ask for of one EVI. Members may come before the EVI and outlast it: then they mean nothing yet, or any
 * more.
 */
export class Evi {
  readonly instance: number;
  /** Undefined: it should not exist. */
  state: EviState | undefined;
  /** The VLAN of each port, by interface: one and the same for all. */
  readonly ports = new Map<string, number>();
  /** Where remote MACs are. */
  readonly macs = new Map<string, Destination>();
  /** The MAC of each IPv4 address. */
  readonly neighbours = new Map<string, string>();
  readonly floodList = new FloodList();

  constructor(instance: number) {
    this.instance = instance;
  }

  /** The VLAN by which the node knows the network; undefined as long as it has no port. */
  get vlan(): number | undefined {
    for (const vlan of this.ports.values()) return vlan;
    return undefined;
  }

  get isEmpty(): boolean {
    return (
      this.state === undefined &&
      this.ports.size === 0 &&
      this.macs.size === 0 &&
      this.neighbours.size === 0 &&
      this.floodList.isEmpty
    );
  }

  /** All that has rows, if the EVI should exist and its VLAN is known. */
  *units(): Generator<string, void> {
    yield unitName(this.instance, 'evi');
    yield unitName(this.instance, 'flood');
    for (const mac of this.macs.keys()) yield unitName(this.instance, 'remote-mac', mac);
    for (const ip of this.neighbours.keys()) yield unitName(this.instance, 'neighbour', ip);
  }

  /** The rows of the unit of this kind and name. */
  compile(
    kind: string,
    name: string,
    localAddress: string,
    view: SwitchView,
  ): Result<readonly Row[], DataplaneFault> {
    const { instance, state, vlan } = this;
    if (state === undefined || vlan === undefined) return NO_ROWS;
    const network: Network = { instance, vni: state.vni, vlan, localAddress, view };
    switch (kind) {
      case 'evi':
        return ingressRows(network);
      case 'flood':
        return floodRows(network, this.floodList.targets());
      case 'remote-mac': {
        const destination = this.macs.get(name);
        return destination === undefined ? NO_ROWS : unicastRows(network, name, destination);
      }
      case 'neighbour': {
        const mac = this.neighbours.get(name);
        return mac === undefined ? NO_ROWS : arpRows(network, name, mac);
      }
      default:
        return NO_ROWS;
    }
  }
}
