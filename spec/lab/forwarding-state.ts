import type { Namespace } from '../support/network-namespace.ts';

/** What a compute node has in its kernel, as lines that can be compared. */
export interface ForwardingState {
  /** Interfaces, each with the bridge that it is a port of. */
  readonly links: readonly string[];
  /** Entries of the bridge and VXLAN tables that do not age, without those for the interfaces' own addresses. */
  readonly entries: readonly string[];
  readonly neighbours: readonly string[];
}

interface RawLink {
  readonly ifname: string;
  readonly master?: string;
}

interface RawEntry {
  readonly mac: string;
  readonly ifname: string;
  readonly master?: string;
  readonly dst?: string;
  readonly vni?: number;
  readonly state?: string;
}

interface RawNeighbour {
  readonly dst: string;
  readonly dev: string;
  readonly lladdr?: string;
}

export async function forwardingState(node: Namespace): Promise<ForwardingState> {
  const links = (await node.json('ip -j link show')) as RawLink[];
  const entries = (await node.json('bridge -j fdb show')) as RawEntry[];
  const neighbours = (await node.json('ip -j neigh show nud permanent')) as RawNeighbour[];
  return {
    links: links.map(({ ifname, master }) => words(ifname, 'master', master)).sort(),
    entries: entries.filter(isProgrammed).map(formatEntry).sort(),
    neighbours: neighbours.map(({ dst, lladdr, dev }) => words(dst, lladdr, 'dev', dev)).sort(),
  };
}

/** `static` in a bridge, or with a remote endpoint: nothing else puts such entries there. */
function isProgrammed(entry: RawEntry): boolean {
  return entry.state === 'static' || entry.dst !== undefined;
}

function formatEntry({ mac, ifname, dst, vni, master }: RawEntry): string {
  return words(mac, 'dev', ifname, 'master', master, 'dst', dst, 'vni', vni?.toString());
}

/** Joins names and values; a name whose value is missing is left out. */
function words(first: string, ...rest: readonly (string | undefined)[]): string {
  const names = ['master', 'dev', 'dst', 'vni'];
  return [first, ...rest]
    .filter(
      (word, index, all) => word !== undefined && !(names.includes(word) && all[index + 1] === undefined),
    )
    .join(' ');
}
