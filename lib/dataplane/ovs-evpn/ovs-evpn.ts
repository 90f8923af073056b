import type { LookingGlassNode } from '../../api/looking-glass.ts';
import { parseIpAddress } from '../../net/ip-address.ts';
import type { Result } from '../../result.ts';
import { unfitForEvpn } from '../evpn-unfit.ts';
import type { DataplaneFault, DataplaneState, EviState, EvpnPortState, Intent } from '../intent.ts';
import { EVPN_OWNER } from '../ovs/owner.ts';
import type { PortRequest, Program, SwitchView } from '../ovs/program.ts';
import type { Taken } from '../unit-table.ts';
import type { Row } from '../ovs/row.ts';
import { floodingPorts, tunnelsOf } from './describe.ts';
import { Evi } from './evi.ts';
import { portRequests } from './ports.ts';
import { NO_ROWS, tunnelRows } from './rows.ts';
import { partsOf, TUNNEL_UNIT, unitName } from './unit.ts';

export interface OvsEvpnSettings {
  /** The tunnel bridge of the Neutron agent. */
  readonly bridge: string;
  /** Our VTEP. */
  readonly localAddress: string;
}

const NO_PORTS: ReadonlyMap<string, PortRequest> = new Map();
const NO_NEIGHBOURS: ReadonlySet<string> = new Set();
const NOTHING: Taken = { units: [] };

/**
 * E-VPN in the tunnel bridge of the Neutron agent, in which a network is a VLAN. The VLAN of an EVI is known from its
 * ports, and as long as it has none there are no rows; the other way round, a VLAN belongs to one EVI.
 */
export class OvsEvpn implements Program {
  readonly owner = EVPN_OWNER;
  readonly bridge: string;
  /** In canonical text. */
  readonly #localAddress: string;
  readonly #ports: ReadonlyMap<string, PortRequest>;
  readonly #evis = new Map<number, Evi>();
  /** EVIs that should exist. */
  #wanted = 0;
  /** The instance to which a VLAN belongs. */
  readonly #byVlan = new Map<number, number>();

  constructor({ bridge, localAddress }: OvsEvpnSettings) {
    this.bridge = bridge;
    this.#localAddress = parseIpAddress(localAddress) ?? localAddress;
    this.#ports = portRequests(this.#localAddress);
  }

  take(intent: Intent): Taken {
    const { state } = intent;
    if (state === undefined) return this.#remove(intent.key);
    const complaint = this.#unfit(state);
    if (complaint === undefined) return this.#put(state);
    return { ...this.#remove(intent.key), fault: { command: undefined, reason: complaint } };
  }

  *units(): Generator<string, void> {
    if (this.#wanted > 0) yield TUNNEL_UNIT;
    for (const evi of this.#evis.values()) {
      if (evi.state !== undefined && evi.vlan !== undefined) yield* evi.units();
    }
  }

  compile(unit: string, view: SwitchView): Result<readonly Row[], DataplaneFault> {
    if (unit === TUNNEL_UNIT) return this.#wanted > 0 ? tunnelRows(view) : NO_ROWS;
    const { instance, kind, name } = partsOf(unit);
    return this.#evis.get(instance)?.compile(kind, name, this.#localAddress, view) ?? NO_ROWS;
  }

  ports(): ReadonlyMap<string, PortRequest> {
    return this.#wanted > 0 ? this.#ports : NO_PORTS;
  }

  neighbours(): ReadonlySet<string> {
    return NO_NEIGHBOURS;
  }

  /** What the looking glass says of the driver, */
  describe(): Readonly<Record<string, LookingGlassNode>> {
    return { tunnels: tunnelsOf(this.#evis.values(), this.#localAddress) };
  }

  /** and of an EVI. */
  describeInstance(instance: number): Readonly<Record<string, LookingGlassNode>> {
    const evi = this.#evis.get(instance);
    return { vlan: evi?.vlan ?? null, 'flooding-ports': floodingPorts(evi, this.#localAddress) };
  }

  /** Why a state cannot be had. */
  #unfit(state: DataplaneState): string | undefined {
    const complaint = unfitForEvpn(state, this.#localAddress);
    if (complaint !== undefined) return complaint;
    switch (state.kind) {
      case 'evpn-port':
        return this.#unfitVlan(state);
      case 'veth-pair':
        return (
          'an EVI of Open vSwitch is not joined to a VRF by a pair of interfaces: ' +
          'local_port.evpn.ovs_port_name has to name the interface that is wired already'
        );
      default:
        return undefined;
    }
  }

  #unfitVlan({ instance, port }: EvpnPortState): string | undefined {
    const { vlan } = port;
    if (vlan === undefined) {
      return `local_port.vlan is missing: the VLAN by which bridge ${this.bridge} knows the network is expected`;
    }
    // Also of the port itself: several machines may be behind it.
    const known = this.#evis.get(instance)?.vlan;
    if (known !== undefined && known !== vlan) {
      return `local_port.vlan ${vlan} is not that of the network, which has ports already: ${known} is expected`;
    }
    const owner = this.#byVlan.get(vlan);
    if (owner === undefined || owner === instance) return undefined;
    const id = this.#evis.get(owner)?.state?.externalId ?? `instance ${owner}`;
    return `local_port.vlan ${vlan} is in use by ${id}`;
  }

  #put(state: DataplaneState): Taken {
    const { instance } = state;
    switch (state.kind) {
      case 'evi':
        return this.#putEvi(state);
      case 'evpn-port':
        return this.#putPort(state);
      case 'remote-mac':
        this.#evi(instance).macs.set(state.mac, { vtep: state.vtep, vni: state.vni });
        return { units: [unitName(instance, state.kind, state.mac)] };
      case 'neighbour':
        // Neighbour solicitations are flooded.
        if (state.ip.includes(':')) return NOTHING;
        this.#evi(instance).neighbours.set(state.ip, state.mac);
        return { units: [unitName(instance, state.kind, state.ip)] };
      case 'flood':
        this.#evi(instance).floodList.add(state);
        return { units: [unitName(instance, state.kind)] };
      default:
        // Local MACs are learned by the bridge of the VMs, and a gateway is wired by those who wired its interface.
        return NOTHING;
    }
  }

  #putEvi(state: EviState): Taken {
    const evi = this.#evi(state.instance);
    const former = evi.state;
    evi.state = state;
    if (former === undefined) this.#wanted += 1;
    return this.#carriedBy(evi, former?.vni !== state.vni);
  }

  #putPort({ instance, port }: EvpnPortState): Taken {
    const evi = this.#evi(instance);
    return this.#carriedBy(
      evi,
      this.#changePorts(evi, (ports) => ports.set(port.interface, port.vlan!)),
    );
  }

  /** Nothing arrives without the first two, be they new or not: what cannot have them has failed. */
  #carriedBy(evi: Evi, isNew: boolean): Taken {
    return { units: [TUNNEL_UNIT, ...(isNew ? evi.units() : [unitName(evi.instance, 'evi')])] };
  }

  /** With the first port of an EVI its VLAN becomes known, and with the last it is forgotten: whether that is so. */
  #changePorts(evi: Evi, change: (ports: Map<string, number>) => unknown): boolean {
    const former = evi.vlan;
    change(evi.ports);
    const { vlan } = evi;
    if (vlan === former) return false;
    if (former !== undefined) this.#byVlan.delete(former);
    if (vlan !== undefined) this.#byVlan.set(vlan, evi.instance);
    return true;
  }

  /** What is not there (any more) is named all the same: a former removal may have failed. */
  #remove(key: string): Taken {
    const { instance, kind, name } = partsOf(key);
    const evi = this.#evi(instance);
    const units = this.#removeFrom(evi, kind, name);
    if (evi.isEmpty) this.#evis.delete(instance);
    return { units };
  }

  #removeFrom(evi: Evi, kind: string, name: string): readonly string[] {
    const { instance } = evi;
    switch (kind) {
      case 'evi':
        if (evi.state !== undefined) this.#wanted -= 1;
        evi.state = undefined;
        // What all share is the others', as long as there are any.
        return this.#wanted > 0 ? [...evi.units()] : [...evi.units(), TUNNEL_UNIT];
      case 'evpn-port':
        this.#changePorts(evi, (ports) => ports.delete(name));
        return evi.vlan === undefined ? [...evi.units()] : [];
      case 'remote-mac':
        evi.macs.delete(name);
        return [unitName(instance, kind, name)];
      case 'neighbour':
        evi.neighbours.delete(name);
        return [unitName(instance, kind, name)];
      case 'flood':
        evi.floodList.delete(name);
        return [unitName(instance, kind)];
      default:
        return [];
    }
  }

  #evi(instance: number): Evi {
    let evi = this.#evis.get(instance);
    if (evi === undefined) {
      evi = new Evi(instance);
      this.#evis.set(instance, evi);
    }
    return evi;
  }
}
