import type { FlowComponent } from '../../bgp/nlri/flow-component.ts';
import type { NextHop, VrfState } from '../intent.ts';
import { CountedSet } from './counted-set.ts';
import { isSameEndpoint, prefixesBehind, sourceOf, type Endpoint } from './endpoint.ts';
import type { GroupNumbers } from './group-numbers.ts';
import type { PortRef } from './ports.ts';
import { Prefix } from './prefix.ts';

const NOTHING: readonly never[] = [];

/** A port, and the VLAN there: packets that come from it belong to one VRF. */
export interface Source {
  readonly port: PortRef;
  readonly vlan: number;
  readonly endpoints: readonly Endpoint[];
}

/** Packets that look so are looked up in another VRF. */
export interface Classifier {
  readonly components: readonly FlowComponent[];
  /** OpenFlow conditions: packets that fulfil one of them are meant. */
  readonly matches: readonly string[];
  /** `externalId` of the other VRF. */
  readonly redirectTo: string;
}

/** What is wanted of one VRF; also of one that is not there yet, or not any more, and has members. */
export class Vrf {
  readonly instance: number;
  /** By the key of the intent, as `classifiers`. */
  readonly endpoints = new Map<string, Endpoint>();
  readonly classifiers = new Map<string, Classifier>();
  /** By `sourceOf`. */
  readonly sources = new Map<string, Source>();
  /** Who receives what comes with a label. */
  readonly labels = new Map<number, readonly Endpoint[]>();
  readonly prefixes = new Map<string, Prefix>();
  #state: VrfState | undefined;
  /** Endpoints that receive, by what is behind them: be it among the routes of the VRF or not. */
  readonly #behind = new Map<string, readonly Endpoint[]>();
  readonly #vlans = new CountedSet<number>();
  readonly #redirects = new CountedSet<string>();
  readonly #groups: GroupNumbers;

  constructor(instance: number, groups: GroupNumbers) {
    this.instance = instance;
    this.#groups = groups;
  }

  get state(): VrfState | undefined {
    return this.#state;
  }

  get isEmpty(): boolean {
    return (
      this.state === undefined &&
      this.endpoints.size === 0 &&
      this.classifiers.size === 0 &&
      this.prefixes.size === 0
    );
  }

  /** What people call it. */
  get name(): string {
    return this.state?.externalId ?? `instance ${this.instance}`;
  }

  /** VLANs (`NO_VLAN`: untagged) in which machines may send. */
  get vlans(): ReadonlySet<number> {
    return this.#vlans.members;
  }

  /** Whether the VRF of this external id is one to which classifiers redirect. */
  redirectsTo(externalId: string): boolean {
    return this.#redirects.members.has(externalId);
  }

  /** Whether packets from there are those of this VRF. */
  isFedBy(source: string): boolean {
    return isSending(this.sources.get(source));
  }

  unit(kind: 'arp' | 'fallback' | 'classifiers'): string;
  unit(kind: 'port' | 'prefix' | 'label', which: string | number): string;
  unit(kind: string, which?: string | number): string {
    return which === undefined ? `${this.instance}/${kind}` : `${this.instance}/${kind}/${which}`;
  }

  /** Of all that has been asked for. Packets are let in when they find their way. */
  *units(): Generator<string, void> {
    for (const prefix of this.prefixes.keys()) yield this.unit('prefix', prefix);
    for (const label of this.labels.keys()) yield this.unit('label', label);
    yield this.unit('arp');
    yield this.unit('fallback');
    yield this.unit('classifiers');
    for (const source of this.sources.keys()) yield this.unit('port', source);
  }

  /** Returns the units of the subnets that are among its own routes now and were not before, or the other way round. */
  replaceState(next: VrfState | undefined): readonly string[] {
    const importedOwn = this.#importsOwn;
    this.#state = next;
    if (this.#importsOwn === importedOwn) return NOTHING;
    const subnets = [...this.#behind.keys()].filter((prefix) => !isHost(prefix));
    for (const subnet of subnets) this.#replaceWays(subnet, this.prefixes.get(subnet)?.remote);
    return subnets.map((subnet) => this.unit('prefix', subnet));
  }

  /** Puts an endpoint in the place of the one that the key had; returns the units that this concerns. */
  replaceEndpoint(key: string, next: Endpoint | undefined): readonly string[] {
    const former = this.endpoints.get(key);
    if (former !== undefined && next !== undefined && isSameEndpoint(former, next)) {
      return this.#unitsOf(former);
    }
    assign(this.endpoints, key, next);
    const isNewVlan = this.#moveSource(former, next);
    for (const move of moves(former, next, receivingLabels)) {
      assign(this.labels, move.key, exchanged(this.labels.get(move.key), move));
    }
    for (const move of moves(former, next, receivingPrefixes)) {
      assign(this.#behind, move.key, exchanged(this.#behind.get(move.key), move));
      this.#replaceWays(move.key, this.prefixes.get(move.key)?.remote);
    }
    const perVlan = isNewVlan ? [this.unit('arp'), this.unit('fallback')] : [];
    return [...new Set([...this.#unitsOf(next), ...this.#unitsOf(former), ...perVlan])];
  }

  /** The next hops of a prefix, of which there may be none; returns the unit. */
  replaceNextHops(prefix: string, nextHops: readonly NextHop[]): string {
    this.#replaceWays(prefix, nextHops);
    return this.unit('prefix', prefix);
  }

  replaceClassifier(key: string, next: Classifier | undefined): string {
    const former = this.classifiers.get(key);
    if (next !== undefined) this.#redirects.add(next.redirectTo);
    if (former !== undefined) this.#redirects.delete(former.redirectTo);
    assign(this.classifiers, key, next);
    return this.unit('classifiers');
  }

  /** Whether the VLANs in which machines send are others now. */
  #moveSource(former: Endpoint | undefined, next: Endpoint | undefined): boolean {
    let isOther = false;
    for (const move of moves(former, next, (endpoint) => [sourceOf(endpoint)])) {
      const source = this.sources.get(move.key);
      const { from: port, vlan } = (move.next ?? move.former)!;
      const endpoints = exchanged(source?.endpoints, move);
      const changed = endpoints && { port, vlan, endpoints };
      assign(this.sources, move.key, changed);
      if (isSending(changed) && !isSending(source)) isOther = this.#vlans.add(vlan) || isOther;
      if (isSending(source) && !isSending(changed)) isOther = this.#vlans.delete(vlan) || isOther;
    }
    return isOther;
  }

  get #importsOwn(): boolean {
    return this.#state?.importsOwn === true;
  }

  /** The endpoints that are the way to a prefix; to a subnet that is announced, and not imported, there may be others. */
  #localWays(key: string): readonly Endpoint[] {
    const behind = this.#behind.get(key) ?? NOTHING;
    return this.#importsOwn || isHost(key) ? behind : behind.filter(({ isEvi }) => isEvi);
  }

  #replaceWays(key: string, remote: readonly NextHop[] = NOTHING): void {
    const local = this.#localWays(key);
    let prefix = this.prefixes.get(key);
    if (prefix === undefined) {
      if (local.length === 0 && remote.length === 0) return;
      prefix = new Prefix();
      this.prefixes.set(key, prefix);
    }
    prefix.replace(local, remote, this.#groups);
    if (prefix.isEmpty) this.prefixes.delete(key);
  }

  #unitsOf(endpoint: Endpoint | undefined): readonly string[] {
    if (endpoint === undefined) return NOTHING;
    const port = this.unit('port', sourceOf(endpoint));
    if (!endpoint.receives) return [port];
    const prefixes = prefixesBehind(endpoint).map((prefix) => this.unit('prefix', prefix));
    return [...prefixes, this.unit('label', endpoint.label), port];
  }
}

function isSending(source: Source | undefined): boolean {
  return source?.endpoints.some(({ sends }) => sends) === true;
}

/** Whether it is the prefix of one address. */
function isHost(prefix: string): boolean {
  return prefix.endsWith('/32');
}

function receivingLabels({ receives, label }: Endpoint): readonly number[] {
  return receives ? [label] : NOTHING;
}

function receivingPrefixes(endpoint: Endpoint): readonly string[] {
  return endpoint.receives ? prefixesBehind(endpoint) : NOTHING;
}

/** One endpoint takes the place of another under a key, or comes, or goes. */
interface Move<K> {
  readonly key: K;
  readonly former: Endpoint | undefined;
  readonly next: Endpoint | undefined;
}

function moves<K>(
  former: Endpoint | undefined,
  next: Endpoint | undefined,
  keysOf: (endpoint: Endpoint) => readonly K[],
): readonly Move<K>[] {
  const from: readonly K[] = former === undefined ? NOTHING : keysOf(former);
  const to: readonly K[] = next === undefined ? NOTHING : keysOf(next);
  return [
    ...to.map((key) => ({ key, former: from.includes(key) ? former : undefined, next })),
    ...from.filter((key) => !to.includes(key)).map((key) => ({ key, former, next: undefined })),
  ];
}

/** Undefined if none is left. */
function exchanged(
  endpoints: readonly Endpoint[] = NOTHING,
  { former, next }: Move<unknown>,
): readonly Endpoint[] | undefined {
  if (former === undefined) return next === undefined ? endpoints : [...endpoints, next];
  const left = endpoints.flatMap((endpoint) => (endpoint === former ? (next ?? []) : endpoint));
  return left.length === 0 ? undefined : left;
}

function assign<K, V>(map: Map<K, V>, key: K, value: V | undefined): void {
  if (value === undefined) map.delete(key);
  else map.set(key, value);
}
