import type { Family } from '../family.ts';
import type { UpdateFault } from '../fault.ts';

/**
 * What an NLRI carries beside its key.
 *
 * A number is one raw 24-bit label field (an MPLS label is its upper 20 bits, a VNI the whole of it), by far the
 * most frequent case; 0 where there is none. A string holds, as latin1, the raw bytes of anything longer: a label
 * stack, or an ESI followed by labels.
 */
export type NlriPayload = number | string;

/**
 * One NLRI, split by what BGP compares.
 *
 * `key` is the latin1 string of the raw bytes that make it the same route or another one; labels, and the ESI of a
 * MAC/IP route (RFC 7432 §7.2), are not part of it and stand in `payload`.
 */
export interface Nlri {
  readonly key: string;
  readonly payload: NlriPayload;
}

/** What there is to know about the NLRI of one address family; entered in `registry.ts`. */
export interface NlriCodec {
  readonly family: Family;
  /**
   * Splits `bytes[start, end)` into NLRIs, in order, without keeping a view of `bytes`. Stops with a 'reset' fault
   * at the first NLRI whose bounds make no sense (RFC 7606 §5.3); those before it have been given to `each`. One that
   * is malformed within its bounds is left out: all others are given, and the fault is 'withdraw'.
   */
  readonly decode: (
    bytes: Buffer,
    start: number,
    end: number,
    each: (key: string, payload: NlriPayload) => void,
  ) => UpdateFault | undefined;
  /** The wire form of one NLRI. The label field of a VPNv4 withdrawal is 0x800000 (RFC 8277 §2.4). */
  readonly encode: (nlri: Nlri, withdrawn: boolean) => Buffer;
  /**
   * Address text of the next hop field at `bytes[start, end)`; `undefined` where the family has none. A length that
   * the family does not know is a 'reset': what follows cannot be trusted (RFC 7606 §7.11).
   */
  readonly decodeNextHop: (bytes: Buffer, start: number, end: number) => string | undefined | UpdateFault;
  readonly encodeNextHop: (nextHop: string | undefined) => Buffer;
  /** As the looking glass names the route. `nextHop` is part of the name of a VPNv4 route. */
  readonly format: (nlri: Nlri, nextHop: string | undefined) => string;
}
