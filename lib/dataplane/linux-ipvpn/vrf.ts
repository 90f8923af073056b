import type { FlowComponent } from '../../bgp/nlri/flow-component.ts';
import type { NextHop, VrfState } from '../intent.ts';
import { CountedSet } from '../ovs-ipvpn/counted-set.ts';
import { hasAddress, hostPrefix, prefixesTo, type Endpoint } from './endpoint.ts';

const NOTHING: readonly never[] = [];

/** Packets that look so are looked up in another VRF. */
export interface Classifier {
  readonly components: readonly FlowComponent[];
  /** Of policy rules: packets that one of them means are meant. */
  readonly selectors: readonly string[];
  /** `externalId` of the other VRF. */
  readonly redirectTo: string;
}

/** What leads to one prefix: endpoints of the VRF (`ownWays` says which of them count), and other nodes. */
export interface Prefix {
  readonly local: readonly Endpoint[];
  readonly remote: readonly NextHop[];
}

/** What is wanted of one VRF; also of one that is not there yet, or not any more, and has members. */
export class Vrf {
  readonly instance: number;
  state: VrfState | undefined;
  /** By the key of the intent, as `classifiers`. */
  readonly endpoints = new Map<string, Endpoint>();
  readonly classifiers = new Map<string, Classifier>();
  /** Who receives what comes with a label. */
  readonly labels = new Map<number, readonly Endpoint[]>();
  readonly prefixes = new Map<string, Prefix>();
  readonly #redirects = new CountedSet<string>();

  constructor(instance: number) {
    this.instance = instance;
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

  /** Whether the VRF of this external id is one to which classifiers redirect. */
  redirectsTo(externalId: string): boolean {
    return this.#redirects.members.has(externalId);
  }

  /**
   * The endpoints that are the way to a prefix, and win over other nodes; to a subnet that is announced, and not imported,
   * there may be others.
   */
  ownWays(prefix: string, endpoints: readonly Endpoint[]): readonly Endpoint[] {
    if (this.state?.importsOwn === true) return endpoints;
    return endpoints.filter((endpoint) => endpoint.isEvi || prefix === hostPrefix(endpoint));
  }

  unit(kind: 'vrf' | 'classifiers'): string;
  unit(kind: 'prefix' | 'label', which: string | number): string;
  unit(kind: string, which?: string | number): string {
    return which === undefined ? `${this.instance}/${kind}` : `${this.instance}/${kind}/${which}`;
  }

  /** Of all that has been asked for, but for its ports. */
  *units(): Generator<string, void> {
    yield this.unit('vrf');
    for (const label of this.labels.keys()) yield this.unit('label', label);
    for (const prefix of this.prefixes.keys()) yield this.unit('prefix', prefix);
    yield this.unit('classifiers');
  }

  /** Those that depend on an endpoint, but for its port. */
  unitsOf(endpoint: Endpoint): readonly string[] {
    if (!endpoint.receives) return NOTHING;
    // Those that have no address use that of another one.
    const others = (this.labels.get(endpoint.label) ?? NOTHING).filter((other) => !hasAddress(other));
    const prefixes = [endpoint, ...others].flatMap(prefixesTo).map((prefix) => this.unit('prefix', prefix));
    return [this.unit('label', endpoint.label), ...prefixes];
  }

  /** Puts an endpoint in the place of the one that the key had. */
  replaceEndpoint(key: string, next: Endpoint | undefined): void {
    const former = this.endpoints.get(key);
    assign(this.endpoints, key, next);
    if (former?.receives === true) {
      const without = (all: readonly Endpoint[] = NOTHING): readonly Endpoint[] =>
        all.filter((endpoint) => endpoint !== former);
      assignList(this.labels, former.label, without(this.labels.get(former.label)));
      for (const prefix of prefixesTo(former)) {
        const { local = NOTHING, remote = NOTHING } = this.prefixes.get(prefix) ?? {};
        this.#replacePrefix(prefix, without(local), remote);
      }
    }
    if (next?.receives === true) {
      this.labels.set(next.label, [...(this.labels.get(next.label) ?? NOTHING), next]);
      for (const prefix of prefixesTo(next)) {
        const { local = NOTHING, remote = NOTHING } = this.prefixes.get(prefix) ?? {};
        this.#replacePrefix(prefix, [...local, next], remote);
      }
    }
  }

  /** The next hops of a prefix, of which there may be none; returns those that it had. */
  replaceNextHops(prefix: string, nextHops: readonly NextHop[]): readonly NextHop[] {
    const former = this.prefixes.get(prefix);
    this.#replacePrefix(prefix, former?.local ?? NOTHING, nextHops);
    return former?.remote ?? NOTHING;
  }

  replaceClassifier(key: string, next: Classifier | undefined): string {
    const former = this.classifiers.get(key);
    if (next !== undefined) this.#redirects.add(next.redirectTo);
    if (former !== undefined) this.#redirects.delete(former.redirectTo);
    assign(this.classifiers, key, next);
    return this.unit('classifiers');
  }

  #replacePrefix(prefix: string, local: readonly Endpoint[], remote: readonly NextHop[]): void {
    if (local.length + remote.length === 0) this.prefixes.delete(prefix);
    else this.prefixes.set(prefix, { local, remote });
  }
}

function assign<K, V>(map: Map<K, V>, key: K, value: V | undefined): void {
  if (value === undefined) map.delete(key);
  else map.set(key, value);
}

function assignList<K, V>(map: Map<K, readonly V[]>, key: K, value: readonly V[]): void {
  assign(map, key, value.length === 0 ? undefined : value);
}
