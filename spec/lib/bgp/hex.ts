/**
 * The bytes that `text` spells in hexadecimal. White space divides fields; what follows a `#` on a line is a comment:
 *
 *     hex(`
 *       40 01 01   # ORIGIN
 *       00         # IGP
 *     `)
 */
export function hex(text: string): Buffer {
  const digits = text.replaceAll(/#.*/g, '').replaceAll(/\s/g, '');
  if (!/^([0-9a-f]{2})*$/i.test(digits)) throw new Error(`not hexadecimal: ${text}`);
  return Buffer.from(digits, 'hex');
}

/** As golden files and expectations write bytes. */
export function toHex(bytes: Buffer): string {
  return bytes.toString('hex');
}
