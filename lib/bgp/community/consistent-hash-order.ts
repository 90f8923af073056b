import type { CommunityDescriptor } from './descriptor.ts';

/** draft-ietf-bess-service-chaining: 03 14, order (4), two reserved bytes. */
export const CONSISTENT_HASH_ORDER: CommunityDescriptor<'consistent-hash-order'> = {
  kind: 'consistent-hash-order',
  codes: [0x0314],
  decode(bytes, offset) {
    if (bytes.readUInt16BE(offset + 6) !== 0) return undefined;
    return { kind: 'consistent-hash-order', order: bytes.readUInt32BE(offset + 2) };
  },
  encode: ({ order }) => {
    const bytes = Buffer.from([0x03, 0x14, 0, 0, 0, 0, 0, 0]);
    bytes.writeUInt32BE(order, 2);
    return bytes;
  },
  format: ({ order }) => `consistentHashSortOrder:${order}`,
};
