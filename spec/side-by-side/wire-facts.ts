import type { Fact } from './fact.ts';
import { setOf } from './fact.ts';
import { fromSide, type Side } from './side.ts';
import { SMALLEST_VNI } from './vocabulary.ts';

/** Families as `gobgp -a` names them. */
export const GOBGP_FAMILIES = ['vpnv4', 'evpn', 'rtc', 'ipv4-l3vpn-flowspec'] as const;
export type GobgpFamily = (typeof GOBGP_FAMILIES)[number];

/** What `gobgp -j global rib` prints: lists of paths by destination. */
export type GobgpTable = Readonly<Record<string, readonly GobgpPath[]>>;

interface GobgpPath {
  readonly nlri: GobgpNlri;
  readonly attrs: readonly GobgpAttribute[];
  readonly 'neighbor-ip'?: string;
}

interface Distinguisher {
  readonly admin: string | number;
  readonly assigned: number;
}

interface GobgpNlri {
  readonly prefix?: string;
  readonly labels?: readonly number[];
  readonly rd?: Distinguisher;
  /** EVPN: 2 MAC/IP, 3 inclusive multicast */
  readonly type?: number;
  /** EVPN: an object, FlowSpec: its components. */
  readonly value?: EvpnValue | readonly FlowComponent[];
}

interface EvpnValue {
  readonly rd: Distinguisher;
  readonly esi?: string;
  readonly etag: number;
  readonly mac?: string;
  readonly ip: string;
  readonly labels?: readonly number[];
}

interface FlowComponent {
  readonly type: number;
  readonly value: { readonly prefix: string } | readonly { readonly op: number; readonly value: number }[];
}

interface GobgpAttribute {
  readonly type: number;
  readonly value?: unknown;
  readonly nexthop?: string;
  readonly metric?: number;
  readonly label?: number;
  readonly 'tunnel-type'?: number;
  readonly 'tunnel-id'?: string;
  readonly as_paths?: readonly unknown[];
}

interface GobgpCommunity {
  readonly type?: number;
  readonly subtype?: number;
  readonly value?: string;
  readonly tunnel_type?: number;
}

/** The routes that the reflector has from `side`. */
export function wireFacts(side: Side, family: GobgpFamily, table: GobgpTable): Fact[] {
  return Object.values(table)
    .flat()
    .filter((path) => path['neighbor-ip'] === side.address)
    .map((path) => wireFact(side, family, path));
}

function wireFact(side: Side, family: GobgpFamily, { nlri, attrs }: GobgpPath): Fact {
  const attributes = Object.assign({}, ...attrs.map(readAttribute)) as Record<string, string>;
  const { subject, members, allocated } = readNlri(family, nlri);
  const all = Object.entries({ ...members, ...attributes }).map(([name, value]) => [
    name,
    local(side, value),
  ]);
  return {
    kind: 'wire',
    subject: `${family} ${local(side, subject)}`,
    members: Object.fromEntries(all) as Record<string, string>,
    allocated,
  };
}

/** Its own address is the same for both, and RTs are those of our side. */
function local(side: Side, text: string): string {
  return fromSide(side, text).replaceAll(new RegExp(`(?<![\\d.])${side.address}(?![\\d.:])`, 'g'), 'self');
}

type NlriFacts = Pick<Fact, 'subject' | 'members' | 'allocated'>;

function readNlri(family: GobgpFamily, nlri: GobgpNlri): NlriFacts {
  switch (family) {
    case 'vpnv4': {
      const members = { rd: format(nlri.rd!), label: (nlri.labels ?? []).join(' ') };
      return { subject: nlri.prefix!, members, allocated: ['rd', 'label'] };
    }
    case 'evpn':
      return readEvpn(nlri.type!, nlri.value as EvpnValue);
    case 'rtc': {
      // `<AS>:<route target>`; the AS has the same form as half of a route target, and is not to be shifted.
      const [as, ...target] = nlri.prefix!.split(':');
      return { subject: target.join(':'), members: { as: `AS${as!}` }, allocated: [] };
    }
    case 'ipv4-l3vpn-flowspec': {
      const components = (nlri.value as readonly FlowComponent[]).map(readComponent);
      return { subject: components.join(' '), members: { rd: format(nlri.rd!) }, allocated: ['rd'] };
    }
  }
}

function readEvpn(type: number, { rd, esi = '', etag, mac = '', ip, labels = [] }: EvpnValue): NlriFacts {
  const label = labels[0];
  const address = ip === '<nil>' ? 'any address' : ip;
  return {
    subject: [`type ${type}`, mac.toLowerCase(), address].filter((text) => text !== '').join(' '),
    members: { rd: format(rd), label: label === undefined ? '' : String(label), esi, etag: String(etag) },
    allocated: label === undefined || label >= SMALLEST_VNI ? ['rd'] : ['rd', 'label'],
  };
}

function readComponent({ type, value }: FlowComponent): string {
  if ('prefix' in value) return `${type}:${value.prefix}`;
  return `${type}:${value.map((match) => `${match.op}/${match.value}`).join(',')}`;
}

function format({ admin, assigned }: Distinguisher): string {
  return `${admin}:${assigned}`;
}

/** Codes of the path attributes (RFC 4271, RFC 4456, RFC 4360, RFC 4760, RFC 6514). */
function readAttribute(attribute: GobgpAttribute): Record<string, string> {
  switch (attribute.type) {
    case 1:
      return { origin: String(attribute.value) };
    case 2:
      return { 'as-path': JSON.stringify(attribute.as_paths ?? []) };
    case 4:
      return { med: String(attribute.metric ?? attribute.value) };
    case 5:
      return { 'local-pref': String(attribute.value) };
    case 14:
      return { 'next-hop': attribute.nexthop ?? '' };
    case 16:
      return readCommunities(attribute.value as readonly GobgpCommunity[]);
    case 22: {
      const { label = 0, 'tunnel-type': type = 0, 'tunnel-id': endpoint = '' } = attribute;
      return { 'pmsi-type': String(type), 'pmsi-label': String(label), 'pmsi-endpoint': endpoint };
    }
    default:
      return { [`attribute-${attribute.type}`]: JSON.stringify(attribute) };
  }
}

function readCommunities(communities: readonly GobgpCommunity[]): Record<string, string> {
  const lists = new Map<string, string[]>();
  for (const community of communities) {
    const [name, value] = readCommunity(community);
    // 0 is the default; the original says so, ours does not.
    if (name === 'hash-order' && value === '0') continue;
    lists.set(name, [...(lists.get(name) ?? []), value]);
  }
  return Object.fromEntries([...lists].sort().map(([name, values]) => [name, setOf(values)]));
}

function readCommunity(community: GobgpCommunity): readonly [name: string, value: string] {
  const { type = 0, subtype = 0, value = '', tunnel_type: tunnelType = 0 } = community;
  const administered = type <= 2;
  if (administered && subtype === 0x02) return ['targets', value];
  if (administered && subtype === 0x13) return ['records', value];
  if (type === 3 && subtype === 0x0c) return ['encapsulations', String(tunnelType)];
  if (type === 3 && subtype === 0x14) {
    return ['hash-order', String(Buffer.from(value, 'base64').readUInt32BE(1))];
  }
  if (type >= 0x80 && subtype === 0x08) return ['redirect', value];
  return ['community', JSON.stringify(community)];
}
