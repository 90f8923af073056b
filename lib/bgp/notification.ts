import { encodeMessage, MESSAGE } from './message.ts';

/** A NOTIFICATION (RFC 4271 §4.5): why a session ends. */
export interface Notification {
  readonly code: number;
  readonly subcode: number;
  readonly data: Buffer;
}

/** Subcodes of Cease, code 6 (RFC 4486, RFC 8538 §3.1). */
export const CEASE = {
  code: 6,
  administrativeShutdown: 2,
  peerDeconfigured: 3,
  administrativeReset: 4,
  connectionRejected: 5,
  configurationChange: 6,
  collision: 7,
  hardReset: 9,
} as const;

/** Error code 4 (RFC 4271 §6.5). */
export const HOLD_TIMER_EXPIRED = 4;
/** Error code 5 (RFC 6608). */
export const FINITE_STATE_MACHINE_ERROR = 5;

interface ErrorNames {
  readonly name: string;
  readonly subcodes: readonly (string | undefined)[];
}

/** By code, then by subcode. */
const NAMES: readonly (ErrorNames | undefined)[] = [
  undefined,
  {
    name: 'Message Header Error',
    subcodes: [undefined, 'Connection Not Synchronized', 'Bad Message Length', 'Bad Message Type'],
  },
  {
    name: 'OPEN Message Error',
    subcodes: [
      undefined,
      'Unsupported Version Number',
      'Bad Peer AS',
      'Bad BGP Identifier',
      'Unsupported Optional Parameter',
      undefined,
      'Unacceptable Hold Time',
      'Unsupported Capability',
    ],
  },
  {
    name: 'UPDATE Message Error',
    subcodes: [
      undefined,
      'Malformed Attribute List',
      'Unrecognized Well-known Attribute',
      'Missing Well-known Attribute',
      'Attribute Flags Error',
      'Attribute Length Error',
      'Invalid ORIGIN Attribute',
      undefined,
      'Invalid NEXT_HOP Attribute',
      'Optional Attribute Error',
      'Invalid Network Field',
      'Malformed AS_PATH',
    ],
  },
  { name: 'Hold Timer Expired', subcodes: [] },
  {
    name: 'Finite State Machine Error',
    subcodes: [
      undefined,
      'Unexpected Message in OpenSent',
      'Unexpected Message in OpenConfirm',
      'Unexpected Message in Established',
    ],
  },
  {
    name: 'Cease',
    subcodes: [
      undefined,
      'Maximum Number of Prefixes Reached',
      'Administrative Shutdown',
      'Peer De-configured',
      'Administrative Reset',
      'Connection Rejected',
      'Other Configuration Change',
      'Connection Collision Resolution',
      'Out of Resources',
      'Hard Reset',
      'BFD Down',
    ],
  },
  { name: 'ROUTE-REFRESH Message Error', subcodes: [undefined, 'Invalid Message Length'] },
  { name: 'Send Hold Timer Expired', subcodes: [] },
];

/** Decodes the body `bytes[start, end)`; the framer has seen to its two bytes. The data is a copy. */
export function decodeNotification(bytes: Buffer, start: number, end: number): Notification {
  return {
    code: bytes[start] ?? 0,
    subcode: start + 1 < end ? bytes[start + 1]! : 0,
    data: Buffer.from(bytes.subarray(Math.min(start + 2, end), end)),
  };
}

/** The whole message. */
export function encodeNotification(code: number, subcode: number, data: Buffer = Buffer.alloc(0)): Buffer {
  return encodeMessage(MESSAGE.notification, Buffer.from([code, subcode]), data);
}

/** The data of a Cease that says in words why (RFC 9003 §2); at most 255 bytes of UTF-8, cut between characters. */
export function shutdownCommunication(text: string): Buffer {
  let words = text;
  while (Buffer.byteLength(words) > 255) words = Array.from(words).slice(0, -1).join('');
  return Buffer.concat([Buffer.from([Buffer.byteLength(words)]), Buffer.from(words)]);
}

/** For people: `Cease/Administrative Shutdown`, `Hold Timer Expired`, `Cease/Administrative Reset: upgrade`. */
export function describeNotification({ code, subcode, data }: Notification): string {
  const known = NAMES[code];
  const name = known?.name ?? `Error ${code}`;
  const detail = known?.subcodes[subcode] ?? (subcode === 0 ? undefined : `subcode ${subcode}`);
  const words = code === CEASE.code ? shutdownText(subcode, data) : undefined;
  return `${name}${detail === undefined ? '' : `/${detail}`}${words === undefined ? '' : `: ${words}`}`;
}

/** Control characters do not reach a log or a terminal (RFC 9003 §5). */
function shutdownText(subcode: number, data: Buffer): string | undefined {
  if (subcode !== CEASE.administrativeShutdown && subcode !== CEASE.administrativeReset) return undefined;
  const length = data[0] ?? 0;
  if (length === 0 || length >= data.length) return undefined;
  return data.toString('utf8', 1, 1 + length).replaceAll(/\p{Cc}/gu, ' ');
}
