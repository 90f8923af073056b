import { encodeForWire } from './attribute/encode-attributes.ts';
import type { AttributeContext } from './attribute/descriptor.ts';
import type { PathAttributes } from './attribute/path-attributes.ts';
import type { Family } from './family.ts';
import { encodeMessage, HEADER_LENGTH, MAX_MESSAGE_LENGTH, MESSAGE } from './message.ts';
import { encodeMpReach, encodeMpUnreach, mpReachHead, mpUnreachHead } from './mp-nlri.ts';
import type { Nlri } from './nlri/nlri.ts';
import { nlriCodec } from './nlri/registry.ts';

/** A route to announce, or (without attributes) to withdraw. */
export interface RouteAdvertisement extends Nlri {
  readonly family: Family;
  readonly attributes: PathAttributes | undefined;
}

/** Room for attributes: the rest is the header and the two lengths. */
const ATTRIBUTE_ROOM = MAX_MESSAGE_LENGTH - HEADER_LENGTH - 4;
/** Flags, code and two bytes of length. */
const ATTRIBUTE_HEAD = 4;

/**
 * The UPDATEs that carry `routes`, each of which may occur once. Routes of a family that share attributes share
 * UPDATEs, withdrawals of a family too; these carry nothing but MP_UNREACH_NLRI. Withdrawals come last: where one
 * route takes the place of another, nobody is without in between.
 *
 * MP_REACH_NLRI is the first attribute (RFC 7606 §5.1). A route whose attributes leave no room for it in a message
 * cannot be announced, and is withdrawn instead: `onTooLarge` is told.
 */
export function encodeUpdates(
  routes: Iterable<RouteAdvertisement>,
  context: AttributeContext,
  onTooLarge: (routes: readonly RouteAdvertisement[]) => void = () => undefined,
): Buffer[] {
  const withdrawn = new Map<Family, Buffer[]>();
  const announced = new Map<Family, Map<string, Announcement>>();
  for (const route of routes) {
    if (route.attributes === undefined) withdraw(withdrawn, route);
    else announce(announced, route, route.attributes);
  }
  const announcements: Buffer[] = [];
  for (const [family, groups] of announced) {
    for (const group of groups.values()) {
      const messages = encodeAnnouncement(family, group, context);
      if (messages === undefined) {
        onTooLarge(group.routes);
        group.routes.forEach((route) => withdraw(withdrawn, route));
      } else {
        announcements.push(...messages);
      }
    }
  }
  const withdrawals = [...withdrawn].flatMap(([family, nlris]) => encodeWithdrawal(family, nlris));
  return [...announcements, ...withdrawals];
}

/** All routes of the family have been sent (RFC 4724 §2). */
export function encodeEndOfRib(family: Family): Buffer {
  return encodeUpdate([encodeMpUnreach(mpUnreachHead(family), [])]);
}

interface Announcement {
  readonly attributes: PathAttributes;
  readonly routes: RouteAdvertisement[];
}

function withdraw(into: Map<Family, Buffer[]>, route: RouteAdvertisement): void {
  let nlris = into.get(route.family);
  if (nlris === undefined) into.set(route.family, (nlris = []));
  nlris.push(nlriCodec(route.family).encode(route, true));
}

function announce(
  into: Map<Family, Map<string, Announcement>>,
  route: RouteAdvertisement,
  attributes: PathAttributes,
): void {
  let groups = into.get(route.family);
  if (groups === undefined) into.set(route.family, (groups = new Map<string, Announcement>()));
  const group = groups.get(attributes.raw);
  if (group === undefined) groups.set(attributes.raw, { attributes, routes: [route] });
  else group.routes.push(route);
}

/** Undefined if there is a route that no message has room for. */
function encodeAnnouncement(
  family: Family,
  { attributes, routes }: Announcement,
  context: AttributeContext,
): Buffer[] | undefined {
  const codec = nlriCodec(family);
  const head = mpReachHead(family, codec.encodeNextHop(attributes.nextHop));
  const others = encodeForWire(attributes, context);
  const room = ATTRIBUTE_ROOM - ATTRIBUTE_HEAD - head.length - others.length;
  const batches = pack(
    routes.map((route) => codec.encode(route, false)),
    room,
  );
  return batches?.map((nlris) => encodeUpdate([encodeMpReach(head, nlris), others]));
}

function encodeWithdrawal(family: Family, nlris: readonly Buffer[]): Buffer[] {
  const head = mpUnreachHead(family);
  const batches = pack(nlris, ATTRIBUTE_ROOM - ATTRIBUTE_HEAD - head.length) ?? [];
  return batches.map((batch) => encodeUpdate([encodeMpUnreach(head, batch)]));
}

/** Divides `nlris` into runs of at most `room` bytes; undefined if one alone has more. */
function pack(nlris: readonly Buffer[], room: number): Buffer[][] | undefined {
  const batches: Buffer[][] = [];
  let free = 0;
  for (const nlri of nlris) {
    if (nlri.length > room) return undefined;
    if (nlri.length > free) {
      batches.push([]);
      free = room;
    }
    batches.at(-1)!.push(nlri);
    free -= nlri.length;
  }
  return batches;
}

/** No IPv4 routes, these attributes. */
function encodeUpdate(attributes: readonly Buffer[]): Buffer {
  const length = attributes.reduce((sum, { length: size }) => sum + size, 0);
  return encodeMessage(MESSAGE.update, Buffer.from([0, 0, length >> 8, length & 0xff]), ...attributes);
}
