/**
 * What is wrong with a message, and what follows (RFC 7606 §2, the strongest last): the attribute is discarded, the
 * routes of the UPDATE are treated as withdrawn, or the session is reset with a NOTIFICATION.
 */
export interface UpdateFault {
  readonly fault: 'discard' | 'withdraw' | 'reset';
  /** Error code and subcode of the NOTIFICATION (RFC 4271 §4.5) that a reset sends. */
  readonly code: number;
  readonly subcode: number;
  /** For people: which attribute or NLRI, what was found, what was expected. */
  readonly reason: string;
}

/** Subcodes of the UPDATE Message Error, code 3 (RFC 4271 §6.3). */
export const UPDATE_ERROR = {
  malformedAttributeList: 1,
  attributeFlags: 4,
  attributeLength: 5,
  invalidNextHop: 8,
  optionalAttribute: 9,
  malformedAsPath: 11,
} as const;

type UpdateSubcode = (typeof UPDATE_ERROR)[keyof typeof UPDATE_ERROR];

export function updateFault(
  fault: UpdateFault['fault'],
  subcode: UpdateSubcode,
  reason: string,
): UpdateFault {
  return { fault, code: 3, subcode, reason };
}

/** What is wrong with the frame of a message, or with an OPEN: the session ends with this NOTIFICATION. */
export interface MessageFault {
  readonly code: number;
  readonly subcode: number;
  /** The data of the NOTIFICATION (RFC 4271 §6.1, §6.2). */
  readonly data: Buffer;
  /** For people. */
  readonly reason: string;
}

export function messageFault(
  code: number,
  subcode: number,
  reason: string,
  data: Buffer = Buffer.alloc(0),
): MessageFault {
  return { code, subcode, data, reason };
}
