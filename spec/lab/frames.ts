import { ipAddressBytes } from '../../lib/net/ip-address.ts';
import { macAddressBytes } from '../../lib/net/mac-address.ts';

/** Frames that no virtual machine of the laboratory would send by itself. */

export interface Datagram {
  /** MAC and IPv4 address of each. */
  readonly from: readonly [mac: string, ip: string];
  readonly to: readonly [mac: string, ip: string];
  readonly port: number;
}

/** A UDP datagram without content. */
export function udpFrame({ from, to, port }: Datagram): Buffer {
  const header = Buffer.from('4500001c0000000040110000', 'hex');
  const packet = Buffer.concat([header, ipAddressBytes(from[1]), ipAddressBytes(to[1])]);
  packet.writeUInt16BE(checksum(packet), 10);
  const datagram = Buffer.alloc(8);
  datagram.writeUInt16BE(port, 0);
  datagram.writeUInt16BE(port, 2);
  datagram.writeUInt16BE(datagram.length, 4);
  return Buffer.concat([macAddressBytes(to[0]), macAddressBytes(from[0]), type(0x0800), packet, datagram]);
}

/** The packet of the frame behind an MPLS label (RFC 3032 §2.1), the only one, with a TTL of 64. */
export function labelled(frame: Buffer, label: number): Buffer {
  const entry = Buffer.alloc(4);
  entry.writeUInt32BE(label * 0x1000 + 0x100 + 64);
  return Buffer.concat([frame.subarray(0, 12), type(0x8847), entry, frame.subarray(14)]);
}

/** The frame with a VLAN tag. */
export function tagged(frame: Buffer, vlan: number): Buffer {
  return Buffer.concat([frame.subarray(0, 12), type(0x8100), type(vlan), frame.subarray(12)]);
}

function type(value: number): Buffer {
  return Buffer.from([value >>> 8, value & 0xff]);
}

/** RFC 1071. */
function checksum(header: Buffer): number {
  let sum = 0;
  for (let at = 0; at < header.length; at += 2) sum += header.readUInt16BE(at);
  return ~((sum & 0xffff) + (sum >>> 16)) & 0xffff;
}
