import { publication, type Publication, type Route } from '../rib/route.ts';

/**
 * Which of several routes with one NLRI is in force. `own`: a route to something of the instance; `again`: one that it
 * passes on; `unwanted`: an own one without route targets, which nobody imports.
 */
export type Precedence = 'own' | 'again' | 'unwanted';

const RANK: Readonly<Record<Precedence, number>> = { unwanted: 0, again: 1, own: 2 };

interface Claim {
  readonly owner: string;
  readonly route: Route;
  readonly precedence: Precedence;
}

/**
 * The routes that an instance advertises, by who asks for them. Two may ask for one and the same NLRI (endpoints that
 * share an address): of those with the highest precedence the one that came last decides its attributes, and it is
 * withdrawn with the last of them.
 *
 * Each method returns what is to be published for it: what comes before what goes, so that nobody is without a route
 * in between.
 */
export class RouteClaims {
  readonly #idByOwner = new Map<string, string>();
  /** The last claim of each list is in force. */
  readonly #claims = new Map<string, Claim[]>();

  /** `owner` now asks for `route`, or for nothing. */
  replace(owner: string, route: Route | undefined, precedence: Precedence): readonly Publication[] {
    const former = this.#idByOwner.get(owner);
    if (route === undefined) return former === undefined ? [] : [this.#release(owner, former)];
    const id = routeId(route);
    const announcement = this.#claim(owner, id, route, precedence);
    return former === undefined || former === id
      ? [announcement]
      : [announcement, this.#release(owner, former, id)];
  }

  /** Nobody asks for anything any more. */
  clear(): readonly Publication[] {
    const withdrawals = Array.from(this.routes(), withdrawalOf);
    this.#claims.clear();
    this.#idByOwner.clear();
    return withdrawals;
  }

  *routes(): Generator<Route, void> {
    for (const claims of this.#claims.values()) yield claims.at(-1)!.route;
  }

  #claim(owner: string, id: string, route: Route, precedence: Precedence): Publication {
    this.#idByOwner.set(owner, id);
    const claim: Claim = { owner, route, precedence };
    const claims = this.#claims.get(id);
    if (claims === undefined) {
      this.#claims.set(id, [claim]);
      return route;
    }
    const standing = claims.findIndex((each) => each.owner === owner);
    if (claims[standing]?.precedence === precedence) {
      claims[standing] = claim;
    } else {
      if (standing >= 0) claims.splice(standing, 1);
      const above = claims.findIndex((each) => RANK[each.precedence] > RANK[precedence]);
      claims.splice(above < 0 ? claims.length : above, 0, claim);
    }
    return claims.at(-1)!.route;
  }

  /** `successor`: the NLRI for which the owner asks now. */
  #release(owner: string, id: string, successor?: string): Publication {
    if (successor === undefined) this.#idByOwner.delete(owner);
    const claims = this.#claims.get(id)!;
    const index = claims.findIndex((claim) => claim.owner === owner);
    const [released] = claims.splice(index, 1);
    if (claims.length > 0) return claims.at(-1)!.route;
    this.#claims.delete(id);
    return withdrawalOf(released!.route);
  }
}

function routeId(route: Route): string {
  return `${route.family.name} ${route.key}`;
}

function withdrawalOf(route: Route): Publication {
  return publication(route.source, route.family, route.key, route.payload, undefined);
}
