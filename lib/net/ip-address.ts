import ipaddr from 'ipaddr.js';

const DOT = 46;
const ZERO = 48;

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

/** Whether an address in canonical text is one that a single host can have: not unspecified, multicast or reserved. */
export function isHostAddress(address: string): boolean {
  if (address.includes(':')) return address !== '::' && !/^ff/.test(address);
  const first = ipv4ToNumber(address) >>> 24;
  return first > 0 && first < 224;
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
  if (address.includes(':')) return Buffer.from(ipaddr.parse(address).toByteArray());
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(ipv4ToNumber(address));
  return bytes;
}

/** The address as a number of 32 bits; `address` is canonical text. */
export function ipv4ToNumber(address: string): number {
  let number = 0;
  let octet = 0;
  for (let index = 0; index < address.length; index++) {
    const code = address.charCodeAt(index);
    if (code === DOT) {
      number = number * 256 + octet;
      octet = 0;
    } else {
      octet = octet * 10 + code - ZERO;
    }
  }
  return number * 256 + octet;
}

export function numberToIpv4(value: number): string {
  return `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;
}
