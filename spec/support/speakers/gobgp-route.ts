/** A path of gobgpd's table, reduced to what specs compare. Members that the route has not are absent. */
export interface GobgpRoute {
  /** The address of the neighbour that has sent it; absent for routes of gobgpd's own. */
  readonly from?: string;
  readonly rd?: string;
  /** VPNv4 */
  readonly prefix?: string;
  /** EVPN: 2 MAC/IP, 3 inclusive multicast */
  readonly type?: number;
  readonly mac?: string;
  readonly ip?: string;
  readonly label?: number;
  /** RTC: the text of the route target, `default` for the default route. */
  readonly routeTarget?: string;
  readonly nextHop?: string;
  readonly localPref?: number;
  readonly med?: number;
  readonly originatorId?: string;
  readonly clusterList?: readonly string[];
  readonly routeTargets?: readonly string[];
  /** Tunnel types (RFC 9012): 8 VXLAN, 10 MPLS */
  readonly encapsulations?: readonly number[];
  readonly pmsi?: { readonly type: number; readonly label: number; readonly endpoint: string };
}

/** Reads what `gobgp -j … rib` prints: lists of paths by destination. */
export function readGobgpTable(table: unknown): GobgpRoute[] {
  return Object.values(table as Record<string, RawPath[]>)
    .flat()
    .map(readPath);
}

function readPath(path: RawPath): GobgpRoute {
  const from = path['neighbor-ip'];
  return path.attrs.map(readAttribute).reduce((route, members) => ({ ...route, ...members }), {
    ...(from !== undefined && { from }),
    ...readNlri(path.nlri),
  });
}

interface RawPath {
  readonly nlri: RawNlri;
  readonly attrs: readonly RawAttribute[];
  readonly 'neighbor-ip'?: string;
}

interface RawDistinguisher {
  readonly admin: string | number;
  readonly assigned: number;
}

interface RawNlri {
  readonly prefix?: string;
  readonly labels?: readonly number[];
  readonly rd?: RawDistinguisher;
  readonly type?: number;
  readonly value?: {
    readonly rd?: RawDistinguisher;
    readonly mac?: string;
    readonly ip?: string;
    readonly labels?: readonly number[];
  };
}

interface RawAttribute {
  readonly type: number;
  readonly value?: unknown;
  readonly nexthop?: string;
  readonly metric?: number;
  readonly label?: number;
  readonly 'tunnel-type'?: number;
  readonly 'tunnel-id'?: string;
}

interface RawCommunity {
  readonly type?: number;
  readonly subtype?: number;
  readonly value?: string;
  readonly tunnel_type?: number;
}

function readNlri(nlri: RawNlri): GobgpRoute {
  if (nlri.value !== undefined && nlri.type !== undefined) {
    const { rd, mac, ip, labels } = nlri.value;
    return {
      type: nlri.type,
      ...(rd && { rd: formatDistinguisher(rd) }),
      ...(mac !== undefined && { mac: mac.toLowerCase() }),
      ...(ip !== undefined && ip !== '<nil>' && { ip }),
      ...(labels?.[0] !== undefined && { label: labels[0] }),
    };
  }
  if (nlri.rd !== undefined) {
    return {
      rd: formatDistinguisher(nlri.rd),
      ...(nlri.prefix !== undefined && { prefix: nlri.prefix }),
      ...(nlri.labels?.[0] !== undefined && { label: nlri.labels[0] }),
    };
  }
  // RTC: `<AS>:<route target>`
  const colon = nlri.prefix?.indexOf(':') ?? -1;
  return { routeTarget: colon < 0 ? 'default' : nlri.prefix!.slice(colon + 1) };
}

function formatDistinguisher(rd: RawDistinguisher): string {
  return `${rd.admin}:${rd.assigned}`;
}

/** Codes of the path attributes (RFC 4271, RFC 4456, RFC 4360, RFC 4760, RFC 6514). */
function readAttribute(attribute: RawAttribute): GobgpRoute {
  switch (attribute.type) {
    case 4:
      return { med: attribute.metric ?? (attribute.value as number) };
    case 5:
      return { localPref: attribute.value as number };
    case 9:
      return { originatorId: attribute.value as string };
    case 10:
      return { clusterList: attribute.value as string[] };
    case 14:
      return attribute.nexthop === undefined ? {} : { nextHop: attribute.nexthop };
    case 16:
      return readCommunities(attribute.value as RawCommunity[]);
    case 22:
      return {
        pmsi: {
          type: attribute['tunnel-type'] ?? 0,
          label: attribute.label ?? 0,
          endpoint: attribute['tunnel-id'] ?? '',
        },
      };
    default:
      return {};
  }
}

function readCommunities(communities: readonly RawCommunity[]): GobgpRoute {
  return {
    routeTargets: communities
      .filter((one) => one.subtype === 2 && (one.type ?? 0) <= 2)
      .map((one) => one.value ?? ''),
    encapsulations: communities
      .filter((one) => one.type === 3 && one.subtype === 12)
      .map((one) => one.tunnel_type ?? 0),
  };
}
