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
import { CountedSet } from '../ovs-ipvpn/counted-set.ts';
import { sameState } from '../same-state.ts';
import type { Taken, Units } from '../unit-table.ts';
import { ruleSelectors } from './classifier-rules.ts';
import { describeLinuxIpvpn, describeVrf, type Description } from './description.ts';
import { isSameEndpoint, readEndpoint, type Endpoint } from './endpoint.ts';
import { labelRows } from './label-rows.ts';
import { isolationRows, mplsRows, nodeSysctls, peRows, tunnelIn, underlayRows } from './node-rows.ts';
import { portRows, portSysctls } from './port-rows.ts';
import { Ports } from './ports.ts';
import { prefixRows, type Workshop } from './prefix-rows.ts';
import { redirectRows } from './redirect-rows.ts';
import type { KernelRow, KernelRows, KernelView } from './row.ts';
import { underlayOf, type LinuxIpvpnSettings } from './settings.ts';
import { tableComplaint, vrfRows } from './vrf-rows.ts';
import { Vrf } from './vrf.ts';
import { tunnelEnd } from './way.ts';

const NOTHING: readonly never[] = [];
/** Without which no packet of a VRF is where it should be; while there is a VRF. */
const NODE_UNITS = ['isolation', 'mpls', 'underlay'];

/**
 * IP VPN on the kernel's own VRF devices and MPLS: what the kernel of a node should hold. Units:
 *
 *     isolation, mpls, underlay   what the node needs, while there is a VRF
 *     pe/10.77.0.2                the tunnel that leads to this PE; while a prefix is behind it
 *     1/vrf                       the device of VRF 1, and its table
 *     port/tap1                   the interface, with the addresses behind it, of whatever VRFs
 *     1/label/17                  packets with this label are delivered
 *     1/prefix/10.0.0.0/24        VRF 1 has a way to this prefix
 *     1/classifiers
 */
export class LinuxIpvpn implements Units<KernelRow, KernelView> {
  /** The interface that has the local address, if that is known; to be set before anything is taken. */
  localInterface: string | undefined;
  readonly #settings: LinuxIpvpnSettings;
  readonly #vrfs = new Map<number, Vrf>();
  /** VRFs that are there, by external id. */
  readonly #instances = new Map<string, number>();
  readonly #ports = new Ports();
  readonly #pes = new CountedSet<string>();

  constructor(settings: LinuxIpvpnSettings) {
    this.#settings = settings;
  }

  take({ key, instance, state }: Intent): Taken {
    const vrf = this.#vrfs.get(instance) ?? new Vrf(instance);
    this.#vrfs.set(instance, vrf);
    const taken = this.#takeInto(vrf, key, state);
    if (vrf.isEmpty) this.#vrfs.delete(instance);
    return { ...taken, units: [...new Set(taken.units)] };
  }

  *units(): Generator<string, void> {
    if (this.#instances.size === 0) return;
    yield* NODE_UNITS;
    for (const pe of this.#pes.members) yield `pe/${pe}`;
    for (const port of this.#ports.all()) if (port.present.length > 0) yield port.unit;
    for (const vrf of this.#vrfs.values()) if (vrf.state !== undefined) yield* vrf.units();
  }

  compile(unit: string, view: KernelView): Result<readonly KernelRow[], DataplaneFault> {
    const rows = this.#rowsOf(unit, { settings: this.#settings, ports: this.#ports, view });
    return rows.ok ? rows : failure({ command: undefined, reason: rows.fault });
  }

  /** Interfaces of others on which rows lie, */
  *links(): Generator<string, void> {
    if (this.#instances.size === 0) return;
    const underlay = underlayOf(this.#settings);
    if (underlay.kind === 'ethernet') yield underlay.interface;
    for (const { name, present } of this.#ports.all()) if (present.length > 0) yield name;
  }

  /** and the units that have to be compiled again when one of them changes. */
  unitsOn(link: string): Iterable<string> {
    const underlay = underlayOf(this.#settings);
    if (underlay.kind === 'ethernet' && underlay.interface === link) return this.units();
    return this.#ports.get(link)?.units() ?? NOTHING;
  }

  /** Every sysctl that `compile` may ask for now. */
  *sysctls(): Generator<string, void> {
    if (this.#instances.size === 0) return;
    yield* nodeSysctls(this.#settings);
    for (const port of this.#ports.all()) if (port.present.length > 0) yield* portSysctls(port);
  }

  /** See `tunnelIn`. */
  tunnel(unit: string): ReturnType<typeof tunnelIn> {
    return tunnelIn(unit, this.#settings);
  }

  /** What the looking glass shows of the driver, */
  describe(): Description {
    return describeLinuxIpvpn(this.#settings);
  }

  /** and of a VRF. */
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
        return { units: this.#takeNextHops(vrf, prefix, nextHops) };
      }
      case 'traffic-classifier':
        return takeClassifier(vrf, key, state as TrafficClassifierState | undefined);
      default:
        return { units: NOTHING, fault: fault(`an IP VPN has no ${kindOf(key)}`) };
    }
  }

  #takeVrf(vrf: Vrf, state: VrfState | undefined): Taken {
    if (state?.fallback !== undefined) {
      const reason = 'fallback: the linux driver has none: packets that match no route are dropped';
      return { ...this.#takeVrf(vrf, undefined), fault: fault(reason) };
    }
    const former = vrf.state;
    const wasFirst = this.#instances.size === 0;
    vrf.state = state;
    const redirecting = this.#rename(vrf, former?.externalId, state?.externalId);
    const isForNode = state !== undefined || this.#instances.size === 0;
    const units = [...(isForNode ? NODE_UNITS : NOTHING), vrf.unit('vrf')];
    // It comes again with each of its endpoints, of which there may be very many.
    if (former !== undefined && state !== undefined && sameState(former, state)) return { units };
    const isOther = (former === undefined) !== (state === undefined);
    const others = [
      ...(wasFirst || this.#instances.size === 0 ? this.#peUnits() : NOTHING),
      // What was asked for before has waited for it, or waits again.
      ...(isOther ? vrf.units() : [vrf.unit('classifiers')]),
      ...this.#ports.of(vrf).flatMap((port) => port.units()),
      ...redirecting,
    ];
    return { units, others };
  }

  #peUnits(): readonly string[] {
    return Array.from(this.#pes.members, (pe) => `pe/${pe}`);
  }

  /** Returns the units of those who redirect packets to the VRF by its former external id, or by the next one. */
  #rename(vrf: Vrf, former: string | undefined, next: string | undefined): readonly string[] {
    if (former === next) return NOTHING;
    if (former !== undefined && this.#instances.get(former) === vrf.instance) this.#instances.delete(former);
    if (next !== undefined) this.#instances.set(next, vrf.instance);
    const vrfs = [...this.#vrfs.values()];
    return [former, next].flatMap((id) =>
      id === undefined
        ? []
        : vrfs.filter((other) => other.redirectsTo(id)).map((other) => other.unit('classifiers')),
    );
  }

  #takeEndpoint(vrf: Vrf, key: string, state: VrfEndpointState | undefined): Taken {
    const read = state && readEndpoint(state, this.#settings, this.localInterface, vrf.state?.gatewayIp);
    if (read?.ok === false) return { ...this.#takeEndpoint(vrf, key, undefined), fault: fault(read.fault) };
    const next = read?.value;
    const owner = next?.sends === true ? this.#ports.get(next.port)?.owner : undefined;
    if (next !== undefined && owner !== undefined && owner !== vrf) {
      const reason = `local_port: port ${next.port} belongs to ${owner.name} already`;
      return { ...this.#takeEndpoint(vrf, key, undefined), fault: fault(reason) };
    }
    const { units, others } = this.#replaceEndpoint(vrf, key, next);
    // Whoever comes needs the node to be ready.
    return { units: next === undefined ? units : [...NODE_UNITS, vrf.unit('vrf'), ...units], others };
  }

  #replaceEndpoint(vrf: Vrf, key: string, next: Endpoint | undefined): Required<Omit<Taken, 'fault'>> {
    const former = vrf.endpoints.get(key);
    const units = [former, next].flatMap((endpoint) =>
      endpoint === undefined ? [] : [`port/${endpoint.port}`, ...vrf.unitsOf(endpoint)],
    );
    if (former !== undefined && next !== undefined && isSameEndpoint(former, next))
      return { units, others: NOTHING };
    const names = new Set([former, next].flatMap((endpoint) => endpoint?.port ?? []));
    const homes = new Map([...names].map((name) => [name, this.#ports.get(name)?.home]));
    vrf.replaceEndpoint(key, next);
    this.#ports.replace(vrf, key, former, next);
    const moved = [...names].filter((name) => this.#ports.get(name)?.home !== homes.get(name));
    // It came into this VRF, or went out of it.
    const onMoved = moved.flatMap((name) => this.#ports.get(name)?.units() ?? []);
    return { units, others: [...onMoved, vrf.unit('classifiers')] };
  }

  #takeNextHops(vrf: Vrf, prefix: string, nextHops: readonly NextHop[]): readonly string[] {
    const former = vrf.replaceNextHops(prefix, nextHops);
    const units = [vrf.unit('prefix', prefix)];
    if (underlayOf(this.#settings).kind !== 'tunnel') return units;
    const ends = (all: readonly NextHop[]): readonly string[] =>
      all.flatMap((nextHop) => tunnelEnd(nextHop, this.#settings) ?? []);
    const [wanted, gone] = [ends(nextHops), ends(former)];
    for (const pe of wanted) this.#pes.add(pe);
    for (const pe of gone) this.#pes.delete(pe);
    return [...units, ...[...wanted, ...gone].map((pe) => `pe/${pe}`)];
  }

  #rowsOf(unit: string, workshop: Workshop): KernelRows {
    if (this.#instances.size === 0) return success(NOTHING);
    const { settings, ports, view } = workshop;
    switch (unit) {
      case 'isolation':
        return success(isolationRows());
      case 'mpls':
        return mplsRows(view);
      case 'underlay':
        return underlayRows(settings, view);
    }
    const slash = unit.indexOf('/');
    const [room, name] = [unit.slice(0, slash), unit.slice(slash + 1)];
    if (room === 'pe') {
      return success(this.#pes.members.has(name) ? peRows(name, settings) : NOTHING);
    }
    if (room === 'port') {
      const port = ports.get(name);
      return port === undefined ? success(NOTHING) : portRows(port, view);
    }
    const vrf = this.#vrfs.get(Number(room));
    return vrf?.state === undefined ? success(NOTHING) : this.#vrfRows(vrf, unit, workshop);
  }

  #vrfRows(vrf: Vrf, unit: string, workshop: Workshop): KernelRows {
    const complaint = tableComplaint(vrf.instance, workshop.view);
    if (complaint !== undefined) return failure(complaint);
    const name = nameIn(unit);
    switch (kindOf(unit)) {
      case 'vrf':
        return success(vrfRows(vrf.instance));
      case 'label': {
        const endpoints = vrf.labels.get(Number(name));
        return endpoints === undefined ? success(NOTHING) : labelRows(vrf, Number(name), endpoints, workshop);
      }
      case 'prefix': {
        const prefix = vrf.prefixes.get(name);
        return prefix === undefined ? success(NOTHING) : prefixRows(vrf, name, prefix, workshop);
      }
      case 'classifiers':
        return redirectRows(vrf, workshop.ports, (externalId) => this.#instances.get(externalId));
      default:
        return success(NOTHING);
    }
  }
}

function takeClassifier(vrf: Vrf, key: string, state: TrafficClassifierState | undefined): Taken {
  if (state === undefined) return { units: [vrf.replaceClassifier(key, undefined)] };
  const { components, redirectTo } = state;
  const selectors = ruleSelectors(components);
  if (selectors.ok) {
    return { units: [vrf.replaceClassifier(key, { components, selectors: selectors.value, redirectTo })] };
  }
  const reason = `traffic classifier ${state.name}: ${selectors.fault}`;
  return { units: [vrf.replaceClassifier(key, undefined)], fault: fault(reason) };
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
