import type { Family } from '../../lib/bgp/family.ts';
import type { RouteTarget } from '../../lib/net/route-target.ts';
import type { TargetSet } from '../../lib/rib/route-index.ts';

/**
 * Subscriptions as the Python daemon writes them, in its order: `match:ipv4/mpls-vpn,*`, then
 * `match:ipv4/mpls-vpn,target:64512:1`.
 */
export function showSubscriptions(
  subscriptions: Iterable<readonly [Family, TargetSet | ReadonlySet<RouteTarget | 'all'>]>,
): readonly string[] {
  return [...subscriptions]
    .sort(([a], [b]) => a.afi - b.afi || a.safi - b.safi)
    .flatMap(([family, targets]) => patterns(targets).map((pattern) => `match:${family.name},${pattern}`));
}

function patterns(targets: TargetSet | ReadonlySet<RouteTarget | 'all'>): readonly string[] {
  if (targets === 'all') return ['*'];
  // As characters, `*` comes before `target:`.
  return Array.from(targets, (target) => (target === 'all' ? '*' : `target:${target}`)).sort();
}
