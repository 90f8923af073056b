import { messageFault, type MessageFault } from './fault.ts';
import {
  HEADER_LENGTH,
  MAX_MESSAGE_LENGTH,
  MESSAGE,
  MIN_MESSAGE_LENGTH,
  type MessageType,
} from './message.ts';

/** One message: its body is `bytes[start, end)`, valid until the next `push`. */
export interface Frame {
  readonly type: MessageType;
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

export function isFrame(next: Frame | MessageFault | undefined): next is Frame {
  return next !== undefined && 'type' in next;
}

const INITIAL_CAPACITY = 1 << 16;

/**
 * Cuts a byte stream into messages, however the bytes arrive.
 *
 *       0        read          write      capacity
 *      +--------+-------------+----------+
 *      | spent  | not yet read| free     |
 *      +--------+-------------+----------+
 *
 * A chunk is copied once. What is not yet read moves to the front only when that makes at least half of the buffer
 * free, so that the work per byte is constant whatever the sizes of chunks.
 */
export class MessageFramer {
  private bytes = Buffer.allocUnsafe(INITIAL_CAPACITY);
  private read = 0;
  private write = 0;
  private fault: MessageFault | undefined;

  push(chunk: Buffer): void {
    if (this.read === this.write) this.read = this.write = 0;
    if (this.write + chunk.length > this.bytes.length) this.makeRoom(chunk.length);
    chunk.copy(this.bytes, this.write);
    this.write += chunk.length;
  }

  /** The next message; undefined if it is not here yet. After a fault the place is lost: the fault stays. */
  next(): Frame | MessageFault | undefined {
    if (this.fault !== undefined) return this.fault;
    const start = this.read;
    if (this.write - start < HEADER_LENGTH) return undefined;
    this.fault = headerFault(this.bytes, start);
    if (this.fault !== undefined) return this.fault;
    const end = start + this.bytes.readUInt16BE(start + 16);
    if (end > this.write) return undefined;
    this.read = end;
    const type = this.bytes[start + 18]! as MessageType;
    return { type, bytes: this.bytes, start: start + HEADER_LENGTH, end };
  }

  private makeRoom(wanted: number): void {
    const unread = this.write - this.read;
    let capacity = this.bytes.length;
    while (capacity < 2 * unread || capacity - unread < wanted) capacity *= 2;
    const target = capacity === this.bytes.length ? this.bytes : Buffer.allocUnsafe(capacity);
    this.bytes.copy(target, 0, this.read, this.write);
    this.bytes = target;
    this.read = 0;
    this.write = unread;
  }
}

/** RFC 4271 §6.1 */
function headerFault(bytes: Buffer, start: number): MessageFault | undefined {
  for (let at = start; at < start + 16; at++) {
    if (bytes[at] !== 0xff) return messageFault(1, 1, 'the marker of a message is not all ones');
  }
  const length = bytes.readUInt16BE(start + 16);
  const type = bytes[start + 18]!;
  if (length < HEADER_LENGTH || length > MAX_MESSAGE_LENGTH) return badLength(length, type);
  const least = MIN_MESSAGE_LENGTH[type as MessageType] as number | undefined;
  if (least === undefined) {
    return messageFault(1, 3, `message of unknown type ${type}`, Buffer.from([type]));
  }
  if (length < least || (type === MESSAGE.keepalive && length !== least)) return badLength(length, type);
  return undefined;
}

function badLength(length: number, type: number): MessageFault {
  const data = Buffer.from([length >> 8, length & 0xff]);
  return messageFault(1, 2, `message of type ${type} with length ${length}`, data);
}
