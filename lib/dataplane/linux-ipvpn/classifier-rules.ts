import type { FlowComponent, FlowMatchType, FlowPrefixType } from '../../bgp/nlri/flow-component.ts';
import { isIpv4 } from '../../net/ip-address.ts';
import { ipv4Network, parseIpPrefix } from '../../net/ip-prefix.ts';
import { failure, success, type Result } from '../../result.ts';
import {
  allValues,
  countValues,
  intersection,
  isWithin,
  listValues,
  type Values,
  valuesIn,
  valuesThatFulfil,
} from '../ovs-ipvpn/classifier-values.ts';

/** More policy rules than these are not made for one classifier: the kernel goes through all of them for a packet. */
export const MOST_SELECTORS = 128;

const TCP = 6;
const UDP = 17;
const OCTETS = allValues(8);
const PORTS = allValues(16);
/** Policy rules know neither port 0, which nobody has and fragments seem to have, nor this one. */
const LAST_PORT = 0xffff;

const KNOWN: readonly FlowComponent['type'][] = [
  'destination',
  'source',
  'protocol',
  'port',
  'destination-port',
  'source-port',
];

type ByType = ReadonlyMap<FlowComponent['type'], FlowComponent>;

/**
 * The packets that a flow specification means (RFC 8955 §4.2.2), as selectors of policy rules, of which a packet fulfils at
 * least one: `to 12.0.0.1/32 ipproto 6 dport 80-81`. The empty string: all packets; none: there is no such packet. Ports
 * are those of TCP and UDP. Fails, naming the component, where policy rules cannot say it.
 */
export function ruleSelectors(components: readonly FlowComponent[]): Result<readonly string[], string> {
  const byType: ByType = new Map(components.map((component) => [component.type, component]));
  if (byType.size < components.length) return failure('a component is there twice');
  const stranger = components.find(({ type }) => !KNOWN.includes(type));
  if (stranger !== undefined) return failure(`${stranger.type}: policy rules of the kernel cannot match it`);
  const source = prefixWords('from', 'source', byType);
  if (!source.ok) return source;
  const destination = prefixWords('to', 'destination', byType);
  if (!destination.ok) return destination;
  const ports = portWords(byType);
  if (!ports.ok) return ports;
  const protocols = protocolWords(
    byType,
    ports.value.some((words) => words.length > 0),
  );
  if (!protocols.ok) return protocols;
  const selectors = protocols.value.flatMap((protocol) =>
    ports.value.map((port) => [...source.value, ...destination.value, ...protocol, ...port].join(' ')),
  );
  return selectors.length > MOST_SELECTORS
    ? failure(`takes ${selectors.length} policy rules, and at most ${MOST_SELECTORS} are made`)
    : success(selectors);
}

function prefixWords(word: string, type: FlowPrefixType, byType: ByType): Result<readonly string[], string> {
  const component = byType.get(type);
  if (component === undefined || !('prefix' in component)) return success([]);
  const parsed = parseIpPrefix(component.prefix);
  if (parsed === undefined || !isIpv4(parsed.address)) {
    return failure(`${type}: an IPv4 prefix is expected, like 10.0.0.0/24, not ${component.prefix}`);
  }
  return success(parsed.length === 0 ? [] : [`${word} ${ipv4Network(parsed)}`]);
}

function protocolWords(byType: ByType, hasPorts: boolean): Result<readonly (readonly string[])[], string> {
  const asked = valuesOf('protocol', byType, 8) ?? OCTETS;
  const protocols = hasPorts ? intersection(asked, valuesIn([TCP, UDP])) : asked;
  if (countValues(protocols) === countValues(OCTETS)) return success([[]]);
  const numbers = listValues(protocols);
  // To the kernel it means any.
  if (numbers.includes(0)) return failure('protocol: policy rules of the kernel cannot match 0');
  return success(numbers.map((number) => [`ipproto ${number}`]));
}

/** What a rule says of ports; nothing where they may be any. */
function portWords(byType: ByType): Result<readonly (readonly string[])[], string> {
  const either = valuesOf('port', byType, 16) ?? PORTS;
  const source = valuesOf('source-port', byType, 16) ?? PORTS;
  const destination = valuesOf('destination-port', byType, 16) ?? PORTS;
  const areas =
    isWithin(source, either) || isWithin(destination, either)
      ? [[source, destination] as const]
      : [
          [intersection(source, either), destination] as const,
          [source, intersection(destination, either)] as const,
        ];
  const words: (readonly string[])[] = [];
  for (const [sources, destinations] of areas) {
    const left = rangeWords('sport', sources);
    if (left === undefined) return failure(beyond(byType, 'source-port'));
    const right = rangeWords('dport', destinations);
    if (right === undefined) return failure(beyond(byType, 'destination-port'));
    words.push(...left.flatMap((one) => right.map((other) => [...one, ...other])));
  }
  return success(words);
}

function beyond(byType: ByType, type: FlowMatchType): string {
  return `${byType.has(type) ? type : 'port'}: policy rules of the kernel cannot match port ${LAST_PORT}`;
}

/** Undefined if rules cannot say it. */
function rangeWords(word: string, ports: Values): readonly (readonly string[])[] | undefined {
  if (ports.length === 1 && ports[0]!.first <= 1 && ports[0]!.last === LAST_PORT) return [[]];
  if (ports.some(({ last }) => last === LAST_PORT)) return undefined;
  return ports
    .map(({ first, last }) => ({ first: Math.max(1, first), last }))
    .filter(({ first, last }) => first <= last)
    .map(({ first, last }) => [`${word} ${first === last ? first : `${first}-${last}`}`]);
}

function valuesOf(type: FlowMatchType, byType: ByType, bits: number): Values | undefined {
  const component = byType.get(type);
  return component !== undefined && 'matches' in component
    ? valuesThatFulfil(component.matches, bits)
    : undefined;
}
