/**
 * The header of every message (RFC 4271 §4.1):
 *
 *      0            16       18     19
 *     +---------------+--------+------+-- - -
 *     | marker, all 1 | length | type | body
 *     +---------------+--------+------+-- - -
 *
 * The length counts the header.
 */
export const HEADER_LENGTH = 19;
export const MAX_MESSAGE_LENGTH = 4096;

/** RFC 4271 §4.1, RFC 2918 */
export const MESSAGE = {
  open: 1,
  update: 2,
  notification: 3,
  keepalive: 4,
  routeRefresh: 5,
} as const;

export type MessageType = (typeof MESSAGE)[keyof typeof MESSAGE];

/** Least length of a message by type (RFC 4271 §6.1, RFC 2918 §3). */
export const MIN_MESSAGE_LENGTH: Readonly<Record<MessageType, number>> = {
  [MESSAGE.open]: 29,
  [MESSAGE.update]: 23,
  [MESSAGE.notification]: 21,
  [MESSAGE.keepalive]: 19,
  [MESSAGE.routeRefresh]: 23,
};

/** A whole message around `body`. */
export function encodeMessage(type: MessageType, ...body: readonly Buffer[]): Buffer {
  const length = body.reduce((sum, part) => sum + part.length, HEADER_LENGTH);
  const header = Buffer.alloc(HEADER_LENGTH, 0xff);
  header.writeUInt16BE(length, 16);
  header[18] = type;
  return Buffer.concat([header, ...body], length);
}

/** The bytes of a KEEPALIVE; never to be written to. */
export const KEEPALIVE = encodeMessage(MESSAGE.keepalive);
