import type { AttributeCache } from './attribute/attribute-cache.ts';
import { decodeAttributes } from './attribute/decode-attributes.ts';
import { assemblePathAttributes } from './attribute/make-path-attributes.ts';
import type { PathAttributes } from './attribute/path-attributes.ts';
import type { Family } from './family.ts';
import { UPDATE_ERROR, updateFault, type UpdateFault } from './fault.ts';
import { latin1 } from './latin1.ts';
import { layOutAttributes, type AttributeLayout, type Span } from './mp-nlri.ts';
import type { NlriPayload } from './nlri/nlri.ts';
import { familyOf, nlriCodec } from './nlri/registry.ts';

export { encodeEndOfRib, encodeUpdates, type RouteAdvertisement } from './encode-update.ts';

/** What a session knows that decoding needs. */
export interface UpdateContext {
  readonly fourOctetAs: boolean;
  /** Negotiated ones; routes of others are ignored. */
  readonly families: ReadonlySet<Family>;
  readonly attributes: AttributeCache;
}

export interface DecodedUpdate {
  /** The family whose initial routes are complete (RFC 4724 §2), if that is what the UPDATE says. */
  readonly endOfRib: Family | undefined;
  /** A 'reset' among them ends the session. */
  readonly faults: readonly UpdateFault[];
}

/** Without attributes the route is withdrawn. */
export type EachRoute = (
  family: Family,
  key: string,
  payload: NlriPayload,
  attributes: PathAttributes | undefined,
) => void;

/**
 * Decodes `bytes[start, end)`, the body of an UPDATE (RFC 4271 §4.3), and gives its routes to `each`, withdrawals
 * first:
 *
 *     | length (2) | withdrawn IPv4 routes | length (2) | path attributes | IPv4 routes |
 *
 * The routes of our families are all in the attributes. After a 'withdraw' fault every route of the UPDATE is given
 * as withdrawn (RFC 7606 §2), even if it has been given with attributes before; after a 'reset' fault no more are
 * given.
 */
export function decodeUpdate(
  bytes: Buffer,
  start: number,
  end: number,
  context: UpdateContext,
  each: EachRoute,
): DecodedUpdate {
  if (end - start < 4) return failed(listFault('UPDATE is cut short'));
  const lengthAt = start + 2 + bytes.readUInt16BE(start);
  if (lengthAt + 2 > end) return failed(listFault('withdrawn routes run over the end'));
  const attributes = lengthAt + 2;
  const attributesEnd = attributes + bytes.readUInt16BE(lengthAt);
  if (attributesEnd > end) return failed(listFault('path attributes run over the end'));

  const layout = layOutAttributes(bytes, attributes, attributesEnd);
  const faults: UpdateFault[] = layout.fault === undefined ? [] : [layout.fault];
  if (isReset(faults)) return { endOfRib: undefined, faults };
  if (lengthAt > start + 2 || attributesEnd < end) faults.push(notNegotiated('ipv4/unicast'));
  if (layout.reach === undefined && attributesEnd === end) {
    checkRoutelessAttributes(bytes, attributes, layout, context, faults);
  }
  let endOfRib: Family | undefined;
  if (layout.unreach !== undefined && !isReset(faults)) {
    const family = readUnreach(bytes, layout.unreach, context, each, faults);
    const alone =
      layout.reach === undefined && !layout.others && layout.unreach.end - layout.unreach.start === 3;
    if (alone) endOfRib = family;
  }
  if (layout.reach !== undefined && !isReset(faults)) {
    readReach(bytes, attributes, layout, layout.reach, context, each, faults);
  }
  return { endOfRib, faults };
}

/** MP_UNREACH_NLRI (RFC 4760 §4); answers its family, if it is negotiated. */
function readUnreach(
  bytes: Buffer,
  { start, end }: Span,
  context: UpdateContext,
  each: EachRoute,
  faults: UpdateFault[],
): Family | undefined {
  if (end - start < 3) {
    faults.push(mpFault('MP_UNREACH_NLRI is cut short'));
    return undefined;
  }
  const family = negotiatedFamily(bytes, start, context, faults);
  if (family === undefined) return undefined;
  const fault = nlriCodec(family).decode(bytes, start + 3, end, (key, payload) =>
    each(family, key, payload, undefined),
  );
  if (fault !== undefined) faults.push(fault);
  return family;
}

/** MP_REACH_NLRI (RFC 4760 §3) */
function readReach(
  bytes: Buffer,
  attributesStart: number,
  layout: AttributeLayout,
  reach: Span,
  context: UpdateContext,
  each: EachRoute,
  faults: UpdateFault[],
): void {
  const nextHop = reach.start + 4;
  const nextHopEnd = nextHop > reach.end ? nextHop : nextHop + bytes[nextHop - 1]!;
  const nlris = nextHopEnd + 1;
  if (nlris > reach.end) {
    faults.push(mpFault('MP_REACH_NLRI is cut short'));
    return;
  }
  const family = negotiatedFamily(bytes, reach.start, context, faults);
  if (family === undefined) return;
  const codec = nlriCodec(family);
  const raw = rawAttributes(bytes, attributesStart, layout, nextHopEnd, context);
  let attributes = context.attributes.find(raw);
  if (attributes === undefined) {
    const address = codec.decodeNextHop(bytes, nextHop, nextHopEnd);
    if (typeof address === 'object') {
      faults.push(address);
      return;
    }
    attributes = readAttributes(bytes, attributesStart, layout.end, address, raw, context, faults);
  }
  if (faults.some(({ fault }) => fault === 'withdraw')) attributes = undefined;
  const fault = codec.decode(bytes, nlris, reach.end, (key, payload) =>
    each(family, key, payload, attributes),
  );
  if (fault === undefined) return;
  faults.push(fault);
  if (fault.fault !== 'withdraw' || attributes === undefined) return;
  codec.decode(bytes, nlris, reach.end, (key, payload) => each(family, key, payload, undefined));
}

/** Those with faults are not kept, so that each UPDATE reports them. */
function readAttributes(
  bytes: Buffer,
  start: number,
  end: number,
  nextHop: string | undefined,
  raw: string,
  context: UpdateContext,
  faults: UpdateFault[],
): PathAttributes {
  const decoded = decodeAttributes(bytes, start, end, context);
  const attributes = assemblePathAttributes(decoded.values, nextHop, raw);
  if (decoded.faults.length === 0) context.attributes.add(attributes);
  faults.push(...decoded.faults);
  return attributes;
}

/**
 * The identity of attributes: family and next hop, then the bytes of all attributes that are not NLRIs. The same
 * bytes mean another AS_PATH where AS numbers have 2 octets.
 */
function rawAttributes(
  bytes: Buffer,
  start: number,
  { reach, unreach, end }: AttributeLayout,
  nextHopEnd: number,
  { fourOctetAs }: UpdateContext,
): string {
  let raw = latin1(bytes, reach!.start, nextHopEnd);
  if (!fourOctetAs) raw = `2${raw}`;
  const first = unreach !== undefined && unreach.at < reach!.at ? unreach : reach!;
  const second = first === reach ? unreach : reach;
  if (first.at > start) raw += latin1(bytes, start, first.at);
  if (second === undefined) return first.end < end ? raw + latin1(bytes, first.end, end) : raw;
  return raw + latin1(bytes, first.end, second.at) + latin1(bytes, second.end, end);
}

/**
 * RFC 7606 §5.2: attributes that announce no route may be ones whose routes could not be found; with an error among
 * them that is more than one to discard, the session cannot go on.
 */
function checkRoutelessAttributes(
  bytes: Buffer,
  start: number,
  layout: AttributeLayout,
  context: UpdateContext,
  faults: UpdateFault[],
): void {
  if (layout.others) faults.push(...decodeAttributes(bytes, start, layout.end, context).faults);
  const fatal = faults.find(({ fault }) => fault === 'withdraw');
  if (fatal !== undefined)
    faults.push({ ...fatal, fault: 'reset', reason: `${fatal.reason}, without a route` });
}

function negotiatedFamily(
  bytes: Buffer,
  at: number,
  context: UpdateContext,
  faults: UpdateFault[],
): Family | undefined {
  const afi = (bytes[at]! << 8) | bytes[at + 1]!;
  const safi = bytes[at + 2]!;
  const family = familyOf(afi, safi);
  if (family !== undefined && context.families.has(family)) return family;
  faults.push(notNegotiated(family?.name ?? `${afi}/${safi}`));
  return undefined;
}

function isReset(faults: readonly UpdateFault[]): boolean {
  return faults.some(({ fault }) => fault === 'reset');
}

function failed(fault: UpdateFault): DecodedUpdate {
  return { endOfRib: undefined, faults: [fault] };
}

function listFault(reason: string): UpdateFault {
  return updateFault('reset', UPDATE_ERROR.malformedAttributeList, reason);
}

/** RFC 4760 §7 */
function mpFault(reason: string): UpdateFault {
  return updateFault('reset', UPDATE_ERROR.optionalAttribute, reason);
}

function notNegotiated(family: string): UpdateFault {
  return updateFault(
    'discard',
    UPDATE_ERROR.optionalAttribute,
    `routes of ${family}, which is not negotiated`,
  );
}
