import { formatIpv4, ipAddressBytes, isIpv4 } from './ip-address.ts';

/**
 * A route target (RFC 4360 §4) in canonical text, so that equal targets are equal strings:
 * `64512:1` (2-octet AS), `65537L:1` (4-octet AS, RFC 5668), `192.0.2.1:1` (IPv4 address).
 */
export type RouteTarget = string & { readonly brand: 'RouteTarget' };

/** Types of the extended communities that have the shape "administrator:number". */
export const TWO_OCTET_AS = 0;
export const IPV4_ADDRESS = 1;
export const FOUR_OCTET_AS = 2;

/**
 * Reads `asn:number`, `asnL:number` or `a.b.c.d:number`. An AS number over 65535 means the 4-octet form; the number
 * has 32 bits after a 2-octet AS and 16 after the others. Undefined if `text` is none of these.
 */
export function parseRouteTarget(text: string): RouteTarget | undefined {
  const match = /^(?:(\d{1,10})(L?)|(\d[\d.]+)):(\d{1,10})$/.exec(text);
  if (match === null) return undefined;
  const number = Number(match[4]);
  if (match[3] !== undefined) {
    return isIpv4(match[3]) && number <= 0xffff ? routeTarget(`${match[3]}:${number}`) : undefined;
  }
  const as = Number(match[1]);
  if (as > 0xffffffff) return undefined;
  const fourOctets = match[2] === 'L' || as > 0xffff;
  if (number > (fourOctets ? 0xffff : 0xffffffff)) return undefined;
  return routeTarget(`${as}${fourOctets ? 'L' : ''}:${number}`);
}

/** The text of the six bytes at `offset`, which follow `type` and the subtype in an extended community. */
export function formatAdministered(type: number, bytes: Buffer, offset: number): string {
  switch (type) {
    case IPV4_ADDRESS:
      return `${formatIpv4(bytes, offset)}:${bytes.readUInt16BE(offset + 4)}`;
    case FOUR_OCTET_AS:
      return `${bytes.readUInt32BE(offset)}L:${bytes.readUInt16BE(offset + 4)}`;
    default:
      return `${bytes.readUInt16BE(offset)}:${bytes.readUInt32BE(offset + 2)}`;
  }
}

/** The type, and the six bytes, of a value in the text form of a route target. */
export function administeredBytes(text: string): { readonly type: number; readonly bytes: Buffer } {
  const colon = text.indexOf(':');
  const administrator = text.slice(0, colon);
  const number = Number(text.slice(colon + 1));
  const bytes = Buffer.alloc(6);
  if (administrator.includes('.')) {
    ipAddressBytes(administrator).copy(bytes);
    bytes.writeUInt16BE(number, 4);
    return { type: IPV4_ADDRESS, bytes };
  }
  if (administrator.endsWith('L')) {
    bytes.writeUInt32BE(Number(administrator.slice(0, -1)));
    bytes.writeUInt16BE(number, 4);
    return { type: FOUR_OCTET_AS, bytes };
  }
  bytes.writeUInt16BE(Number(administrator));
  bytes.writeUInt32BE(number, 2);
  return { type: TWO_OCTET_AS, bytes };
}

/** For texts that are known to be canonical. */
export function routeTarget(text: string): RouteTarget {
  return text as RouteTarget;
}
