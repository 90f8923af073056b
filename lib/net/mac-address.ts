/**
 * MAC addresses are canonical text inside the program: lower case, colons.
 */
const FORMS = [
  /^[0-9a-f]{1,2}(:[0-9a-f]{1,2}){5}$/,
  /^[0-9a-f]{1,2}(-[0-9a-f]{1,2}){5}$/,
  /^[0-9a-f]{4}(\.[0-9a-f]{4}){2}$/,
  /^[0-9a-f]{12}$/,
];

/** The canonical text of a 48-bit MAC address in colon, dash, dotted or bare form; undefined if it is none. */
export function parseMacAddress(text: string): string | undefined {
  const lower = text.toLowerCase();
  if (!FORMS.some((form) => form.test(lower))) return undefined;
  const groups = lower.split(/[:-]/);
  const digits = groups.length === 6 ? groups.map((group) => group.padStart(2, '0')).join('') : lower;
  return digits.replaceAll('.', '').match(/../g)!.join(':');
}

/** Whether a canonical address is that of one station: not of a group, not all zero. */
export function isUnicast(mac: string): boolean {
  return (parseInt(mac.slice(0, 2), 16) & 1) === 0 && mac !== '00:00:00:00:00:00';
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

export function formatMacAddress(bytes: Uint8Array, offset: number): string {
  let text = HEX[bytes[offset]!]!;
  for (let index = offset + 1; index < offset + 6; index++) text += `:${HEX[bytes[index]!]!}`;
  return text;
}

export function macAddressBytes(mac: string): Buffer {
  return Buffer.from(mac.replaceAll(':', ''), 'hex');
}
