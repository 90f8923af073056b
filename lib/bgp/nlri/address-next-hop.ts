import { formatIpv4, formatIpv6, ipAddressBytes } from '../../net/ip-address.ts';
import type { Family } from '../family.ts';
import type { UpdateFault } from '../fault.ts';
import { nextHopFault } from './fault.ts';
import type { NlriCodec } from './nlri.ts';

/** The next hop of families where it is an address and nothing else: 4 or 16 bytes. */
export function addressNextHop(family: Family): Pick<NlriCodec, 'decodeNextHop' | 'encodeNextHop'> {
  return {
    decodeNextHop(bytes: Buffer, start: number, end: number): string | UpdateFault {
      if (end - start === 4) return formatIpv4(bytes, start);
      if (end - start === 16) return formatIpv6(bytes, start);
      return nextHopFault(family, end - start);
    },
    encodeNextHop: (nextHop) => (nextHop === undefined ? Buffer.alloc(0) : ipAddressBytes(nextHop)),
  };
}
