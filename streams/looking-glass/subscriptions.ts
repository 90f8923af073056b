import type { Family } from '../../lib/bgp/family.ts';
import type { TargetSet } from '../../lib/rib/route-index.ts';

/** A subscription as the original writes it: `match:ipv4/mpls-vpn,target:64512:1`. */
export function showSubscriptions(families: readonly Family[], targets: TargetSet): readonly string[] {
  const patterns = targets === 'all' ? ['*'] : Array.from(targets, (target) => `target:${target}`);
  return families.flatMap((family) => patterns.map((pattern) => `match:${family.name},${pattern}`));
}
