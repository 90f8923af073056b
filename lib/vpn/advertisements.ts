import type { RouteTarget } from '../net/route-target.ts';
import type { Publication, Route } from '../rib/route.ts';
import { endpointKey, type Endpoint } from './endpoint.ts';
import type { InstanceSetup } from './instance-kind.ts';
import type { Readvertised, Readvertiser } from './readvertiser.ts';
import { RouteClaims } from './route-claims.ts';

const NOTHING: readonly never[] = [];

/**
 * The routes that an instance advertises: its own, those to its endpoints, and those that it passes on. Each method
 * returns what is to be published for it, in order.
 */
export class Advertisements {
  readonly #setup: InstanceSetup;
  /** How routes are passed on; undefined if they are not. */
  readonly readvertiser: Readvertiser | undefined;
  readonly #claims = new RouteClaims();
  /** The endpoints to which routes lead: all but those that only send. */
  readonly #reachable = new Map<string, Endpoint>();
  /** What is passed on, by the entry of the best routes from which it follows. */
  readonly #readvertised: Map<string, Readvertised>;
  #exportTargets: readonly RouteTarget[] = [];

  constructor(setup: InstanceSetup) {
    this.#setup = setup;
    this.readvertiser = setup.kind.readvertiser(setup);
    this.#readvertised = new Map(this.readvertiser?.always.map((item, index) => [`always ${index}`, item]));
  }

  get exportTargets(): readonly RouteTarget[] {
    return this.#exportTargets;
  }

  get routes(): Iterable<Route> {
    return this.#claims.routes();
  }

  /** The received routes that are passed on. */
  *readvertised(): Generator<Route, void> {
    for (const { received } of this.#readvertised.values()) yield* received;
  }

  /**
   * Routes of the instance and to its endpoints have these targets from now on; those passed on have others. When the
   * last target goes they are withdrawn, until there are some again: what is announced without any (all that a client
   * asks for from the first) nobody imports.
   */
  retarget(exportTargets: readonly RouteTarget[]): readonly Publication[] {
    const isGone = exportTargets.length === 0 && this.#exportTargets.length > 0;
    this.#exportTargets = exportTargets;
    const routes = this.#setup.kind.instanceRoutes(this.#setup, exportTargets);
    return [
      ...routes.flatMap((route, index) =>
        this.#claims.replace(`instance ${index}`, isGone ? undefined : route, 'own'),
      ),
      ...this.#forEachReachable((key, endpoint) =>
        isGone ? this.#claims.replace(`own ${key}`, undefined, 'own') : this.#claimOwn(key, endpoint),
      ),
    ];
  }

  /** All that leads to an endpoint, which may be new, or another than it was. */
  advertise(endpoint: Endpoint): readonly Publication[] {
    if (endpoint.direction === 'from-port') return this.withdraw(endpoint);
    const key = endpointKey(endpoint);
    const isFirst = this.#reachable.size === 0;
    this.#reachable.set(key, endpoint);
    return [
      ...this.#claimOwn(key, endpoint),
      ...this.#claimDefault(key, endpoint),
      ...this.#forEachReadvertised((entry, item) => [
        ...this.#claimAgain(entry, item, key, endpoint),
        ...(isFirst ? this.#claimForInstance(entry, item) : NOTHING),
      ]),
    ];
  }

  /** First what is passed on by way of the endpoint, then the route to itself. */
  withdraw(endpoint: Endpoint): readonly Publication[] {
    const key = endpointKey(endpoint);
    if (!this.#reachable.delete(key)) return NOTHING;
    const wasLast = this.#reachable.size === 0;
    return [
      ...this.#forEachReadvertised((entry) => [
        ...(wasLast ? this.#claimForInstance(entry, undefined) : NOTHING),
        ...this.#claimAgain(entry, undefined, key, endpoint),
      ]),
      ...this.#claims.replace(`default ${key}`, undefined, 'again'),
      ...this.#claims.replace(`own ${key}`, undefined, 'own'),
    ];
  }

  withdrawAll(): readonly Publication[] {
    this.#reachable.clear();
    return this.#claims.clear();
  }

  /** The best routes of an entry are others now: they may be among those that the instance passes on. */
  readvertise(entry: string, best: readonly Route[]): readonly Publication[] {
    if (this.readvertiser === undefined) return NOTHING;
    const item = this.readvertiser.select(best);
    if (item === undefined && !this.#readvertised.has(entry)) return NOTHING;
    const hadAny = this.#readvertised.size > 0;
    if (item === undefined) this.#readvertised.delete(entry);
    else this.#readvertised.set(entry, item);
    const hasAny = this.#readvertised.size > 0;
    // Traffic is attracted when there is a way for it, and no longer.
    const ways = hadAny === hasAny ? NOTHING : this.#forEachReachable((...to) => this.#claimDefault(...to));
    const routes = [
      ...this.#forEachReachable((key, endpoint) => this.#claimAgain(entry, item, key, endpoint)),
      ...(this.#reachable.size > 0 ? this.#claimForInstance(entry, item) : NOTHING),
    ];
    return hasAny ? [...ways, ...routes] : [...routes, ...ways];
  }

  #claimOwn(key: string, endpoint: Endpoint): readonly Publication[] {
    const route = this.#setup.kind.endpointRoute(this.#setup, endpoint, this.#exportTargets);
    // A route that nobody imports does not stand in the way of one that is passed on.
    return this.#claims.replace(`own ${key}`, route, this.#exportTargets.length > 0 ? 'own' : 'unwanted');
  }

  #claimDefault(key: string, endpoint: Endpoint): readonly Publication[] {
    const route = this.#readvertised.size > 0 ? this.readvertiser?.defaultRoute(endpoint) : undefined;
    return this.#claims.replace(`default ${key}`, route, 'again');
  }

  #claimAgain(
    entry: string,
    item: Readvertised | undefined,
    key: string,
    endpoint: Endpoint,
  ): readonly Publication[] {
    const route = item === undefined ? undefined : this.readvertiser?.endpointRoute(endpoint, item);
    return this.#claims.replace(`${key} ${entry}`, route, 'again');
  }

  #claimForInstance(entry: string, item: Readvertised | undefined): readonly Publication[] {
    const route = item === undefined ? undefined : this.readvertiser?.instanceRoute(item);
    return this.#claims.replace(`all ${entry}`, route, 'again');
  }

  #forEachReadvertised(
    publish: (entry: string, item: Readvertised) => readonly Publication[],
  ): readonly Publication[] {
    return Array.from(this.#readvertised, ([entry, item]) => publish(entry, item)).flat();
  }

  #forEachReachable(
    publish: (key: string, endpoint: Endpoint) => readonly Publication[],
  ): readonly Publication[] {
    return Array.from(this.#reachable, ([key, endpoint]) => publish(key, endpoint)).flat();
  }
}
