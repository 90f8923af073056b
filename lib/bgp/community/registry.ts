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

/** The community whose eight bytes stand at `offset`. What would not re-encode to the same bytes is unknown. */
export function decodeExtendedCommunity(bytes: Buffer, offset: number): ExtendedCommunity {
  const descriptor = BY_CODE.get(bytes.readUInt16BE(offset));
  const end = offset + EXTENDED_COMMUNITY_LENGTH;
  if (descriptor !== undefined) {
    const community = descriptor.decode(bytes, offset);
    if (descriptor.encode(community).compare(bytes, offset, end) === 0) return community;
  }
  return { kind: 'unknown', bytes: latin1(bytes, offset, end) };
}

/** The eight bytes. */
export function encodeExtendedCommunity(community: ExtendedCommunity): Buffer {
  if (community.kind === 'unknown') return fromLatin1(community.bytes);
  return BY_KIND.get(community.kind)!.encode(community);
}

/** As the looking glass shows it. */
export function formatExtendedCommunity(community: ExtendedCommunity): string {
  if (community.kind === 'unknown') return `0x${fromLatin1(community.bytes).toString('hex')}`;
  return BY_KIND.get(community.kind)!.format(community);
}
