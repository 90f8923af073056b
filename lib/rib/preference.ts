import { DEFAULT_LOCAL_PREF } from '../bgp/attribute/local-pref.ts';
import { ipv4ToNumber, isIpv4 } from '../net/ip-address.ts';
import type { Route } from './route.ts';

/**
 * One rule of the comparison of routes. `prefer` is positive if `a` is better, negative if `b` is, 0 if the rule
 * does not tell them apart; `reason` is what is said of the loser.
 */
export interface PreferenceRule {
  readonly reason: string;
  readonly prefer: (a: Route, b: Route) => number;
}

export const HIGHER_LOCAL_PREF: PreferenceRule = {
  reason: 'local-pref-lower',
  prefer: (a, b) =>
    (a.attributes.localPref ?? DEFAULT_LOCAL_PREF) - (b.attributes.localPref ?? DEFAULT_LOCAL_PREF),
};

/** RFC 7432 §15: a MAC that has moved is announced with a higher sequence number, from where it is now. */
export const HIGHER_MOBILITY_SEQUENCE: PreferenceRule = {
  reason: 'mobility-sequence-lower',
  prefer: (a, b) => mobilitySequence(a) - mobilitySequence(b),
};

/** RFC 7432 §15: on equal sequence numbers the lowest address wins, at every PE alike. */
export const LOWER_NEXT_HOP: PreferenceRule = {
  reason: 'next-hop-higher',
  prefer: (a, b) => compareAddresses(b.attributes.nextHop ?? '', a.attributes.nextHop ?? ''),
};

/**
 * Lets nodes choose differently among equal routes, to spread load, and one node always alike: an order of next hops
 * that depends on `salt`, which is the node's own.
 */
export function spreadByNextHop(salt: string): PreferenceRule {
  const rank = (route: Route): number => hash32(salt + (route.attributes.nextHop ?? ''));
  return { reason: 'tie-break', prefer: (a, b) => rank(b) - rank(a) };
}

/** Makes the order total: whatever is left equal is decided by the bytes of the NLRI, then by the source. */
export const LOWER_BYTES: PreferenceRule = {
  reason: 'tie-break',
  prefer: (a, b) => compareText(b.key, a.key) || compareText(b.source.name, a.source.name),
};

/** Positive if `a` is better by the first of the rules that tells the two apart. */
export function comparePreference(rules: readonly PreferenceRule[], a: Route, b: Route): number {
  for (const rule of rules) {
    const preference = rule.prefer(a, b);
    if (preference !== 0) return preference;
  }
  return 0;
}

/** Why `loser` is not used where `winner` is; undefined if the rules do not tell them apart. */
export function explainPreference(
  rules: readonly PreferenceRule[],
  winner: Route,
  loser: Route,
): string | undefined {
  return rules.find((rule) => rule.prefer(winner, loser) !== 0)?.reason;
}

function mobilitySequence(route: Route): number {
  for (const community of route.attributes.extendedCommunities ?? []) {
    if (community.kind === 'mac-mobility') return community.sequence;
  }
  return 0;
}

/** By number where both are IPv4; an order at least otherwise. */
function compareAddresses(a: string, b: string): number {
  return isIpv4(a) && isIpv4(b) ? ipv4ToNumber(a) - ipv4ToNumber(b) : compareText(a, b);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** FNV-1a */
function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}
