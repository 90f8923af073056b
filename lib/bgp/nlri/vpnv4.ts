import { formatIpv4, formatIpv6, ipAddressBytes } from '../../net/ip-address.ts';
import { prefixBytes, type IpPrefix } from '../../net/ip-prefix.ts';
import {
  formatRouteDistinguisher,
  routeDistinguisherBytes,
  type RouteDistinguisher,
} from '../../net/route-distinguisher.ts';
import { VPNV4 } from '../family.ts';
import type { UpdateFault } from '../fault.ts';
import { fromLatin1, latin1 } from '../latin1.ts';
import { boundsFault, nextHopFault } from './fault.ts';
import type { Nlri, NlriCodec } from './nlri.ts';

/**
 * VPN-IPv4 (RFC 4364 §4.3.4, RFC 8277 §2):
 *
 *     | bits (1) | label (3), several until the bottom of stack | RD (8) | prefix (0 to 4) |
 *
 * `bits` counts all that follows. Key: prefix length (1), RD, prefix. Payload: the label field, or the stack.
 */
export interface Vpnv4Nlri {
  readonly rd: RouteDistinguisher;
  /** `10.0.0.0/24` */
  readonly prefix: string;
  /** 20 bits each, the top of the stack first. */
  readonly labels: readonly number[];
}

const LABEL_BITS = 24;
const RD_BITS = 64;
const BOTTOM_OF_STACK = 1;
const WITHDRAWN_LABEL = 0x800000;

export function decodeVpnv4(nlri: Nlri): Vpnv4Nlri {
  return {
    rd: formatRouteDistinguisher(fromLatin1(nlri.key), 1),
    prefix: prefixOf(nlri),
    labels: labelsOf(nlri),
  };
}

/** `0.` to `255.`: text that is put together of few pieces is made of few intermediate ones. */
const OCTETS = Array.from({ length: 256 }, (_, octet) => `${octet}.`);

/** The prefix alone, for where it is asked for often. Octets that the key does not hold (NaN) are 0. */
export function prefixOf({ key }: Nlri): string {
  const last = key.charCodeAt(12) || 0;
  return `${octet(key, 9) + octet(key, 10) + octet(key, 11)}${last}/${key.charCodeAt(0)}`;
}

function octet(key: string, at: number): string {
  return OCTETS[key.charCodeAt(at)] ?? '0.';
}

/** The label, if there is one alone, as in nearly all routes. */
export function labelOf(nlri: Nlri): number | undefined {
  if (typeof nlri.payload === 'number') return nlri.payload >> 4;
  const labels = labelsOf(nlri);
  return labels.length === 1 ? labels[0] : undefined;
}

/** The labels alone. */
export function labelsOf(nlri: Nlri): readonly number[] {
  return labelFields(nlri).map((field) => field >> 4);
}

/** `label` has 20 bits; bits of the address beyond the prefix are cut off. */
export function encodeVpnv4(route: {
  readonly rd: RouteDistinguisher;
  readonly prefix: IpPrefix;
  readonly label: number;
}): Nlri {
  const key = Buffer.concat([
    Buffer.from([route.prefix.length]),
    routeDistinguisherBytes(route.rd),
    prefixBytes(route.prefix),
  ]);
  return { key: latin1(key, 0, key.length), payload: (route.label << 4) | BOTTOM_OF_STACK };
}

export const VPNV4_NLRI: NlriCodec = {
  family: VPNV4,
  decode,
  encode(nlri, withdrawn) {
    const key = fromLatin1(nlri.key);
    const fields = withdrawn ? [WITHDRAWN_LABEL] : labelFields(nlri);
    const bytes = Buffer.alloc(1 + 3 * fields.length + key.length - 1);
    bytes[0] = LABEL_BITS * fields.length + RD_BITS + key[0]!;
    fields.forEach((field, index) => bytes.writeUIntBE(field, 1 + 3 * index, 3));
    key.copy(bytes, 1 + 3 * fields.length, 1);
    return bytes;
  },
  /** An RD of zero and an address; with IPv6 (RFC 4659 §3.2.1) a link-local one may follow. */
  decodeNextHop(bytes, start, end) {
    if (end - start === 12) return formatIpv4(bytes, start + 8);
    if (end - start === 24 || end - start === 48) return formatIpv6(bytes, start + 8);
    return nextHopFault(VPNV4, end - start);
  },
  encodeNextHop(nextHop) {
    const address = ipAddressBytes(nextHop ?? '0.0.0.0');
    return Buffer.concat([Buffer.alloc(8), address]);
  },
  format(nlri, nextHop) {
    const { rd, prefix, labels } = decodeVpnv4(nlri);
    const stack = labels.length === 1 ? `${labels[0]!}` : `[ ${labels.join(' ')} ]`;
    return `${prefix} label ${stack} next-hop ${nextHop ?? '-'} rd ${rd}`;
  },
};

function decode(
  bytes: Buffer,
  start: number,
  end: number,
  each: (key: string, payload: number | string) => void,
): UpdateFault | undefined {
  let at = start;
  while (at < end) {
    const bits = bytes[at]!;
    const labels = at + 1;
    const next = labels + ((bits + 7) >> 3);
    if (bits < LABEL_BITS + RD_BITS) return boundsFault(VPNV4, `length of ${bits} bits`);
    if (next > end) return boundsFault(VPNV4, `${bits} bits run over the end`);
    let rd = labels + 3;
    if ((bytes[rd - 1]! & BOTTOM_OF_STACK) === 0) rd = endOfStack(bytes, labels, bits);
    const prefixLength = bits - RD_BITS - ((rd - labels) << 3);
    if (prefixLength > 32) return boundsFault(VPNV4, `length of ${bits} bits`);
    const single = rd - labels === 3;
    const label = (bytes[labels]! << 16) | (bytes[labels + 1]! << 8) | bytes[labels + 2]!;
    each(makeKey(bytes, rd, next, prefixLength), single ? label : latin1(bytes, labels, rd));
    at = next;
  }
  return undefined;
}

/**
 * Where the label stack ends whose first entry is not marked as the last one. It may be a real stack (RFC 3107), or a
 * single field whose mark is to be ignored (RFC 8277 §2.2), as in a withdrawal (§2.4: 0x800000; others send 0). It
 * is a single field if an RD of a known type and a prefix of possible length follow.
 */
function endOfStack(bytes: Buffer, start: number, bits: number): number {
  const single = start + 3;
  const first = bytes.readUIntBE(start, 3);
  if (first === WITHDRAWN_LABEL || first === 0) return single;
  if (bits - RD_BITS - LABEL_BITS <= 32 && bytes.readUInt16BE(single) <= 2) return single;
  const last = start + ((bits - RD_BITS) >> 3);
  let entry = single;
  while (entry + 3 <= last && (bytes[entry + 2]! & BOTTOM_OF_STACK) === 0) entry += 3;
  return entry + 3 <= last ? entry + 3 : single;
}

/** Bits beyond the prefix length mean nothing (RFC 4271 §4.3) and are cleared. */
function makeKey(bytes: Buffer, rd: number, end: number, prefixLength: number): string {
  const spare = (8 - (prefixLength & 7)) & 7;
  const last = end - 1;
  if (spare !== 0 && (bytes[last]! & ((1 << spare) - 1)) !== 0) {
    const cleared = Buffer.from(bytes.subarray(rd, end));
    cleared[last - rd]! &= 0xff << spare;
    return keyString(cleared, 0, cleared.length, prefixLength);
  }
  return keyString(bytes, rd, end, prefixLength);
}

/** A call with numbers is three times as fast as a slice of the buffer, and this is the hottest line of all. */
function keyString(b: Buffer, rd: number, end: number, length: number): string {
  const a = rd;
  /* prettier-ignore */
  switch (end - rd) {
    case 8: return String.fromCharCode(length, b[a]!, b[a + 1]!, b[a + 2]!, b[a + 3]!, b[a + 4]!, b[a + 5]!, b[a + 6]!, b[a + 7]!);
    case 9: return String.fromCharCode(length, b[a]!, b[a + 1]!, b[a + 2]!, b[a + 3]!, b[a + 4]!, b[a + 5]!, b[a + 6]!, b[a + 7]!, b[a + 8]!);
    case 10: return String.fromCharCode(length, b[a]!, b[a + 1]!, b[a + 2]!, b[a + 3]!, b[a + 4]!, b[a + 5]!, b[a + 6]!, b[a + 7]!, b[a + 8]!, b[a + 9]!);
    case 11: return String.fromCharCode(length, b[a]!, b[a + 1]!, b[a + 2]!, b[a + 3]!, b[a + 4]!, b[a + 5]!, b[a + 6]!, b[a + 7]!, b[a + 8]!, b[a + 9]!, b[a + 10]!);
    default: return String.fromCharCode(length, b[a]!, b[a + 1]!, b[a + 2]!, b[a + 3]!, b[a + 4]!, b[a + 5]!, b[a + 6]!, b[a + 7]!, b[a + 8]!, b[a + 9]!, b[a + 10]!, b[a + 11]!);
  }
}

/** The raw 24-bit fields of the payload. */
function labelFields({ payload }: Nlri): number[] {
  if (typeof payload === 'number') return [payload];
  const bytes = fromLatin1(payload);
  return Array.from({ length: bytes.length / 3 }, (_, index) => bytes.readUIntBE(3 * index, 3));
}
