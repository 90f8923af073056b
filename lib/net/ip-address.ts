import ipaddr from 'ipaddr.js';

/**
 * IP addresses are canonical text inside the program (`10.0.0.1`, `2001:db8::1`), bytes on the wire.
 */

/** Four decimal numbers and three dots: the short forms of inet_aton are refused. */
export function isIpv4(text: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(text) && !/(^|\.)0\d/.test(text);
}

export function isIpv6(text: string): boolean {
  return text.includes(':') && !text.includes('%') && ipaddr.IPv6.isValid(text);
}

/** The canonical text of an IPv4 or IPv6 address (RFC 5952), or undefined if `text` is none. */
export function parseIpAddress(text: string): string | undefined {
  if (isIpv4(text)) return text;
  if (isIpv6(text)) return ipaddr.IPv6.parse(text).toString();
  return undefined;
}

/** The text of the IPv4 address whose four bytes stand at `offset`. */
export function formatIpv4(bytes: Uint8Array, offset: number): string {
  return `${bytes[offset]!}.${bytes[offset + 1]!}.${bytes[offset + 2]!}.${bytes[offset + 3]!}`;
}

/** The text of the IPv6 address whose sixteen bytes stand at `offset`. */
export function formatIpv6(bytes: Uint8Array, offset: number): string {
  return new ipaddr.IPv6(Array.from(bytes.subarray(offset, offset + 16))).toString();
}

/** The four or sixteen bytes of an address in canonical text. */
export function ipAddressBytes(address: string): Buffer {
  return Buffer.from(ipaddr.parse(address).toByteArray());
}

export function ipv4ToNumber(address: string): number {
  return ipAddressBytes(address).readUInt32BE(0);
}

export function numberToIpv4(value: number): string {
  return `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;
}
