import { formatIpv4, ipAddressBytes } from '../net/ip-address.ts';
import { failure, success, type Result } from '../result.ts';
import { decodeCapability, encodeCapability, type Capability } from './capability.ts';
import { messageFault, type MessageFault } from './fault.ts';
import { encodeMessage, MESSAGE } from './message.ts';

/** An OPEN (RFC 4271 §4.2). */
export interface Open {
  readonly version: number;
  /** The 2-octet field; `peerAs` looks at the capability too. */
  readonly as: number;
  /** Seconds; 0, or 3 and more. */
  readonly holdTime: number;
  /** BGP identifier, as IPv4 address text. */
  readonly identifier: string;
  readonly capabilities: readonly Capability[];
}

/** What stands in the 2-octet field when the AS number does not fit (RFC 6793 §9). */
export const AS_TRANS = 23456;

const VERSION = 4;
const CAPABILITIES = 2;
const EXTENDED_LENGTH = 255;
const FIXED_LENGTH = 10;

/** The AS number of the sender of an OPEN (RFC 6793 §4.1). */
export function peerAs(open: Open): number {
  const capability = open.capabilities.find(({ kind }) => kind === 'four-octet-as');
  return capability?.kind === 'four-octet-as' ? capability.as : open.as;
}

/** Decodes the body `bytes[start, end)` of an OPEN; faults are those of RFC 4271 §6.2. */
export function decodeOpen(bytes: Buffer, start: number, end: number): Result<Open, MessageFault> {
  if (end - start < FIXED_LENGTH) return malformed('OPEN is cut short');
  const version = bytes[start]!;
  if (version !== VERSION) {
    return failure(messageFault(2, 1, `BGP version ${version}, expected 4`, Buffer.from([0, VERSION])));
  }
  const as = bytes.readUInt16BE(start + 1);
  // RFC 7607 §2
  if (as === 0) return failure(messageFault(2, 2, 'AS number 0 in OPEN'));
  const identifier = formatIpv4(bytes, start + 5);
  if (identifier === '0.0.0.0') return failure(messageFault(2, 3, 'BGP identifier 0 in OPEN'));
  const holdTime = bytes.readUInt16BE(start + 3);
  if (holdTime === 1 || holdTime === 2) {
    return failure(messageFault(2, 6, `hold time of ${holdTime} s in OPEN, expected 0, or 3 and more`));
  }
  const parameters = decodeParameters(bytes, start + FIXED_LENGTH - 1, end);
  if (!parameters.ok) return parameters;
  return success({ version, as, holdTime, identifier, capabilities: parameters.value });
}

/** The whole message. Each capability is a parameter of its own, in the order given. */
export function encodeOpen(open: Omit<Open, 'version'>): Buffer {
  const fixed = Buffer.alloc(FIXED_LENGTH - 1);
  fixed[0] = VERSION;
  fixed.writeUInt16BE(open.as > 0xffff ? AS_TRANS : open.as, 1);
  fixed.writeUInt16BE(open.holdTime, 3);
  ipAddressBytes(open.identifier).copy(fixed, 5);
  return encodeMessage(MESSAGE.open, fixed, encodeParameters(open.capabilities.map(encodeCapability)));
}

/** RFC 9072 §2 where one byte does not hold the length. */
function encodeParameters(capabilities: readonly Buffer[]): Buffer {
  const short = capabilities.flatMap((value) => [Buffer.from([CAPABILITIES, value.length]), value]);
  const length = short.reduce((sum, part) => sum + part.length, 0);
  const longest = capabilities.reduce((most, { length: size }) => Math.max(most, size), 0);
  if (length <= 255 && longest <= 255) return Buffer.concat([Buffer.from([length]), ...short]);
  const extended = Buffer.concat(
    capabilities.flatMap((value) => [
      Buffer.from([CAPABILITIES, value.length >> 8, value.length & 0xff]),
      value,
    ]),
  );
  const head = Buffer.from([EXTENDED_LENGTH, EXTENDED_LENGTH, 0, 0]);
  head.writeUInt16BE(extended.length, 2);
  return Buffer.concat([head, extended]);
}

/** The optional parameters, whose length stands at `start`, in the form of RFC 4271 or of RFC 9072. */
function decodeParameters(bytes: Buffer, start: number, end: number): Result<Capability[], MessageFault> {
  const extended = bytes[start]! !== 0 && start + 1 < end && bytes[start + 1] === EXTENDED_LENGTH;
  if (extended && start + 4 > end) return malformed('optional parameters of OPEN are cut short');
  const length = extended ? bytes.readUInt16BE(start + 2) : bytes[start]!;
  const lengthSize = extended ? 2 : 1;
  let at = start + (extended ? 4 : 1);
  if (at + length !== end) return malformed('optional parameters of OPEN and its length do not agree');
  const capabilities: Capability[] = [];
  while (at < end) {
    const value = at + 1 + lengthSize;
    if (value > end) return malformed('optional parameter of OPEN is cut short');
    const type = bytes[at]!;
    const next = value + bytes.readUIntBE(at + 1, lengthSize);
    if (next > end) return malformed('optional parameter of OPEN is cut short');
    if (type !== CAPABILITIES) return failure(messageFault(2, 4, `optional parameter ${type} in OPEN`));
    if (!decodeCapabilities(bytes, value, next, capabilities)) return malformed('capability is cut short');
    at = next;
  }
  return success(capabilities);
}

function decodeCapabilities(bytes: Buffer, start: number, end: number, into: Capability[]): boolean {
  let at = start;
  while (at < end) {
    if (at + 2 > end) return false;
    const next = at + 2 + bytes[at + 1]!;
    if (next > end) return false;
    into.push(decodeCapability(bytes[at]!, bytes, at + 2, next));
    at = next;
  }
  return true;
}

function malformed(reason: string): Result<never, MessageFault> {
  return failure(messageFault(2, 0, reason));
}
