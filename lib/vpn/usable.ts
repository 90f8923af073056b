import type { Driver } from '../dataplane/driver.ts';
import type { PreferenceRule } from '../rib/preference.ts';
import type { Route } from '../rib/route.ts';

/** Shared: there is one for each of very many routes. */
const NONE_NAMED: readonly number[] = [];
const NO_COMMUNITIES: readonly never[] = [];

/**
 * RFC 4271 §9.1.2: a route that cannot be used does not stand in the way of one that can. It stays a candidate, to be
 * shown with the reason.
 */
export function usableFirst(isUsable: (route: Route) => boolean): PreferenceRule {
  return { reason: 'not-usable', prefer: (a, b) => Number(isUsable(a)) - Number(isUsable(b)) };
}

/**
 * The encapsulations that a route offers and the driver has; undefined if they have none in common. A route that
 * names none is taken by drivers that know what is meant: plain MPLS, or VXLAN where it is configured (RFC 8365
 * §5.1.3).
 */
export function commonEncapsulations(driver: Driver, route: Route): readonly number[] | undefined {
  let common: number[] | undefined;
  let namesNone = true;
  for (const community of route.attributes.extendedCommunities ?? NO_COMMUNITIES) {
    if (community.kind !== 'encapsulation') continue;
    namesNone = false;
    if (driver.encapsulations.includes(community.tunnelType)) (common ??= []).push(community.tunnelType);
  }
  return namesNone && driver.acceptsUnspecified ? NONE_NAMED : common;
}
