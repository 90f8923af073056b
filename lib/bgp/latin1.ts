/**
 * Byte strings that live long (keys, payloads, raw attributes) are latin1 strings: one byte each in memory, compared
 * and hashed by the engine, and no view that keeps a receive buffer alive.
 */

/** `toString('latin1')` without its dispatch; Node has the method, its type package does not. */
interface Latin1Buffer extends Buffer {
  latin1Slice(start: number, end: number): string;
}

export function latin1(bytes: Buffer, start: number, end: number): string {
  return (bytes as Latin1Buffer).latin1Slice(start, end);
}

export function fromLatin1(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}
