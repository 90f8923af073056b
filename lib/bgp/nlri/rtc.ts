import { formatAdministered, routeTarget, type RouteTarget } from '../../net/route-target.ts';
import { encodeAdministered } from '../community/administered.ts';
import { RTC } from '../family.ts';
import { fromLatin1, latin1 } from '../latin1.ts';
import { addressNextHop } from './address-next-hop.ts';
import { boundsFault } from './fault.ts';
import type { Nlri, NlriCodec } from './nlri.ts';

/**
 * RT Constraint (RFC 4684 §4): a prefix of 0 to 96 bits of
 *
 *     | origin AS (4) | route target (8) |
 *
 * behind one byte with its length in bits. 0 bits ask for all routes. Key: the whole NLRI, spare bits cleared.
 */
export interface RouteTargetMembership {
  /** AS that asks. */
  readonly as: number;
  readonly target: RouteTarget;
}

const FULL_LENGTH = 96;
const ROUTE_TARGET = 0x02;
/** The upper bits of the type say how a community travels, and not which route target it is. */
const TYPE_MASK = 0x3f;

/** 'partial': a prefix shorter than a whole route target, or 96 bits of something else than a route target. */
export function decodeRtc(nlri: Nlri): RouteTargetMembership | 'default' | 'partial' {
  const key = fromLatin1(nlri.key);
  if (key[0] === 0) return 'default';
  if (key[0] !== FULL_LENGTH) return 'partial';
  const type = key[5]! & TYPE_MASK;
  if (type > 2 || key[6] !== ROUTE_TARGET) return 'partial';
  return { as: key.readUInt32BE(1), target: routeTarget(formatAdministered(type, key, 7)) };
}

export function encodeRtc(membership: RouteTargetMembership | 'default'): Nlri {
  if (membership === 'default') return { key: '\0', payload: 0 };
  const head = Buffer.alloc(5);
  head[0] = FULL_LENGTH;
  head.writeUInt32BE(membership.as, 1);
  const key = Buffer.concat([head, encodeAdministered(0, ROUTE_TARGET, membership.target)]);
  return { key: latin1(key, 0, key.length), payload: 0 };
}

export const RTC_NLRI: NlriCodec = {
  family: RTC,
  decode(bytes, start, end, each) {
    let at = start;
    while (at < end) {
      const bits = bytes[at]!;
      const next = at + 1 + ((bits + 7) >> 3);
      if (bits > FULL_LENGTH) return boundsFault(RTC, `length of ${bits} bits`);
      if (next > end) return boundsFault(RTC, `${bits} bits run over the end`);
      each(keyOf(bytes, at, next, (8 - (bits & 7)) & 7), 0);
      at = next;
    }
    return undefined;
  },
  encode: (nlri) => fromLatin1(nlri.key),
  ...addressNextHop(RTC),
  format(nlri) {
    const membership = decodeRtc(nlri);
    if (membership === 'default') return 'rtc wildcard';
    if (membership !== 'partial') return `rtc ${membership.as}:target:${membership.target}`;
    const key = fromLatin1(nlri.key);
    return `rtc 0x${key.toString('hex', 1)}/${key[0]!}`;
  },
};

function keyOf(bytes: Buffer, start: number, end: number, spare: number): string {
  if (spare === 0) return latin1(bytes, start, end);
  const key = Buffer.from(bytes.subarray(start, end));
  key[key.length - 1]! &= 0xff << spare;
  return latin1(key, 0, key.length);
}
