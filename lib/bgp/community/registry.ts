import { fromLatin1, latin1 } from '../latin1.ts';
import { CONSISTENT_HASH_ORDER } from './consistent-hash-order.ts';
import type { CommunityCode, AnyCommunityDescriptor } from './descriptor.ts';
import { ENCAPSULATION } from './encapsulation.ts';
import type { ExtendedCommunity } from './extended-community.ts';
import { MAC_MOBILITY } from './mac-mobility.ts';
import { REDIRECT_TO_VRF } from './redirect-to-vrf.ts';
import { ROUTE_TARGET_RECORD } from './route-target-record.ts';
import { ROUTE_TARGET } from './route-target.ts';
import { TRAFFIC_RATE } from './traffic-rate.ts';

export const EXTENDED_COMMUNITY_LENGTH = 8;

const DESCRIPTORS: readonly AnyCommunityDescriptor[] = [
  ROUTE_TARGET,
  ROUTE_TARGET_RECORD,
  ENCAPSULATION,
  CONSISTENT_HASH_ORDER,
  MAC_MOBILITY,
  REDIRECT_TO_VRF,
  TRAFFIC_RATE,
];

const BY_CODE: ReadonlyMap<CommunityCode, AnyCommunityDescriptor> = new Map(
  DESCRIPTORS.flatMap((descriptor) => descriptor.codes.map((code) => [code, descriptor] as const)),
);
const BY_KIND: ReadonlyMap<string, AnyCommunityDescriptor> = new Map(
  DESCRIPTORS.map((descriptor) => [descriptor.kind, descriptor] as const),
);

/** The community whose eight bytes stand at `offset`. It encodes to the same bytes: what would not is unknown. */
export function decodeExtendedCommunity(bytes: Buffer, offset: number): ExtendedCommunity {
  const known = BY_CODE.get(bytes.readUInt16BE(offset))?.decode(bytes, offset);
  return known ?? { kind: 'unknown', bytes: latin1(bytes, offset, offset + EXTENDED_COMMUNITY_LENGTH) };
}

/** The eight bytes. */
export function encodeExtendedCommunity(community: ExtendedCommunity): Buffer {
  if (community.kind === 'unknown') return fromLatin1(community.bytes);
  return BY_KIND.get(community.kind)!.encode(community);
}

/** As the looking glass shows it. */
export function formatExtendedCommunity(community: ExtendedCommunity): string {
  if (community.kind === 'unknown') return `0x${fromLatin1(community.bytes).toString('hex').toUpperCase()}`;
  return BY_KIND.get(community.kind)!.format(community);
}
