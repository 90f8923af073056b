import { ipAddressBytes, ipv4ToNumber, numberToIpv4, parseIpAddress } from './ip-address.ts';

/** An address with a prefix length; `address` may have host bits. */
export interface IpPrefix {
  readonly address: string;
  readonly length: number;
}

/** Parses `a.b.c.d/n`, `x::y/n`, or an address alone, which stands for the host prefix (/32, /128). */
export function parseIpPrefix(text: string): IpPrefix | undefined {
  const slash = text.indexOf('/');
  const address = parseIpAddress(slash < 0 ? text : text.slice(0, slash));
  if (address === undefined) return undefined;
  const longest = address.includes(':') ? 128 : 32;
  if (slash < 0) return { address, length: longest };
  const digits = text.slice(slash + 1);
  const length = Number(digits);
  return /^\d{1,3}$/.test(digits) && length <= longest ? { address, length } : undefined;
}

/** `10.0.0.0/24` for `10.0.0.7/24`: the text of the network, host bits cleared (IPv4). */
export function ipv4Network(prefix: IpPrefix): string {
  const mask = prefix.length === 0 ? 0 : (0xffffffff << (32 - prefix.length)) >>> 0;
  return `${numberToIpv4((ipv4ToNumber(prefix.address) & mask) >>> 0)}/${prefix.length}`;
}

/** The bytes of the address that a prefix of this length needs on the wire. */
export function prefixBytes(prefix: IpPrefix): Buffer {
  const bytes = ipAddressBytes(prefix.address).subarray(0, (prefix.length + 7) >> 3);
  const spare = bytes.length * 8 - prefix.length;
  if (spare > 0) bytes[bytes.length - 1]! &= 0xff << spare;
  return bytes;
}
