import { RD_LENGTH } from '../../net/route-distinguisher.ts';
import { EVPN } from '../family.ts';
import type { UpdateFault } from '../fault.ts';
import { latin1 } from '../latin1.ts';
import { boundsFault, contentFault } from './fault.ts';
import type { NlriPayload } from './nlri.ts';

/**
 * Where the fields of EVPN routes are (RFC 7432 §7, RFC 9136 §3), and which of them are the key. Behind route type
 * (1) and length (1):
 *
 *     1 Ethernet A-D       RD (8) ESI (10) tag (4) | label (3)
 *     2 MAC/IP             RD (8) |ESI (10)| tag (4) 48 (1) MAC (6) bits (1) IP (0, 4, 16) | label (3), second label (0, 3)
 *     3 multicast          RD (8) tag (4) bits (1) IP (4, 16)
 *     4 Ethernet segment   RD (8) ESI (10) bits (1) IP (4, 16)
 *     5 IP prefix          RD (8) |ESI (10)| tag (4) bits (1) prefix (4, 16) | gateway (4, 16) label (3)
 *
 * What stands between or behind bars is payload. Key: route type (1) and the other fields in their order; of a type
 * that is not known, the whole body.
 */
export const ROUTE_TYPE = {
  ethernetAutoDiscovery: 1,
  macIp: 2,
  multicast: 3,
  ethernetSegment: 4,
  ipPrefix: 5,
} as const;

export const ESI_LENGTH = 10;
export const LABEL_LENGTH = 3;
const TAG_LENGTH = 4;
/** Type 2: length up to and with the one of the IP address. */
export const MAC_IP_FIXED = RD_LENGTH + ESI_LENGTH + TAG_LENGTH + 1 + 6 + 1;
/** Type 5: length up to and with the prefix length. */
export const IP_PREFIX_FIXED = RD_LENGTH + ESI_LENGTH + TAG_LENGTH + 1;

export function decodeEvpnList(
  bytes: Buffer,
  start: number,
  end: number,
  each: (key: string, payload: NlriPayload) => void,
): UpdateFault | undefined {
  let malformed: UpdateFault | undefined;
  let at = start;
  while (at < end) {
    const body = at + 2;
    const next = body + (body <= end ? bytes[at + 1]! : 0);
    if (next > end) return boundsFault(EVPN, 'route runs over the end');
    const type = bytes[at]!;
    if (hasShape(type, bytes, body, next)) {
      each(evpnKey(type, bytes, body, next), evpnPayload(type, bytes, body, next));
    } else {
      malformed ??= contentFault(EVPN, `route of type ${type} with ${next - body} bytes makes no sense`);
    }
    at = next;
  }
  return malformed;
}

/** Whether the lengths inside the body add up to its length. */
function hasShape(type: number, bytes: Buffer, body: number, end: number): boolean {
  const length = end - body;
  switch (type) {
    case ROUTE_TYPE.ethernetAutoDiscovery:
      return length === RD_LENGTH + ESI_LENGTH + TAG_LENGTH + LABEL_LENGTH;
    case ROUTE_TYPE.macIp: {
      if (length < MAC_IP_FIXED || bytes[body + 22] !== 48) return false;
      const bits = bytes[body + MAC_IP_FIXED - 1]!;
      const labels = length - MAC_IP_FIXED - (bits >> 3);
      const knownAddress = bits === 0 || bits === 32 || bits === 128;
      return knownAddress && (labels === LABEL_LENGTH || labels === 2 * LABEL_LENGTH);
    }
    case ROUTE_TYPE.multicast:
      return endsWithAddress(bytes, body + RD_LENGTH + TAG_LENGTH, end);
    case ROUTE_TYPE.ethernetSegment:
      return endsWithAddress(bytes, body + RD_LENGTH + ESI_LENGTH, end);
    case ROUTE_TYPE.ipPrefix: {
      const size = prefixSize(length);
      return size !== undefined && bytes[body + IP_PREFIX_FIXED - 1]! <= 8 * size;
    }
    default:
      return true;
  }
}

/** Whether a length in bits and an address of that length are all that follows. */
function endsWithAddress(bytes: Buffer, at: number, end: number): boolean {
  const length = end - at - 1;
  return (length === 4 || length === 16) && bytes[at] === 8 * length;
}

/** Bytes of the prefix of a type 5 route; the length of the route tells (RFC 9136 §3.1). */
export function prefixSize(length: number): 4 | 16 | undefined {
  const variable = length - IP_PREFIX_FIXED - LABEL_LENGTH;
  return variable === 8 ? 4 : variable === 32 ? 16 : undefined;
}

function evpnKey(type: number, bytes: Buffer, body: number, end: number): string {
  switch (type) {
    case ROUTE_TYPE.ethernetAutoDiscovery:
      return join(type, bytes, body, end - LABEL_LENGTH, end, end);
    case ROUTE_TYPE.macIp: {
      const labels = body + MAC_IP_FIXED + (bytes[body + MAC_IP_FIXED - 1]! >> 3);
      return join(type, bytes, body, body + RD_LENGTH, body + RD_LENGTH + ESI_LENGTH, labels);
    }
    case ROUTE_TYPE.ipPrefix: {
      const gateway = body + IP_PREFIX_FIXED + prefixSize(end - body)!;
      return join(type, bytes, body, body + RD_LENGTH, body + RD_LENGTH + ESI_LENGTH, gateway);
    }
    default:
      return join(type, bytes, body, end, end, end);
  }
}

/** A number where one label is all there is; else ESI and what follows the key. */
function evpnPayload(type: number, bytes: Buffer, body: number, end: number): NlriPayload {
  const esi = body + RD_LENGTH;
  switch (type) {
    case ROUTE_TYPE.ethernetAutoDiscovery:
      return bytes.readUIntBE(end - LABEL_LENGTH, 3);
    case ROUTE_TYPE.macIp: {
      const labels = body + MAC_IP_FIXED + (bytes[body + MAC_IP_FIXED - 1]! >> 3);
      if (end - labels === LABEL_LENGTH && isZero(bytes, esi)) return bytes.readUIntBE(labels, 3);
      return latin1(bytes, esi, esi + ESI_LENGTH) + latin1(bytes, labels, end);
    }
    case ROUTE_TYPE.ipPrefix: {
      const gateway = body + IP_PREFIX_FIXED + prefixSize(end - body)!;
      return latin1(bytes, esi, esi + ESI_LENGTH) + latin1(bytes, gateway, end);
    }
    default:
      return 0;
  }
}

function isZero(bytes: Buffer, esi: number): boolean {
  for (let at = esi; at < esi + ESI_LENGTH; at++) if (bytes[at] !== 0) return false;
  return true;
}

/** A body has at most 255 bytes. */
const scratch = Buffer.alloc(256);

/** `type`, `bytes[from, to)` and `bytes[again, end)` in one flat string: strings joined by `+` cost memory for good. */
function join(type: number, bytes: Buffer, from: number, to: number, again: number, end: number): string {
  let length = 0;
  scratch[length++] = type;
  for (let at = from; at < to; at++) scratch[length++] = bytes[at]!;
  for (let at = again; at < end; at++) scratch[length++] = bytes[at]!;
  return latin1(scratch, 0, length);
}
