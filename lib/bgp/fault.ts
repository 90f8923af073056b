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
