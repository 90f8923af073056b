import { formatIpv4, ipAddressBytes } from './ip-address.ts';

/**
 * A route distinguisher (RFC 4364 §4.2) in text: type 0 `64512:1`, type 1 `192.0.2.1:1`, type 2 `65537L:1`.
 */
export type RouteDistinguisher = string & { readonly brand: 'RouteDistinguisher' };

/** Bytes of an RD on the wire, and in the keys of routes. */
export const RD_LENGTH = 8;

/** The RD of type 1 that PE `address` gives out as number `number` (0 to 65535). */
export function ipRouteDistinguisher(address: string, number: number): RouteDistinguisher {
  return `${address}:${number}` as RouteDistinguisher;
}

/** The text of the eight bytes at `offset`. Types that RFC 4364 does not know show as `0x` and 16 hex digits. */
export function formatRouteDistinguisher(bytes: Buffer, offset: number): RouteDistinguisher {
  switch (bytes.readUInt16BE(offset)) {
    case 0:
      return `${bytes.readUInt16BE(offset + 2)}:${bytes.readUInt32BE(offset + 4)}` as RouteDistinguisher;
    case 1:
      return `${formatIpv4(bytes, offset + 2)}:${bytes.readUInt16BE(offset + 6)}` as RouteDistinguisher;
    case 2:
      return `${bytes.readUInt32BE(offset + 2)}L:${bytes.readUInt16BE(offset + 6)}` as RouteDistinguisher;
    default:
      return `0x${bytes.toString('hex', offset, offset + 8)}` as RouteDistinguisher;
  }
}

export function routeDistinguisherBytes(rd: RouteDistinguisher): Buffer {
  const bytes = Buffer.alloc(8);
  if (rd.startsWith('0x')) return Buffer.from(rd.slice(2), 'hex');
  const colon = rd.indexOf(':');
  const administrator = rd.slice(0, colon);
  const number = Number(rd.slice(colon + 1));
  if (administrator.includes('.')) {
    bytes.writeUInt16BE(1, 0);
    ipAddressBytes(administrator).copy(bytes, 2);
    bytes.writeUInt16BE(number, 6);
  } else if (administrator.endsWith('L')) {
    bytes.writeUInt16BE(2, 0);
    bytes.writeUInt32BE(Number(administrator.slice(0, -1)), 2);
    bytes.writeUInt16BE(number, 6);
  } else {
    bytes.writeUInt16BE(Number(administrator), 2);
    bytes.writeUInt32BE(number, 4);
  }
  return bytes;
}
