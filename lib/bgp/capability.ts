import { fromLatin1, latin1 } from './latin1.ts';

/** What a speaker says in OPEN that it can do (RFC 5492). */
export type Capability =
  /** RFC 4760 §8 */
  | { readonly kind: 'multiprotocol'; readonly afi: number; readonly safi: number }
  /** RFC 2918 */
  | { readonly kind: 'route-refresh' }
  /** RFC 4724 §3; seconds */
  | {
      readonly kind: 'graceful-restart';
      readonly restartState: boolean;
      /** RFC 8538: NOTIFICATIONs do not end the retention of routes. */
      readonly notification: boolean;
      readonly restartTime: number;
      readonly families: readonly RestartFamily[];
    }
  /** RFC 6793 §3 */
  | { readonly kind: 'four-octet-as'; readonly as: number }
  /** Any other, or one of the above with a length that makes no sense; `value` is latin1. */
  | { readonly kind: 'unknown'; readonly code: number; readonly value: string };

/** A family whose routes a restarting speaker can keep. */
export interface RestartFamily {
  readonly afi: number;
  readonly safi: number;
  /** Whether forwarding state was kept across the last restart. */
  readonly forwarding: boolean;
}

const MULTIPROTOCOL = 1;
const ROUTE_REFRESH = 2;
const GRACEFUL_RESTART = 64;
const FOUR_OCTET_AS = 65;

/** The capability `code` whose value is `bytes[start, end)`. What does not re-encode to the same bytes is unknown. */
export function decodeCapability(code: number, bytes: Buffer, start: number, end: number): Capability {
  const known = decodeKnown(code, bytes, start, end);
  if (known !== undefined && encodeValue(known).value.equals(bytes.subarray(start, end))) return known;
  return { kind: 'unknown', code, value: latin1(bytes, start, end) };
}

/** Code, length and value. A value has at most 255 bytes. */
export function encodeCapability(capability: Capability): Buffer {
  const { code, value } = encodeValue(capability);
  return Buffer.concat([Buffer.from([code, value.length]), value]);
}

function decodeKnown(code: number, bytes: Buffer, start: number, end: number): Capability | undefined {
  const length = end - start;
  switch (code) {
    case MULTIPROTOCOL:
      if (length !== 4) return undefined;
      return { kind: 'multiprotocol', afi: bytes.readUInt16BE(start), safi: bytes[start + 3]! };
    case ROUTE_REFRESH:
      return { kind: 'route-refresh' };
    case GRACEFUL_RESTART:
      return length >= 2 && length % 4 === 2 ? decodeGracefulRestart(bytes, start, end) : undefined;
    case FOUR_OCTET_AS:
      return length === 4 ? { kind: 'four-octet-as', as: bytes.readUInt32BE(start) } : undefined;
    default:
      return undefined;
  }
}

function decodeGracefulRestart(bytes: Buffer, start: number, end: number): Capability {
  const head = bytes.readUInt16BE(start);
  const families: RestartFamily[] = [];
  for (let at = start + 2; at < end; at += 4) {
    families.push({
      afi: bytes.readUInt16BE(at),
      safi: bytes[at + 2]!,
      forwarding: (bytes[at + 3]! & 0x80) !== 0,
    });
  }
  return {
    kind: 'graceful-restart',
    restartState: (head & 0x8000) !== 0,
    notification: (head & 0x4000) !== 0,
    restartTime: head & 0x0fff,
    families,
  };
}

function encodeValue(capability: Capability): { readonly code: number; readonly value: Buffer } {
  switch (capability.kind) {
    case 'multiprotocol': {
      const value = Buffer.from([capability.afi >> 8, capability.afi & 0xff, 0, capability.safi]);
      return { code: MULTIPROTOCOL, value };
    }
    case 'route-refresh':
      return { code: ROUTE_REFRESH, value: Buffer.alloc(0) };
    case 'graceful-restart': {
      const value = Buffer.alloc(2 + 4 * capability.families.length);
      const flags = (capability.restartState ? 0x8000 : 0) | (capability.notification ? 0x4000 : 0);
      value.writeUInt16BE(flags | (capability.restartTime & 0x0fff));
      capability.families.forEach(({ afi, safi, forwarding }, index) => {
        value.writeUInt16BE(afi, 2 + 4 * index);
        value[4 + 4 * index] = safi;
        value[5 + 4 * index] = forwarding ? 0x80 : 0;
      });
      return { code: GRACEFUL_RESTART, value };
    }
    case 'four-octet-as': {
      const value = Buffer.alloc(4);
      value.writeUInt32BE(capability.as);
      return { code: FOUR_OCTET_AS, value };
    }
    case 'unknown':
      return { code: capability.code, value: fromLatin1(capability.value) };
  }
}
