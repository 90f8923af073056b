import type { Family } from '../bgp/family.ts';
import { EVPN, VPNV4 } from '../bgp/family.ts';
import type { RouteTarget } from '../net/route-target.ts';
import {
  isAdvertised,
  sameRoute,
  type Publication,
  type Route,
  type RouteChange,
  type RouteSource,
} from './route.ts';

/** Which routes of a family somebody wants: those with one of the route targets, or all. */
export type TargetSet = ReadonlySet<RouteTarget> | 'all';

export const NO_TARGETS: ReadonlySet<RouteTarget> = new Set();

const NO_LIST: readonly RouteTarget[] = [];

/**
 * Somebody who wants routes of one family. `source` is who it is: a route never goes back to its source, nor from a
 * peer to a peer.
 */
export interface Subscriber {
  readonly source: RouteSource;
  readonly family: Family;
  targets: TargetSet;
  /** Changes that it is owed, in order; the owner of the index takes them away. */
  pending: RouteChange[];
  /** Number of the last publication that reached it, so that two targets of one route reach it once. */
  epoch: number;
  closed: boolean;
}

export function subscriber(source: RouteSource, family: Family): Subscriber {
  return { source, family, targets: NO_TARGETS, pending: [], epoch: 0, closed: false };
}

/** What carries a route target: the routes, and those who want them. */
interface Topic {
  readonly routes: Set<Route>;
  readonly subscribers: Set<Subscriber>;
}

interface FamilyIndex {
  readonly bySource: Map<RouteSource, Map<string, Route>>;
  readonly topics: Map<RouteTarget, Topic>;
  /** Peers without RT Constraint: so few that a list is faster than a set. */
  readonly wantAll: Subscriber[];
}

/** A step of work that may be long yields now and then, so that whoever runs it can do something else meanwhile. */
export type Steps = Generator<undefined, void>;

/** So few that not too much follows from a step: each may be passed on for each of many endpoints. */
export const ROUTES_A_STEP = 128;

/**
 * All routes of all sources, indexed by (family, route target), with those who want them. A publication costs its own
 * route targets and the subscribers that match, never the number of instances. Changes are left in
 * `Subscriber.pending`, and the subscribers that have some in `touched`.
 */
export class RouteIndex {
  readonly touched = new Set<Subscriber>();
  readonly #families = new Map<Family, FamilyIndex>();
  /** How many local subscriptions there are for a route target, over the families that RT Constraint governs. */
  readonly #interest = new Map<RouteTarget, number>();
  readonly #onInterest: (target: RouteTarget, wanted: boolean) => void;
  #epoch = 0;

  constructor(onInterest: (target: RouteTarget, wanted: boolean) => void) {
    this.#onInterest = onInterest;
  }

  publish(publication: Publication): void {
    const index = this.#family(publication.family);
    const routes =
      index.bySource.get(publication.source) ??
      addTo(index.bySource, publication.source, new Map<string, Route>());
    const before = routes.get(publication.key);
    const after = isAdvertised(publication) ? publication : undefined;
    if (after === undefined) {
      if (before === undefined) return;
      routes.delete(publication.key);
    } else {
      if (before !== undefined && sameRoute(before, after)) return;
      routes.set(publication.key, after);
    }
    this.#reindex(index, before, after);
    this.#dispatch(index, before, after);
  }

  /** Withdraws all that a source has published. */
  *withdrawAll(source: RouteSource): Steps {
    let count = 0;
    for (const index of this.#families.values()) {
      for (const route of index.bySource.get(source)?.values() ?? []) {
        this.#reindex(index, route, undefined);
        this.#dispatch(index, route, undefined);
        index.bySource.get(source)!.delete(route.key);
        if (++count % ROUTES_A_STEP === 0) yield;
      }
      index.bySource.delete(source);
    }
  }

  /** Gives `subscriber` other targets, and what it is owed for that: withdrawals first, then what is new to it. */
  *retarget(subscriber: Subscriber, targets: TargetSet): Steps {
    const former = subscriber.targets;
    this.#unlink(subscriber);
    if (subscriber.closed) return;
    subscriber.targets = targets;
    this.#link(subscriber);
    let count = 0;
    for (const route of this.#wantedBy(subscriber, former, targets)) {
      if (!carriesOneOf(route, targets)) this.#owe(subscriber, route, undefined);
      if (++count % ROUTES_A_STEP === 0) yield;
    }
    for (const route of this.#wantedBy(subscriber, targets, former)) {
      if (!carriesOneOf(route, former)) this.#owe(subscriber, undefined, route);
      if (++count % ROUTES_A_STEP === 0) yield;
    }
  }

  /** Owes a subscriber all that it wants, as if it were new to it. */
  *replay(subscriber: Subscriber): Steps {
    let count = 0;
    for (const route of this.#wantedBy(subscriber, subscriber.targets, NO_TARGETS)) {
      if (subscriber.closed) return;
      this.#owe(subscriber, undefined, route);
      if (++count % ROUTES_A_STEP === 0) yield;
    }
  }

  /** Ends a subscription, without changes to the subscriber. */
  close(subscriber: Subscriber): void {
    this.#unlink(subscriber);
    subscriber.closed = true;
    subscriber.pending = [];
    this.touched.delete(subscriber);
  }

  *routesOf(source: RouteSource): Generator<Route> {
    for (const index of this.#families.values()) yield* index.bySource.get(source)?.values() ?? [];
  }

  *routesIn(family: Family): Generator<Route> {
    for (const routes of this.#families.get(family)?.bySource.values() ?? []) yield* routes.values();
  }

  countRoutes(family: Family, kind: RouteSource['kind']): number {
    let count = 0;
    for (const [source, routes] of this.#families.get(family)?.bySource ?? []) {
      if (source.kind === kind) count += routes.size;
    }
    return count;
  }

  /** How many subscriptions the index holds; what a stopped instance must not leave behind. */
  get subscriptionCount(): number {
    let count = 0;
    for (const index of this.#families.values()) {
      count += index.wantAll.length;
      for (const topic of index.topics.values()) count += topic.subscribers.size;
    }
    return count;
  }

  /** How many route targets the index knows: those of routes, and those that are wanted. */
  get targetCount(): number {
    let count = 0;
    for (const index of this.#families.values()) count += index.topics.size;
    return count;
  }

  #family(family: Family): FamilyIndex {
    return (
      this.#families.get(family) ??
      addTo(this.#families, family, { bySource: new Map(), topics: new Map(), wantAll: [] })
    );
  }

  #reindex(index: FamilyIndex, before: Route | undefined, after: Route | undefined): void {
    for (const target of targetsOf(before)) {
      const topic = index.topics.get(target)!;
      topic.routes.delete(before!);
      dropIfEmpty(index, target, topic);
    }
    for (const target of targetsOf(after)) topicOf(index, target).routes.add(after!);
  }

  /** Tells everybody who wants the new route, then everybody who only wanted the former one. */
  #dispatch(index: FamilyIndex, before: Route | undefined, after: Route | undefined): void {
    const epoch = ++this.#epoch;
    for (const target of targetsOf(after))
      this.#tellAll(index.topics.get(target)?.subscribers, epoch, before, after);
    for (const target of targetsOf(before)) {
      this.#tellAll(index.topics.get(target)?.subscribers, epoch, before, undefined);
    }
    for (const subscriber of index.wantAll) this.#tell(subscriber, epoch, before, after);
  }

  #tellAll(
    subscribers: ReadonlySet<Subscriber> | undefined,
    epoch: number,
    before: Route | undefined,
    after: Route | undefined,
  ): void {
    // Most routes are wanted by nobody here, and an iteration over nothing allocates, too.
    if (subscribers === undefined || subscribers.size === 0) return;
    for (const subscriber of subscribers) this.#tell(subscriber, epoch, before, after);
  }

  #tell(subscriber: Subscriber, epoch: number, before: Route | undefined, after: Route | undefined): void {
    if (subscriber.epoch === epoch) return;
    subscriber.epoch = epoch;
    const known = before !== undefined && carriesOneOf(before, subscriber.targets) ? before : undefined;
    this.#owe(subscriber, known, after);
  }

  #owe(subscriber: Subscriber, before: Route | undefined, after: Route | undefined): void {
    const { source } = (after ?? before)!;
    if (source === subscriber.source) return;
    if (source.kind === 'peer' && subscriber.source.kind === 'peer') return;
    subscriber.pending.push({ before, after });
    this.touched.add(subscriber);
  }

  /** Each route that `targets` bring, looking only at targets that are not in `except`. */
  *#wantedBy(subscriber: Subscriber, targets: TargetSet, except: TargetSet): Generator<Route> {
    if (except === 'all') return;
    if (targets === 'all') {
      yield* this.routesIn(subscriber.family);
      return;
    }
    const topics = this.#family(subscriber.family).topics;
    const news = [...targets].filter((target) => !except.has(target));
    const seen = new Set<Route>();
    for (const target of news) {
      for (const route of topics.get(target)?.routes ?? []) {
        if (news.length > 1) {
          if (seen.has(route)) continue;
          seen.add(route);
        }
        yield route;
      }
    }
  }

  #link(subscriber: Subscriber): void {
    const index = this.#family(subscriber.family);
    if (subscriber.targets === 'all') {
      index.wantAll.push(subscriber);
      return;
    }
    for (const target of subscriber.targets) {
      topicOf(index, target).subscribers.add(subscriber);
      this.#countInterest(subscriber, target, 1);
    }
  }

  #unlink(subscriber: Subscriber): void {
    const index = this.#family(subscriber.family);
    if (subscriber.targets === 'all') {
      const position = index.wantAll.indexOf(subscriber);
      if (position >= 0) index.wantAll.splice(position, 1);
      return;
    }
    for (const target of subscriber.targets) {
      const topic = index.topics.get(target);
      if (topic?.subscribers.delete(subscriber) !== true) continue;
      dropIfEmpty(index, target, topic);
      this.#countInterest(subscriber, target, -1);
    }
  }

  #countInterest(subscriber: Subscriber, target: RouteTarget, step: 1 | -1): void {
    if (subscriber.source.kind === 'peer') return;
    if (subscriber.family !== VPNV4 && subscriber.family !== EVPN) return;
    const count = (this.#interest.get(target) ?? 0) + step;
    if (count === 0) this.#interest.delete(target);
    else this.#interest.set(target, count);
    if (step === 1 ? count === 1 : count === 0) this.#onInterest(target, count > 0);
  }
}

function carriesOneOf(route: Route, targets: TargetSet): boolean {
  return targets === 'all' || route.attributes.routeTargets.some((target) => targets.has(target));
}

function targetsOf(route: Route | undefined): readonly RouteTarget[] {
  return route === undefined ? NO_LIST : route.attributes.routeTargets;
}

function topicOf(index: FamilyIndex, target: RouteTarget): Topic {
  return (
    index.topics.get(target) ?? addTo(index.topics, target, { routes: new Set(), subscribers: new Set() })
  );
}

function dropIfEmpty(index: FamilyIndex, target: RouteTarget, topic: Topic): void {
  if (topic.routes.size === 0 && topic.subscribers.size === 0) index.topics.delete(target);
}

function addTo<K, V>(map: Map<K, V>, key: K, value: V): V {
  map.set(key, value);
  return value;
}
