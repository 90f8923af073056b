import type { CommunityDescriptor } from './descriptor.ts';

/** RFC 8955 §7.1: 80 06, AS (2), bytes per second as an IEEE single (4). */
export const TRAFFIC_RATE: CommunityDescriptor<'traffic-rate'> = {
  kind: 'traffic-rate',
  codes: [0x8006],
  decode(bytes, offset) {
    const rate = bytes.readFloatBE(offset + 4);
    // There are many NaNs, and none of them is a rate.
    if (Number.isNaN(rate)) return undefined;
    return { kind: 'traffic-rate', as: bytes.readUInt16BE(offset + 2), rate };
  },
  encode: ({ as, rate }) => {
    const bytes = Buffer.from([0x80, 0x06, as >> 8, as & 0xff, 0, 0, 0, 0]);
    bytes.writeFloatBE(rate, 4);
    return bytes;
  },
  format: ({ rate }) => `rate-limit:${Math.trunc(rate)}`,
};
