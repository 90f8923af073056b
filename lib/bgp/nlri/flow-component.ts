import { formatIpv4 } from '../../net/ip-address.ts';
import { parseIpPrefix, prefixBytes } from '../../net/ip-prefix.ts';

/**
 * The components of a flow specification (RFC 8955 §4.2.2): conditions that a packet must all fulfil.
 *
 *     prefix     | type (1) | length in bits (1) | prefix |
 *     matches    | type (1) | operator (1) value (1, 2, 4, 8) | operator value ...
 *
 * An operator is | end of list | and | length (2 bits) | 0 | less | greater | equal |, for the bit fields of
 * TCP flags and fragments the last four are | 0 | 0 | not | match |.
 */
export type FlowComponent =
  | { readonly type: FlowPrefixType; /** `10.0.0.0/24` */ readonly prefix: string }
  | { readonly type: FlowMatchType; readonly matches: readonly FlowMatch[] };

export interface FlowMatch {
  /** Whether both this and the match before it must hold; else one of them does. */
  readonly and: boolean;
  /** The last four bits of the operator: a sum of `FLOW_OPERATOR`s. */
  readonly operator: number;
  /** A bigint where it is too large for a number to hold it. */
  readonly value: number | bigint;
}

export const FLOW_OPERATOR = {
  equal: 1,
  greater: 2,
  less: 4,
  /** Of bit fields. */
  match: 1,
  not: 2,
} as const;

export type FlowPrefixType = 'destination' | 'source';
export type FlowMatchType =
  | 'protocol'
  | 'port'
  | 'destination-port'
  | 'source-port'
  | 'icmp-type'
  | 'icmp-code'
  | 'tcp-flags'
  | 'packet-length'
  | 'dscp'
  | 'fragment';

const PREFIX_TYPES: readonly (FlowPrefixType | undefined)[] = [undefined, 'destination', 'source'];
const MATCH_TYPES: readonly (FlowMatchType | undefined)[] = [
  undefined,
  undefined,
  undefined,
  'protocol',
  'port',
  'destination-port',
  'source-port',
  'icmp-type',
  'icmp-code',
  'tcp-flags',
  'packet-length',
  'dscp',
  'fragment',
];

const END_OF_LIST = 0x80;
const AND = 0x40;
const OPERATOR = 0x0f;

/** All components in `bytes[start, end)`; undefined if one is unknown, cut short or out of order. */
export function decodeFlowComponents(
  bytes: Buffer,
  start: number,
  end: number,
): readonly FlowComponent[] | undefined {
  const components: FlowComponent[] = [];
  let before = 0;
  let at = start;
  while (at < end) {
    const code = bytes[at]!;
    if (code <= before) return undefined;
    before = code;
    const decoded = PREFIX_TYPES[code] ? decodePrefix(bytes, at, end) : decodeMatches(bytes, at, end);
    if (decoded === undefined) return undefined;
    components.push(decoded.component);
    at = decoded.next;
  }
  return components;
}

/** The wire form; components go in the order of their types, of which each may occur once. */
export function encodeFlowComponents(components: readonly FlowComponent[]): Buffer {
  const parts = components.map((component) => ({ code: codeOf(component), component }));
  parts.sort((a, b) => a.code - b.code);
  return Buffer.concat(
    parts.flatMap(({ code, component }) => [Buffer.from([code]), ...encodeComponent(component)]),
  );
}

interface Decoded {
  readonly component: FlowComponent;
  readonly next: number;
}

function decodePrefix(bytes: Buffer, at: number, end: number): Decoded | undefined {
  if (at + 2 > end) return undefined;
  const length = bytes[at + 1]!;
  const next = at + 2 + ((length + 7) >> 3);
  if (length > 32 || next > end) return undefined;
  const address = Buffer.alloc(4);
  bytes.copy(address, 0, at + 2, next);
  const component = { type: PREFIX_TYPES[bytes[at]!]!, prefix: `${formatIpv4(address, 0)}/${length}` };
  return { component, next };
}

function decodeMatches(bytes: Buffer, start: number, end: number): Decoded | undefined {
  const type = MATCH_TYPES[bytes[start]!];
  if (type === undefined) return undefined;
  const matches: FlowMatch[] = [];
  let at = start + 1;
  for (;;) {
    if (at >= end) return undefined;
    const operator = bytes[at]!;
    const size = 1 << ((operator >> 4) & 3);
    if (at + 1 + size > end) return undefined;
    const value = size === 8 ? readLong(bytes, at + 1) : bytes.readUIntBE(at + 1, size);
    matches.push({ and: (operator & AND) !== 0, operator: operator & OPERATOR, value });
    at += 1 + size;
    if ((operator & END_OF_LIST) !== 0) return { component: { type, matches }, next: at };
  }
}

function readLong(bytes: Buffer, at: number): number | bigint {
  const value = bytes.readBigUInt64BE(at);
  return value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
}

function codeOf(component: FlowComponent): number {
  return 'prefix' in component ? PREFIX_TYPES.indexOf(component.type) : MATCH_TYPES.indexOf(component.type);
}

function encodeComponent(component: FlowComponent): Buffer[] {
  if ('prefix' in component) {
    const prefix = parseIpPrefix(component.prefix)!;
    return [Buffer.from([prefix.length]), prefixBytes(prefix)];
  }
  const last = component.matches.length - 1;
  return component.matches.map((match, index) => encodeMatch(match, index === last));
}

/** The value takes the least bytes that hold it. */
function encodeMatch({ and, operator, value }: FlowMatch, last: boolean): Buffer {
  const power = value <= 0xff ? 0 : value <= 0xffff ? 1 : value <= 0xffffffff ? 2 : 3;
  const bytes = Buffer.alloc(1 + (1 << power));
  bytes[0] = (last ? END_OF_LIST : 0) | (and ? AND : 0) | (power << 4) | (operator & OPERATOR);
  if (power === 3) bytes.writeBigUInt64BE(BigInt(value), 1);
  else bytes.writeUIntBE(Number(value), 1, 1 << power);
  return bytes;
}
