import { success, type Result } from '../../result.ts';
import type { UpdateFault } from '../fault.ts';
import { lengthFault } from './fault.ts';

/** The value of an attribute that is one 32-bit number. */
export function decodeNumberAttribute(
  attribute: string,
  bytes: Buffer,
  start: number,
  end: number,
): Result<number, UpdateFault> {
  return end - start === 4 ? success(bytes.readUInt32BE(start)) : lengthFault(attribute, end - start, '4');
}

export function encodeNumberAttribute(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
