import { ipv4Network, parseIpPrefix } from '../../lib/net/ip-prefix.ts';
import type { ApiClient } from '../support/api-client.ts';
import { type AllocatedMember, type Fact, setOf } from './fact.ts';
import { fromSide, type Side } from './side.ts';
import { SMALLEST_VNI } from './vocabulary.ts';

interface ShownInstance {
  readonly name: string;
  readonly instance_type: string;
  readonly description: string | null;
  readonly route_targets: { readonly import: readonly string[]; readonly export: readonly string[] };
  readonly gateway_ip: string | null;
  readonly subnet_prefix_length: number | string | null;
  readonly instance_dataplane_id: number;
  readonly readvertise: unknown;
  readonly attract_traffic: unknown;
}

type ShownPorts = Readonly<Record<string, { readonly endpoints: readonly ShownEndpoint[] }>>;

interface ShownEndpoint {
  readonly label: number;
  readonly mac_address: string;
  readonly ip_address: string | null;
  readonly local_pref: number | null;
  readonly rd: string;
  readonly description: string | null;
  readonly direction: string;
}

interface ShownRoute {
  readonly attributes: Readonly<Record<string, string>>;
  readonly next_hop: string | null;
  readonly source?: { readonly id: string };
}

export interface LookingGlassScope {
  /** Of which instances. */
  readonly instances: (id: string) => boolean;
  readonly endpoints: boolean;
}

/** What the looking glass of `side` shows of its instances. */
export async function lookingGlassFacts(
  side: Side,
  api: ApiClient,
  scope: LookingGlassScope,
): Promise<Fact[]> {
  const instances = (await api.lookingGlass('vpns/instances')) as readonly { readonly id: string }[];
  const ids = instances.map(({ id }) => id).filter(scope.instances);
  const facts = await Promise.all(ids.map((id) => instanceFacts(side, api, id, scope)));
  return facts.flat();
}

async function instanceFacts(
  side: Side,
  api: ApiClient,
  id: string,
  scope: LookingGlassScope,
): Promise<Fact[]> {
  const path = `vpns/instances/${encodeURIComponent(id)}`;
  const instance = (await api.lookingGlass(path)) as ShownInstance;
  const ports = (scope.endpoints ? await api.lookingGlass(`${path}/ports`) : {}) as ShownPorts;
  const received = (await api.lookingGlass(`${path}/received_routes`)) as Record<string, ShownRoutes>;
  const name = fromSide(side, id);
  return [
    instanceFact(side, name, instance),
    ...Object.entries(ports).flatMap(([port, { endpoints }]) =>
      endpoints.map((endpoint) => endpointFact(name, port, endpoint)),
    ),
    ...Object.values(received).flatMap((routes) => routesOf(side, name, routes)),
  ];
}

function instanceFact(side: Side, id: string, shown: ShownInstance): Fact {
  const { import: imported, export: exported } = shown.route_targets;
  const identifier = shown.instance_dataplane_id;
  return {
    kind: 'instance',
    subject: id,
    members: {
      name: shown.name,
      type: shown.instance_type,
      description: shown.description ?? '',
      import: fromSide(side, setOf(imported)),
      export: fromSide(side, setOf(exported)),
      gateway: shown.gateway_ip ?? '',
      'prefix-length': String(shown.subnet_prefix_length ?? ''),
      label: String(identifier),
      readvertise: shownObject(side, shown.readvertise),
      'attract-traffic': shownObject(side, shown.attract_traffic),
    },
    allocated: identifier >= SMALLEST_VNI ? ['name'] : ['name', 'label'],
  };
}

/** Neither lists of route targets nor members have an order. */
function shownObject(side: Side, value: unknown): string {
  const sorted = JSON.stringify(value, (_name, member: unknown) => {
    if (Array.isArray(member)) return [...(member as unknown[])].sort();
    if (typeof member !== 'object' || member === null) return member;
    return Object.fromEntries(Object.entries(member).sort());
  });
  return sorted === '{}' ? '' : fromSide(side, sorted);
}

function endpointFact(instance: string, port: string, shown: ShownEndpoint): Fact {
  return {
    kind: 'endpoint',
    subject: `${instance} ${port} ${shown.mac_address} ${shown.ip_address ?? 'any address'}`,
    members: {
      label: String(shown.label),
      // The original has a blank and `rd ` before it.
      rd: shown.rd.trim().split(' ').at(-1)!,
      'local-pref': String(shown.local_pref ?? ''),
      description: shown.description ?? '',
      direction: shown.direction,
    },
    allocated: ['rd', 'label'],
  };
}

type ShownRoutes = readonly Readonly<Record<string, ShownRoute>>[];

function routesOf(side: Side, instance: string, routes: ShownRoutes): Fact[] {
  return routes.flatMap((route) =>
    Object.entries(route).map(([text, shown]) => receivedFact(side, instance, text, shown)),
  );
}

/** Exported for its test. */
export function receivedFact(side: Side, instance: string, text: string, shown: ShownRoute): Fact {
  const { subject, rd, label } = parseRouteText(text);
  const ours = rd.startsWith(`${side.address}:`);
  const { 'extended-community': communities = '', 'pmsi-tunnel': pmsi, ...attributes } = shown.attributes;
  const members = {
    rd: ours ? rd : fromSide(side, rd),
    label: label === undefined ? '' : String(label),
    'next-hop': shown.next_hop === side.address ? 'self' : (shown.next_hop ?? ''),
    ...communityMembers(fromSide(side, communities)),
    ...attributes,
    ...(pmsi !== undefined && { pmsi: pmsiTexts(side, pmsi) }),
    source: shown.source?.id ?? '',
  };
  const allocated: AllocatedMember[] = ours ? ['rd', 'source'] : [];
  if (ours && label !== undefined && label < SMALLEST_VNI) allocated.push('label');
  return {
    kind: 'received',
    subject: `${instance} ${subject.replace(side.address, 'self')}`,
    members,
    allocated,
  };
}

interface RouteText {
  readonly subject: string;
  readonly rd: string;
  readonly label?: number;
}

/** The names that the looking glass has for routes: both daemons have the same. */
function parseRouteText(text: string): RouteText {
  const vpnv4 = /^(\S+) label (\d+) next-hop \S+ rd (\S+)$/.exec(text);
  if (vpnv4 !== null) return { subject: network(vpnv4[1]!), rd: vpnv4[3]!, label: Number(vpnv4[2]) };
  const macIp = /^evpn:macadv::([^:]+:\d+):(\S+?):(\d+):([\dA-F:]{17})\/48:(\S*): label \d+ \((\d+)\)$/.exec(
    text,
  );
  if (macIp !== null) {
    const [, rd, esi, tag, mac, ip, label] = macIp;
    return { subject: `${mac!} ${ip!} esi ${esi!} tag ${tag!}`, rd: rd!, label: Number(label) };
  }
  const multicast = /^evpn:multicast::([^:]+:\d+):(\d+):(\S+)$/.exec(text);
  if (multicast !== null)
    return { subject: `multicast ${multicast[3]!} tag ${multicast[2]!}`, rd: multicast[1]! };
  const flow = /^flow (.*) rd (\S+)$/.exec(text);
  if (flow !== null) {
    const components = flow[1]!.replaceAll(/(?<=-ipv4 )\S+/g, network);
    return { subject: `flow ${components}`, rd: flow[2]! };
  }
  throw new Error(`what is this route? ${text}`);
}

/** The original shows the bits of a local subnet that do not go on the wire. */
function network(prefix: string): string {
  const parsed = parseIpPrefix(prefix);
  return parsed === undefined ? prefix : ipv4Network(parsed);
}

const COMMUNITIES = [
  ['targets', 'target:'],
  ['records', 'rtrecord:'],
  ['encapsulations', 'encap:'],
  ['hash-order', 'consistentHashSortOrder:'],
  ['redirect', 'redirect:'],
] as const;

/** `[ target:64512:1 encap:MPLS ]`, one alone without brackets. */
function communityMembers(text: string): Record<string, string> {
  // Order 0 is the default; the original says so, ours does not.
  const words = text.split(/[\s[\]]+/).filter((word) => word !== '' && word !== 'consistentHashSortOrder:0');
  const rest = new Set(words);
  const members: Record<string, string> = {};
  for (const [name, prefix] of COMMUNITIES) {
    const values = [...rest].filter((word) => word.startsWith(prefix));
    values.forEach((word) => rest.delete(word));
    if (values.length > 0) members[name] = setOf(values.map((word) => word.slice(prefix.length)));
  }
  if (rest.size > 0) members['community'] = setOf([...rest]);
  return members;
}

/** `pmsi:ingressreplication:<flags>:<label>(<raw>):<ip>`; the label before the raw one is 0 in own routes. */
function pmsiTexts(side: Side, text: string): string {
  const match = /^pmsi:(\w+):(\w+):\d+\((\d+)\):(\S+)$/.exec(text);
  if (match === null) return text;
  const [, type, flags, raw, endpoint] = match;
  const label = Number(raw) < SMALLEST_VNI ? 'of the instance' : raw!;
  return `${type!} ${flags!} ${label} ${endpoint === side.address ? 'self' : endpoint!}`;
}
