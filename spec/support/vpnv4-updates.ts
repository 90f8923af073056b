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

export interface Vpnv4Update {
  /** The number of the first of `count` host prefixes, counted from 10.0.0.0. */
  readonly first: number;
  readonly count: number;
  readonly label: number;
  /** The number in the route target, after our AS. */
  readonly routeTarget: number;
  readonly nextHop: readonly number[];
}

export function vpnv4Update({ first, count, label, routeTarget, nextHop }: Vpnv4Update): Buffer {
  // Bits of label (24), RD (64) and prefix (32); the label has the bottom-of-stack bit.
  const labelField = (label << 4) | 1;
  const head = [120, labelField >> 16, (labelField >> 8) & 255, labelField & 255];
  const distinguisher = [0, 1, ...nextHop, 0, 1];
  const prefixes = Array.from({ length: count }, (_, index) => {
    const number = first + index;
    return Buffer.of(...head, ...distinguisher, 10, (number >> 16) & 255, (number >> 8) & 255, number & 255);
  });
  const reach = Buffer.concat([Buffer.of(0, 1, 128, 12, 0, 0, 0, 0, 0, 0, 0, 0, ...nextHop, 0), ...prefixes]);
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

export const KEEPALIVE = bgpMessage(4);

function uint16(value: number): Buffer {
  return Buffer.of(value >> 8, value & 255);
}

function uint32(value: number): Buffer {
  return Buffer.of(value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255);
}
