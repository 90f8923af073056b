import type { CommunityDescriptor } from './descriptor.ts';

const STICKY = 0x01;

/** RFC 7432 §7.7: 06 00, flags (1), reserved (1), sequence number (4). */
export const MAC_MOBILITY: CommunityDescriptor<'mac-mobility'> = {
  kind: 'mac-mobility',
  codes: [0x0600],
  decode(bytes, offset) {
    const flags = bytes[offset + 2]!;
    if ((flags & ~STICKY) !== 0 || bytes[offset + 3] !== 0) return undefined;
    return { kind: 'mac-mobility', sticky: flags === STICKY, sequence: bytes.readUInt32BE(offset + 4) };
  },
  encode: ({ sticky, sequence }) => {
    const bytes = Buffer.from([0x06, 0x00, sticky ? STICKY : 0, 0, 0, 0, 0, 0]);
    bytes.writeUInt32BE(sequence, 4);
    return bytes;
  },
  format: ({ sticky, sequence }) => `mac-mobility:${sequence}${sticky ? ':sticky' : ''}`,
};
