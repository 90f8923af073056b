/**
 * UPDATE messages with VPNv4 routes (RFC 4364), made without the program's own encoder, so that one does not hide a
 * mistake of the other.
 */
const MARKER = Buffer.alloc(16, 0xff);

export const AS_NUMBER = 64512;

/** A message of the given type: OPEN 1, UPDATE 2, NOTIFICATION 3, KEEPALIVE 4 (RFC 4271 §4.1). */
export function bgpMessage(type: number, ...body: readonly Buffer[]): Buffer {
  const length = 19 + body.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([MARKER, uint16(length), Buffer.of(type), ...body]);
}

/** An OPEN that offers VPNv4 (1/128) and nothing else: without RT Constraint, everything is sent. */
export function vpnv4Open(identifier: readonly number[], holdTime: number): Buffer {
  const multiprotocol = Buffer.of(1, 4, 0, 1, 0, 128);
  const parameters = Buffer.concat([Buffer.of(2, multiprotocol.length), multiprotocol]);
  return bgpMessage(
    1,
    Buffer.of(4),
    uint16(AS_NUMBER),
    uint16(holdTime),
    Buffer.from(identifier),
    Buffer.of(parameters.length),
    parameters,
  );
}

export interface Vpnv4Withdrawal {
  /** The number of the first of `count` host prefixes, counted from 10.0.0.0. */
  readonly first: number;
  readonly count: number;
  /** Whose routes they are: it is in their RD, too. */
  readonly nextHop: readonly number[];
}

export interface Vpnv4Update extends Vpnv4Withdrawal {
  readonly label: number;
  /** The number in the route target, after our AS. */
  readonly routeTarget: number;
}

export function vpnv4Update({ label, routeTarget, ...routes }: Vpnv4Update): Buffer {
  const { nextHop } = routes;
  const reach = Buffer.concat([
    Buffer.of(0, 1, 128, 12, 0, 0, 0, 0, 0, 0, 0, 0, ...nextHop, 0),
    // With the bottom-of-stack bit.
    ...prefixes(routes, (label << 4) | 1),
  ]);
  const attributes = Buffer.concat([
    // ORIGIN IGP, AS_PATH empty, LOCAL_PREF 100
    Buffer.of(0x40, 1, 1, 0, 0x40, 2, 0, 0x40, 5, 4, 0, 0, 0, 100),
    Buffer.of(0xc0, 16, 8, 0, 2),
    uint16(AS_NUMBER),
    uint32(routeTarget),
    // MP_REACH_NLRI, with a length of two bytes
    Buffer.of(0x90, 14),
    uint16(reach.length),
    reach,
  ]);
  return bgpMessage(2, uint16(0), uint16(attributes.length), attributes);
}

/** In a withdrawal there is no label (RFC 8277 §2.4). */
const WITHDRAWN_LABEL = 0x80_00_00;

export function vpnv4Withdrawal(routes: Vpnv4Withdrawal): Buffer {
  const unreach = Buffer.concat([Buffer.of(0, 1, 128), ...prefixes(routes, WITHDRAWN_LABEL)]);
  // MP_UNREACH_NLRI, with a length of two bytes
  const attribute = Buffer.concat([Buffer.of(0x90, 15), uint16(unreach.length), unreach]);
  return bgpMessage(2, uint16(0), uint16(attribute.length), attribute);
}

export const KEEPALIVE = bgpMessage(4);

/** Host prefixes: how many bits, the three bytes of `labelField` (24), RD (64) and address (32). */
function prefixes({ first, count, nextHop }: Vpnv4Withdrawal, labelField: number): readonly Buffer[] {
  const head = [120, labelField >> 16, (labelField >> 8) & 255, labelField & 255];
  const distinguisher = [0, 1, ...nextHop, 0, 1];
  return Array.from({ length: count }, (_, index) => {
    const number = first + index;
    return Buffer.of(...head, ...distinguisher, 10, (number >> 16) & 255, (number >> 8) & 255, number & 255);
  });
}

function uint16(value: number): Buffer {
  return Buffer.of(value >> 8, value & 255);
}

function uint32(value: number): Buffer {
  return Buffer.of(value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255);
}
