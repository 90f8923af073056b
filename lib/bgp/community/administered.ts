import {
  administeredBytes,
  formatAdministered,
  routeTarget,
  type RouteTarget,
} from '../../net/route-target.ts';

/**
 * The shape "administrator:number" of extended communities (RFC 4360 §3.1 and §3.2, RFC 5668 §2): the type says how
 * the six bytes after the subtype are divided. FlowSpec actions use the same three shapes under 0x80.
 *
 *     x0 | subtype | AS (2)        | number (4) |
 *     x1 | subtype | IPv4 address (4) | number (2) |
 *     x2 | subtype | AS (4)           | number (2) |
 */
export function administeredCodes(typeBase: number, subtype: number): readonly number[] {
  return [0, 1, 2].map((shape) => ((typeBase | shape) << 8) | subtype);
}

export function decodeAdministered(bytes: Buffer, offset: number): RouteTarget {
  return routeTarget(formatAdministered(bytes[offset]! & 0x3f, bytes, offset + 2));
}

export function encodeAdministered(typeBase: number, subtype: number, target: RouteTarget): Buffer {
  const { type, bytes } = administeredBytes(target);
  return Buffer.concat([Buffer.from([typeBase | type, subtype]), bytes]);
}
