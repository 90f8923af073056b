import { failure, success, type Result } from '../../result.ts';
import type {
  DataplaneFault,
  DataplaneState,
  Intent,
  NextHop,
  TrafficClassifierState,
  VrfEndpointState,
  VrfState,
} from '../intent.ts';
import { IPVPN_OWNER } from '../ovs/owner.ts';
import type { PortRequest, Program, SwitchView } from '../ovs/program.ts';
import type { Taken } from '../unit-table.ts';
import type { Row } from '../ovs/row.ts';
import { arpRows } from './arp-rows.ts';
import { classifierMatches } from './classifier-match.ts';
import { CountedSet } from './counted-set.ts';
import { describeOvsIpvpn, describeVrf, type Description } from './description.ts';
import { readEndpoint, sourceOf } from './endpoint.ts';
import { fallbackPort, fallbackRows } from './fallback-rows.ts';
import { GroupNumbers } from './group-numbers.ts';
import { labelRows } from './label-rows.ts';
import { tablesOf } from './pipeline.ts';
import { portRows } from './port-rows.ts';
import { RequestedPorts, type NamedPort } from './ports.ts';
import { isNeighbour, prefixRows } from './prefix-rows.ts';
import { redirectRows } from './redirect-rows.ts';
import type { OvsIpvpnSettings } from './settings.ts';
import { SourceOwners } from './source-owners.ts';
import { tunnelPorts, tunnelRows } from './tunnels.ts';
import type { Rows, Workshop } from './unit.ts';
import { Vrf } from './vrf.ts';

const NOTHING: readonly never[] = [];
const TUNNELS = 'tunnels';

/**
 * IP VPN on Open vSwitch: what a bridge that forwards for all VRFs of the node should hold (`Tables` says how). Units:
 *
 *     tunnels                  packets come in from other nodes; while there is a VRF
 *     1/prefix/10.0.0.0/24     VRF 1 has a way to this prefix
 *     1/label/17               packets with this label are delivered
 *     1/arp, 1/fallback, 1/classifiers
 *     1/port/tap1/42           packets of this port and VLAN (0: untagged) come into VRF 1
 */
export class OvsIpvpn implements Program {
  readonly owner = IPVPN_OWNER;
  readonly bridge: string;
  readonly #settings: OvsIpvpnSettings;
  readonly #vrfs = new Map<number, Vrf>();
  /** VRFs that are there, by external id. */
  readonly #instances = new Map<string, number>();
  readonly #owners = new SourceOwners();
  readonly #groups = new GroupNumbers(IPVPN_OWNER);
  readonly #ports = new RequestedPorts();
  readonly #neighbours = new CountedSet<string>();
  readonly #tunnels: readonly NamedPort[];

  constructor(settings: OvsIpvpnSettings) {
    this.bridge = settings.bridge;
    this.#settings = settings;
    this.#tunnels = tunnelPorts(settings);
  }

  take({ key, instance, state }: Intent): Taken {
    const vrf = this.#vrfs.get(instance) ?? new Vrf(instance, this.#groups);
    this.#vrfs.set(instance, vrf);
    const taken = this.#takeInto(vrf, key, state);
    if (vrf.isEmpty) this.#vrfs.delete(instance);
    return taken;
  }

  *units(): Generator<string, void> {
    if (this.#instances.size > 0) yield TUNNELS;
    for (const vrf of this.#vrfs.values()) if (vrf.state !== undefined) yield* vrf.units();
  }

  compile(unit: string, view: SwitchView): Result<readonly Row[], DataplaneFault> {
    const rows = this.#rowsOf(unit, {
      settings: this.#settings,
      tables: tablesOf(this.#settings),
      view,
    });
    return rows.ok ? rows : failure({ command: undefined, reason: rows.fault });
  }

  ports(): ReadonlyMap<string, PortRequest> {
    return this.#ports.requests;
  }

  neighbours(): ReadonlySet<string> {
    return this.#neighbours.members;
  }

  /** What the looking glass shows of the driver, */
  describe(): Description {
    return describeOvsIpvpn(this.#settings);
  }

  /** and of a VRF, beside its flows. */
  describeInstance(instance: number): Description {
    const vrf = this.#vrfs.get(instance);
    return vrf === undefined ? {} : describeVrf(vrf);
  }

  #takeInto(vrf: Vrf, key: string, state: DataplaneState | undefined): Taken {
    switch (state?.kind ?? kindOf(key)) {
      case 'vrf':
        return this.#takeVrf(vrf, state as VrfState | undefined);
      case 'vrf-endpoint':
        return this.#takeEndpoint(vrf, key, state as VrfEndpointState | undefined);
      case 'remote-prefix': {
        const { prefix, nextHops } =
          state?.kind === 'remote-prefix' ? state : { prefix: nameIn(key), nextHops: NOTHING };
        return { units: [this.#takeNextHops(vrf, prefix, nextHops)] };
      }
      case 'traffic-classifier':
        return takeClassifier(vrf, key, state as TrafficClassifierState | undefined);
      default:
        return { units: NOTHING, fault: fault(`an IP VPN has no ${kindOf(key)}`) };
    }
  }

  #takeVrf(vrf: Vrf, state: VrfState | undefined): Taken {
    const former = vrf.state;
    const subnets = vrf.replaceState(state);
    this.#exchangePorts(portsOf(former), portsOf(state));
    const isOther = (former === undefined) !== (state === undefined);
    if (isOther) this.#exchangePorts(former && this.#tunnels, state && this.#tunnels);
    const redirecting = this.#rename(vrf, former?.externalId, state?.externalId);
    const isForNode = state !== undefined || this.#instances.size === 0;
    return {
      units: [...(isForNode ? [TUNNELS] : NOTHING), vrf.unit('arp'), vrf.unit('fallback')],
      // What was asked for before, which may be very much, has waited for it, or waits again.
      others: [...(isOther ? vrf.units() : NOTHING), ...subnets, ...redirecting],
    };
  }

  /** Returns the units of those who redirect packets to the VRF by its former external id, or by the next one. */
  #rename(vrf: Vrf, former: string | undefined, next: string | undefined): readonly string[] {
    if (former === next) return NOTHING;
    if (former !== undefined && this.#instances.get(former) === vrf.instance) this.#instances.delete(former);
    if (next !== undefined) this.#instances.set(next, vrf.instance);
    return [former, next].flatMap((id) =>
      id === undefined
        ? []
        : [...this.#vrfs.values()]
            .filter((other) => other.redirectsTo(id))
            .map((other) => other.unit('classifiers')),
    );
  }

  #takeEndpoint(vrf: Vrf, key: string, state: VrfEndpointState | undefined): Taken {
    const read = state && readEndpoint(state, this.#settings);
    if (read?.ok === false) return { ...this.#takeEndpoint(vrf, key, undefined), fault: fault(read.fault) };
    const next = read?.value;
    const owner = next?.sends === true ? this.#owners.ownerOf(sourceOf(next)) : undefined;
    if (next !== undefined && owner !== undefined && owner !== vrf) {
      const { vlan } = next;
      const where = `port ${next.from}${vlan === 0 ? '' : `, VLAN ${vlan}`}`;
      const reason = `local_port: ${where} belongs to ${owner.name} already`;
      return { ...this.#takeEndpoint(vrf, key, undefined), fault: fault(reason) };
    }
    const former = vrf.endpoints.get(key);
    const units = vrf.replaceEndpoint(key, next);
    this.#exchangePorts(former?.ports, vrf.endpoints.get(key)?.ports);
    for (const endpoint of [former, next]) {
      if (endpoint !== undefined) this.#owners.update(sourceOf(endpoint), vrf);
    }
    // Whoever comes must be reached from other nodes.
    return { units: next === undefined ? units : [TUNNELS, ...units] };
  }

  #takeNextHops(vrf: Vrf, prefix: string, nextHops: readonly NextHop[]): string {
    if (this.#settings.gre === undefined) {
      for (const nextHop of nextHops) {
        if (isNeighbour(nextHop, this.#settings)) this.#neighbours.add(nextHop.address);
      }
      for (const nextHop of vrf.prefixes.get(prefix)?.remote ?? NOTHING) {
        if (isNeighbour(nextHop, this.#settings)) this.#neighbours.delete(nextHop.address);
      }
    }
    return vrf.replaceNextHops(prefix, nextHops);
  }

  #exchangePorts(former: readonly NamedPort[] = NOTHING, next: readonly NamedPort[] = NOTHING): void {
    for (const port of next) this.#ports.hold(port);
    for (const port of former) this.#ports.release(port);
  }

  #rowsOf(unit: string, workshop: Workshop): Rows {
    if (unit === TUNNELS) return this.#instances.size > 0 ? tunnelRows(workshop) : success(NOTHING);
    const vrf = this.#vrfs.get(Number.parseInt(unit, 10));
    if (vrf?.state === undefined) return success(NOTHING);
    const name = nameIn(unit);
    switch (kindOf(unit)) {
      case 'prefix': {
        const prefix = vrf.prefixes.get(name);
        return prefix === undefined ? success(NOTHING) : prefixRows(vrf, name, prefix, workshop);
      }
      case 'label': {
        const endpoint = vrf.labels.get(Number(name))?.[0];
        return endpoint === undefined ? success(NOTHING) : labelRows(vrf, endpoint, workshop);
      }
      case 'port': {
        const source = vrf.sources.get(name);
        return source === undefined ? success(NOTHING) : portRows(vrf, source, this.#owners, workshop);
      }
      case 'arp':
        return arpRows(vrf, workshop);
      case 'fallback':
        return fallbackRows(vrf, workshop);
      case 'classifiers':
        return redirectRows(vrf, (externalId) => this.#instances.get(externalId), workshop);
      default:
        return success(NOTHING);
    }
  }
}

function takeClassifier(vrf: Vrf, key: string, state: TrafficClassifierState | undefined): Taken {
  if (state === undefined) return { units: [vrf.replaceClassifier(key, undefined)] };
  const { components, redirectTo } = state;
  const matches = classifierMatches(components);
  if (matches.ok) {
    return { units: [vrf.replaceClassifier(key, { components, matches: matches.value, redirectTo })] };
  }
  const reason = `traffic classifier ${state.name}: ${matches.fault}`;
  return { units: [vrf.replaceClassifier(key, undefined)], fault: fault(reason) };
}

function portsOf(state: VrfState | undefined): readonly NamedPort[] {
  const port = fallbackPort(state);
  return port === undefined ? NOTHING : [port];
}

function fault(reason: string): DataplaneFault {
  return { command: undefined, reason };
}

/** `prefix` of `1/prefix/10.0.0.0/24`: keys of intents and units are alike. */
function kindOf(key: string): string {
  return key.split('/', 2)[1] ?? '';
}

/** `10.0.0.0/24` of `1/prefix/10.0.0.0/24`. */
function nameIn(key: string): string {
  return key.slice(key.indexOf('/', key.indexOf('/') + 1) + 1);
}
