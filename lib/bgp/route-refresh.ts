import { failure, success, type Result } from '../result.ts';
import { messageFault, type MessageFault } from './fault.ts';
import { encodeMessage, MESSAGE } from './message.ts';

/** A request to send all routes of a family again (RFC 2918 §3), or a mark around them (RFC 7313 §3.2). */
export interface RouteRefresh {
  readonly afi: number;
  /** 0: the request; 1 and 2: begin and end of the refresh. */
  readonly subtype: number;
  readonly safi: number;
}

/** Decodes the body `bytes[start, end)`. Filters that may follow (RFC 5291) are not looked at. */
export function decodeRouteRefresh(
  bytes: Buffer,
  start: number,
  end: number,
): Result<RouteRefresh, MessageFault> {
  // RFC 7313 §5
  if (end - start < 4) return failure(messageFault(7, 1, 'ROUTE-REFRESH is cut short'));
  return success({ afi: bytes.readUInt16BE(start), subtype: bytes[start + 2]!, safi: bytes[start + 3]! });
}

/** The whole message. */
export function encodeRouteRefresh({ afi, subtype, safi }: RouteRefresh): Buffer {
  return encodeMessage(MESSAGE.routeRefresh, Buffer.from([afi >> 8, afi & 0xff, subtype, safi]));
}
