import type {
  FlowComponent,
  FlowMatch,
  FlowMatchType,
  FlowPrefixType,
} from '../../bgp/nlri/flow-component.ts';
import { isIpv4 } from '../../net/ip-address.ts';
import { ipv4Network, parseIpPrefix } from '../../net/ip-prefix.ts';
import { failure, success, type Result } from '../../result.ts';
import { bitCondition } from './classifier-bits.ts';
import {
  ANY_FRAGMENT,
  fragmentMatches,
  type Fragments,
  fragmentsThatFulfil,
} from './classifier-fragments.ts';
import {
  headerMatches,
  headerProtocols,
  ICMP,
  TCP,
  TCP_FLAGS_BITS,
  UDP,
  type HeaderConditions,
  type HeaderMatch,
  SCTP,
} from './classifier-header.ts';
import { countValues, intersection, listValues, type Values, valuesThatFulfil } from './classifier-values.ts';

/** More flows than these are not made for one classifier. */
export const MOST_MATCHES = 4096;

/**
 * The packets that a flow specification means (RFC 8955 §4.2.2), as matches of Open vSwitch, of which a packet fulfils at
 * least one: `tcp,nw_dst=12.0.0.1,tp_dst=0x50/0xfffc`. None if there is no such packet. Rules that mean the same in
 * each component have the same matches, in the same order. Fragments are taken to be without ports, ICMP type and ICMP
 * code, as Open vSwitch takes them. Fails, naming the component, where Open vSwitch cannot match what it says, and where
 * more than `MOST_MATCHES` are needed.
 */
export function classifierMatches(components: readonly FlowComponent[]): Result<readonly string[], string> {
  const byType = new Map(components.map((component) => [component.type, component]));
  if (byType.size < components.length) return failure('a component is there twice');
  if (byType.has('packet-length')) return failure('packet-length: Open vSwitch cannot match it');
  const source = prefixMatch('nw_src', prefixIn(byType, 'source'));
  if (!source.ok) return failure(`source: ${source.fault}`);
  const destination = prefixMatch('nw_dst', prefixIn(byType, 'destination'));
  if (!destination.ok) return failure(`destination: ${destination.fault}`);
  const fragments = fragmentsIn(byType);
  if (!fragments.ok) return fragments;

  const conditions = headerConditions(byType);
  const header = headerMatches(conditions);
  const protocols = protocolMatches(
    intersection(valuesIn(byType, 'protocol', 8) ?? [OCTETS], headerProtocols(conditions)),
  );
  const codePoints = codePointMatches(codePointsIn(byType));
  const count = protocols.length * header.count * codePoints.length;
  if (count === 0) return success([]);
  if (count > MOST_MATCHES) return failure(tooMany(count));

  const tails = header
    .list()
    .flatMap((match) => codePoints.flatMap((codePoint) => tailsOf(match, codePoint, fragments.value)));
  const addresses = [...source.value, ...destination.value];
  const matches = protocols.flatMap((protocol) =>
    tails.map((tail) => [protocol, ...addresses, ...tail].join(',')),
  );
  // A packet of which both ports are of the set is found in both places.
  const distinct = [...new Set(matches)];
  return distinct.length > MOST_MATCHES ? failure(tooMany(distinct.length)) : success(distinct);
}

function tooMany(count: number): string {
  return `takes ${count} flows, and at most ${MOST_MATCHES} are made`;
}

type ByType = ReadonlyMap<FlowComponent['type'], FlowComponent>;

const OCTETS = { first: 0, last: 0xff };

/** How ovs-ofctl calls them; it knows the fields of their headers by these names only, and prints them. */
const PROTOCOLS: ReadonlyMap<number, string> = new Map([
  [ICMP, 'icmp'],
  [TCP, 'tcp'],
  [UDP, 'udp'],
  [SCTP, 'sctp'],
]);

function protocolMatches(protocols: Values): readonly string[] {
  if (countValues(protocols) === 256) return ['ip'];
  return listValues(protocols).map((number) => PROTOCOLS.get(number) ?? `ip,nw_proto=${number}`);
}

/** The field holds the code point in its upper six bits, and cannot be masked. */
function codePointMatches(codePoints: Values | undefined): readonly (readonly string[])[] {
  if (codePoints === undefined || countValues(codePoints) === 64) return [[]];
  return listValues(codePoints).map((codePoint) => [`nw_tos=${codePoint << 2}`]);
}

function tailsOf(
  { fields, possible, meant }: HeaderMatch,
  codePoint: readonly string[],
  fragments: Fragments,
): readonly (readonly string[])[] {
  return fragmentMatches(meant & fragments, possible).map((fragment) =>
    fragment === undefined ? [...fields, ...codePoint] : [...fields, ...codePoint, `nw_frag=${fragment}`],
  );
}

function prefixMatch(field: string, prefix: string | undefined): Result<readonly string[], string> {
  if (prefix === undefined) return success([]);
  const parsed = parseIpPrefix(prefix);
  if (parsed === undefined || !isIpv4(parsed.address)) {
    return failure(`an IPv4 prefix is expected, like 10.0.0.0/24, not ${JSON.stringify(prefix)}`);
  }
  if (parsed.length === 0) return success([]);
  return success([`${field}=${ipv4Network(parsed).replace(/\/32$/, '')}`]);
}

function headerConditions(byType: ByType): HeaderConditions {
  const flags = matchesIn(byType, 'tcp-flags');
  return {
    port: valuesIn(byType, 'port', 16),
    sourcePort: valuesIn(byType, 'source-port', 16),
    destinationPort: valuesIn(byType, 'destination-port', 16),
    icmpType: valuesIn(byType, 'icmp-type', 8),
    icmpCode: valuesIn(byType, 'icmp-code', 8),
    tcpFlags: flags === undefined ? undefined : bitCondition(flags, TCP_FLAGS_BITS),
  };
}

/** Of an octet the two highest bits count for nothing. */
function codePointsIn(byType: ByType): Values | undefined {
  const matches = matchesIn(byType, 'dscp');
  if (matches === undefined) return undefined;
  return valuesThatFulfil(
    matches.map((match) => ({ ...match, value: Number(BigInt(match.value) & 0x3fn) })),
    6,
  );
}

function fragmentsIn(byType: ByType): Result<Fragments, string> {
  const matches = matchesIn(byType, 'fragment');
  return matches === undefined ? success(ANY_FRAGMENT) : fragmentsThatFulfil(matches);
}

function valuesIn(byType: ByType, type: FlowMatchType, bits: number): Values | undefined {
  const matches = matchesIn(byType, type);
  return matches === undefined ? undefined : valuesThatFulfil(matches, bits);
}

function matchesIn(byType: ByType, type: FlowMatchType): readonly FlowMatch[] | undefined {
  const component = byType.get(type);
  return component !== undefined && 'matches' in component ? component.matches : undefined;
}

function prefixIn(byType: ByType, type: FlowPrefixType): string | undefined {
  const component = byType.get(type);
  return component !== undefined && 'prefix' in component ? component.prefix : undefined;
}
