import type { ExtendedCommunity } from './extended-community.ts';

/** The extended communities of one kind. */
export type CommunityOf<K extends ExtendedCommunity['kind']> = Extract<ExtendedCommunity, { kind: K }>;

/** The first two bytes of an extended community, as one number: type in the upper one, subtype in the lower. */
export type CommunityCode = number;

/** A descriptor of which only the registry knows that it fits the community at hand. */
export interface AnyCommunityDescriptor {
  readonly kind: ExtendedCommunity['kind'];
  readonly codes: readonly CommunityCode[];
  decode(bytes: Buffer, offset: number): ExtendedCommunity | undefined;
  encode(community: ExtendedCommunity): Buffer;
  format(community: ExtendedCommunity): string;
}

/** What there is to know about one kind of extended community; entered in `registry.ts`. */
export interface CommunityDescriptor<K extends ExtendedCommunity['kind']> extends AnyCommunityDescriptor {
  readonly kind: K;
  /** The community whose eight bytes stand at `offset`; undefined if they say more than the value can hold. */
  decode(bytes: Buffer, offset: number): CommunityOf<K> | undefined;
  /** The eight bytes. */
  encode(community: CommunityOf<K>): Buffer;
  /** As the looking glass shows it. */
  format(community: CommunityOf<K>): string;
}
