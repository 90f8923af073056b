/** A path of FRR's tables, reduced to what specs compare. Members that it does not show are absent. */
export interface FrrRoute {
  /** The neighbour that has sent it. */
  readonly from: string;
  readonly rd: string;
  /** VPNv4 */
  readonly prefix?: string;
  /** EVPN: 2 MAC/IP, 3 inclusive multicast */
  readonly type?: number;
  readonly mac?: string;
  readonly ip?: string;
  readonly vni?: number;
  readonly pmsi?: { readonly tunnelType: string; readonly label: number };
  readonly localPref?: number;
  readonly nextHop: string;
  /** As FRR writes them, e.g. `RT:64512:10 ET:8`. */
  readonly communities?: string;
}

interface RawPath {
  readonly vni?: string;
  readonly locPrf?: number;
  readonly extendedCommunity?: { readonly string: string };
  readonly pmsi?: { readonly tunnelType: string; readonly label: number };
  readonly nexthops: readonly { readonly ip: string }[];
  readonly peer?: { readonly peerId: string };
  readonly peerId?: string;
}

interface RawEvpnRoute {
  readonly routeType: number;
  readonly mac?: string;
  readonly ip?: string;
  readonly paths: readonly (readonly RawPath[])[];
}

/** Reads `show bgp l2vpn evpn route detail json`: by RD, then by prefix, among counters that are no objects. */
export function readFrrEvpn(shown: unknown): FrrRoute[] {
  return objects(shown).flatMap(([rd, table]) =>
    objects(table).flatMap(([, value]) => {
      const route = value as RawEvpnRoute;
      return route.paths.flat().map((path) => ({
        ...readPath(rd, path),
        type: route.routeType,
        ...(route.mac !== undefined && { mac: route.mac }),
        ...(route.ip !== undefined && { ip: route.ip }),
      }));
    }),
  );
}

/** Reads `show bgp ipv4 vpn json`. */
export function readFrrVpnv4(shown: unknown): FrrRoute[] {
  const { routes } = shown as { routes?: { routeDistinguishers?: unknown } };
  return objects(routes?.routeDistinguishers ?? {}).flatMap(([rd, table]) =>
    Object.entries(table as Record<string, RawPath[]>).flatMap(([prefix, paths]) =>
      paths.map((path) => ({ ...readPath(rd, path), prefix })),
    ),
  );
}

function objects(value: unknown): [string, object][] {
  return Object.entries(value as object).filter(
    (entry): entry is [string, object] => typeof entry[1] === 'object' && entry[1] !== null,
  );
}

function readPath(rd: string, path: RawPath): FrrRoute {
  return {
    from: path.peer?.peerId ?? path.peerId ?? '',
    rd,
    nextHop: path.nexthops[0]?.ip ?? '',
    ...(path.vni !== undefined && { vni: Number(path.vni) }),
    ...(path.locPrf !== undefined && { localPref: path.locPrf }),
    ...(path.pmsi !== undefined && { pmsi: path.pmsi }),
    ...(path.extendedCommunity !== undefined && { communities: path.extendedCommunity.string }),
  };
}
