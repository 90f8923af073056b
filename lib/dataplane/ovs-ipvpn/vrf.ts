import type { FlowComponent } from '../../bgp/nlri/flow-component.ts';
import type { NextHop, VrfState } from '../intent.ts';
import { CountedSet } from './counted-set.ts';
import { isSameEndpoint, sourceOf, type Endpoint } from './endpoint.ts';
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
  state: VrfState | undefined;
  /** By the key of the intent, as `classifiers`. */
  readonly endpoints = new Map<string, Endpoint>();
  readonly classifiers = new Map<string, Classifier>();
  /** By `sourceOf`. */
  readonly sources = new Map<string, Source>();
  /** Who receives what comes with a label. */
  readonly labels = new Map<number, readonly Endpoint[]>();
  readonly prefixes = new Map<string, Prefix>();
  readonly #vlans = new CountedSet<number>();
  readonly #redirects = new CountedSet<string>();
  readonly #groups: GroupNumbers;

  constructor(instance: number, groups: GroupNumbers) {
    this.instance = instance;
    this.#groups = groups;
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

  /** Puts an endpoint in the place of the one that the key had; returns the units that this concerns. */
  replaceEndpoint(key: string, next: Endpoint | undefined): readonly string[] {
    const former = this.endpoints.get(key);
    if (former !== undefined && next !== undefined && isSameEndpoint(former, next)) {
      return this.#unitsOf(former);
    }
    assign(this.endpoints, key, next);
    const isNewVlan = this.#moveSource(former, next);
    for (const move of moves(former, next, receivingLabel)) {
      assign(this.labels, move.key, exchanged(this.labels.get(move.key), move));
    }
    for (const move of moves(former, next, receivingPrefix)) {
      const { local = NOTHING, remote = NOTHING } = this.prefixes.get(move.key) ?? {};
      this.#replaceWays(move.key, exchanged(local, move) ?? NOTHING, remote);
    }
    const perVlan = isNewVlan ? [this.unit('arp'), this.unit('fallback')] : [];
    return [...new Set([...this.#unitsOf(next), ...this.#unitsOf(former), ...perVlan])];
  }

  /** The next hops of a prefix, of which there may be none; returns the unit. */
  replaceNextHops(prefix: string, nextHops: readonly NextHop[]): string {
    this.#replaceWays(prefix, this.prefixes.get(prefix)?.local ?? NOTHING, nextHops);
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
    for (const move of moves(former, next, sourceOf)) {
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

  #replaceWays(key: string, local: readonly Endpoint[], remote: readonly NextHop[]): void {
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
    return [this.unit('prefix', endpoint.prefix), this.unit('label', endpoint.label), port];
  }
}

function isSending(source: Source | undefined): boolean {
  return source?.endpoints.some(({ sends }) => sends) === true;
}

function receivingLabel({ receives, label }: Endpoint): number | undefined {
  return receives ? label : undefined;
}

function receivingPrefix({ receives, prefix }: Endpoint): string | undefined {
  return receives ? prefix : undefined;
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
  keyOf: (endpoint: Endpoint) => K | undefined,
): readonly Move<K>[] {
  const from = former && keyOf(former);
  const to = next && keyOf(next);
  if (from === to) return from === undefined ? [] : [{ key: from, former, next }];
  const all: Move<K>[] = [];
  if (to !== undefined) all.push({ key: to, former: undefined, next });
  if (from !== undefined) all.push({ key: from, former, next: undefined });
  return all;
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
