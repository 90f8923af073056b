import type { RouteTarget } from '../net/route-target.ts';
import { publication, type Publication, type Route } from '../rib/route.ts';
import type { Endpoint, EndpointTable } from './endpoint.ts';
import type { InstanceSetup } from './instance-kind.ts';

/**
 * The routes that an instance advertises. Each method returns what is to be published for it, in order: what comes
 * before what goes, so that nobody is without a route in between.
 */
export class Advertisements {
  readonly #setup: InstanceSetup;
  readonly #endpoints: EndpointTable;
  readonly #routes = new Map<string, Route>();
  #exportTargets: readonly RouteTarget[] = [];

  constructor(setup: InstanceSetup, endpoints: EndpointTable) {
    this.#setup = setup;
    this.#endpoints = endpoints;
  }

  get exportTargets(): readonly RouteTarget[] {
    return this.#exportTargets;
  }

  get routes(): Iterable<Route> {
    return this.#routes.values();
  }

  /** All routes of the instance, with these targets from now on. */
  advertiseAll(exportTargets: readonly RouteTarget[]): readonly Publication[] {
    this.#exportTargets = exportTargets;
    const routes = [...this.#setup.kind.instanceRoutes(this.#setup, exportTargets)];
    for (const endpoint of this.#endpoints) routes.push(...this.#routesTo(endpoint));
    return routes.flatMap((route) => this.#advertise(route));
  }

  advertise(endpoint: Endpoint): readonly Publication[] {
    return this.#routesTo(endpoint).flatMap((route) => this.#advertise(route));
  }

  /** Withdraws the route to an endpoint that the table has no longer, unless another one gives the same route. */
  withdraw(endpoint: Endpoint): readonly Publication[] {
    const { mac, ip } = endpoint;
    const others = ip === undefined ? this.#endpoints.ofMac(mac) : this.#endpoints.ofAddress(ip.address);
    return this.#routesTo(endpoint).flatMap((route) => {
      const heir = others
        .flatMap((other) => this.#routesTo(other))
        .find((other) => routeId(other) === routeId(route));
      if (heir !== undefined) return this.#advertise(heir);
      return this.#routes.delete(routeId(route)) ? [withdrawalOf(route)] : [];
    });
  }

  withdrawAll(): readonly Publication[] {
    const withdrawals = Array.from(this.#routes.values(), withdrawalOf);
    this.#routes.clear();
    return withdrawals;
  }

  /** One route, or none for an endpoint that is not to be reached. */
  #routesTo(endpoint: Endpoint): readonly Route[] {
    const route = this.#setup.kind.endpointRoute(this.#setup, endpoint, this.#exportTargets);
    return route === undefined ? [] : [route];
  }

  /** Without targets nobody would import the route: it is withdrawn, until there are some again. */
  #advertise(route: Route): readonly Publication[] {
    if (this.#exportTargets.length === 0) {
      return this.#routes.delete(routeId(route)) ? [withdrawalOf(route)] : [];
    }
    this.#routes.set(routeId(route), route);
    return [route];
  }
}

function routeId(route: Route): string {
  return `${route.family.name} ${route.key}`;
}

function withdrawalOf(route: Route): Publication {
  return publication(route.source, route.family, route.key, route.payload, undefined);
}
