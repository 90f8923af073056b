import type { CommunityDescriptor } from './descriptor.ts';

/** Tunnel types (RFC 9012 §3.2.1 and the IANA registry) under the names that the looking glass uses. */
export const TUNNEL_TYPE = {
  default: 0,
  l2tpv3: 1,
  gre: 2,
  ipInIp: 7,
  vxlan: 8,
  nvgre: 9,
  mpls: 10,
  vxlanGpe: 12,
  mplsInUdp: 13,
} as const;

const NAMES: Readonly<Record<number, string>> = {
  [TUNNEL_TYPE.default]: 'Default',
  [TUNNEL_TYPE.l2tpv3]: 'L2TPv3',
  [TUNNEL_TYPE.gre]: 'GRE',
  [TUNNEL_TYPE.ipInIp]: 'IP-in-IP',
  [TUNNEL_TYPE.vxlan]: 'VXLAN',
  [TUNNEL_TYPE.nvgre]: 'NVGRE',
  [TUNNEL_TYPE.mpls]: 'MPLS',
  [TUNNEL_TYPE.vxlanGpe]: 'VXLAN-GPE',
  [TUNNEL_TYPE.mplsInUdp]: 'MPLS-in-UDP',
};

/** RFC 9012 §4.1: 03 0c, four reserved bytes, tunnel type (2). */
export const ENCAPSULATION: CommunityDescriptor<'encapsulation'> = {
  kind: 'encapsulation',
  codes: [0x030c],
  decode(bytes, offset) {
    if (bytes.readUInt32BE(offset + 2) !== 0) return undefined;
    return { kind: 'encapsulation', tunnelType: bytes.readUInt16BE(offset + 6) };
  },
  encode: ({ tunnelType }) => Buffer.from([0x03, 0x0c, 0, 0, 0, 0, tunnelType >> 8, tunnelType & 0xff]),
  format: ({ tunnelType }) => `encap:${NAMES[tunnelType] ?? tunnelType}`,
};
