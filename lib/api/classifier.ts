import { protocolNumber } from '../bgp/nlri/format-flow.ts';
import { parseIpPrefix, type IpPrefix } from '../net/ip-prefix.ts';
import { failure, success, type Result } from '../result.ts';
import type { PortRange, TrafficClassifier } from '../vpn/request.ts';
import { camelCase, snakeCase } from './case.ts';
import { shown } from './field.ts';

/** The members that there are, by the name under which the original knows them; each in camel case too. */
const MEMBERS = [
  'source_prefix',
  'destination_prefix',
  'source_port',
  'destination_port',
  'protocol',
] as const;

type Member = (typeof MEMBERS)[number];

/** What is meant where no protocol is named. */
const DEFAULT_PROTOCOL = 'tcp';

const PREFIX = 'an IPv4 prefix is expected, like 10.0.0.0/24';
const PORTS = 'a port or a range is expected, like "80" or "80:90"';
const PROTOCOL = 'the name or the number of an IP protocol is expected, like "udp" or 17';

/**
 * The `classifier` of `attract_traffic`: which packets. `null` and the empty string stand for "any". A destination
 * prefix is accepted, but gives way to the prefix for which traffic is attracted. The fault begins with the path of
 * the member that is wrong.
 */
export function parseClassifier(value: unknown): Result<TrafficClassifier, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return failure(`: an object is expected, like {"destinationPort": "80"}, not ${shown(value)}`);
  }
  const given = new Map<Member, { name: string; value: unknown }>();
  for (const [name, member] of Object.entries(value)) {
    const known = MEMBERS.find((candidate) => candidate === snakeCase(name));
    if (known === undefined) {
      return failure(`.${shown(name)}: not known; there are ${MEMBERS.map(camelCase).join(', ')}`);
    }
    given.set(known, { name, value: member });
  }
  const read = <T>(member: Member, expected: string, parse: (text: string) => T | undefined): Read<T> => {
    const { name, value: text } = given.get(member) ?? { name: member, value: undefined };
    if (text === undefined || text === null || text === '') return success(undefined);
    const parsed = typeof text === 'string' || typeof text === 'number' ? parse(String(text)) : undefined;
    return parsed === undefined ? failure(`.${name}: ${expected}, not ${shown(text)}`) : success(parsed);
  };
  const sourcePrefix = read('source_prefix', PREFIX, parseIpv4Prefix);
  const destinationPrefix = read('destination_prefix', PREFIX, parseIpv4Prefix);
  const sourcePorts = read('source_port', PORTS, parsePorts);
  const destinationPorts = read('destination_port', PORTS, parsePorts);
  if (!given.has('protocol')) given.set('protocol', { name: 'protocol', value: DEFAULT_PROTOCOL });
  const protocol = read('protocol', PROTOCOL, parseProtocol);
  if (!sourcePrefix.ok) return sourcePrefix;
  if (!destinationPrefix.ok) return destinationPrefix;
  if (!sourcePorts.ok) return sourcePorts;
  if (!destinationPorts.ok) return destinationPorts;
  if (!protocol.ok) return protocol;
  return success({
    sourcePrefix: sourcePrefix.value,
    sourcePorts: sourcePorts.value,
    destinationPorts: destinationPorts.value,
    protocol: protocol.value,
  });
}

type Read<T> = Result<T | undefined, string>;

function parseIpv4Prefix(text: string): IpPrefix | undefined {
  return text.includes(':') ? undefined : parseIpPrefix(text);
}

function parsePorts(text: string): PortRange | undefined {
  const match = /^(\d{1,5})(?::(\d{1,5}))?$/.exec(text);
  if (match === null) return undefined;
  const first = Number(match[1]);
  const last = Number(match[2] ?? match[1]);
  return first <= last && last <= 65535 ? { first, last } : undefined;
}

function parseProtocol(text: string): number | undefined {
  if (!/^\d{1,3}$/.test(text)) return protocolNumber(text.toLowerCase());
  return Number(text) <= 255 ? Number(text) : undefined;
}
