import type { Change } from './change.ts';
import type { Link } from './links.ts';
import { BRIDGE_PREFIX, VXLAN_PREFIX } from './names.ts';
import { isPairEnd } from './veth-pair.ts';

/**
 * Bridges, VXLAN devices and veth pairs that are recognisably ours, of this run or a former one. Of a pair one end is named
 * if it takes the other along.
 */
export function ourDevices(links: Iterable<Link>): readonly string[] {
  const names = new Set<string>();
  for (const link of links) {
    const isOurs =
      (link.kind === 'bridge' && link.name.startsWith(BRIDGE_PREFIX)) ||
      (link.kind === 'vxlan' && link.name.startsWith(VXLAN_PREFIX)) ||
      (isPairEnd(link) && !(link.peer !== undefined && names.has(link.peer)));
    if (isOurs) names.add(link.name);
  }
  return [...names];
}

/** The removal of a device that no EVI has. */
export function deletion(name: string, owner: string | undefined): Change {
  return {
    instance: undefined,
    rowKey: undefined,
    from: undefined,
    to: undefined,
    owner,
    steps: [{ phase: 'remove device', line: `link del dev ${name}`, tolerate: 'gone' }],
    needs: [],
    outcome: { state: 'open' },
  };
}
