import { success } from '../../result.ts';
import type { ExtendedCommunity } from '../community/extended-community.ts';
import {
  decodeExtendedCommunity,
  encodeExtendedCommunity,
  EXTENDED_COMMUNITY_LENGTH,
  formatExtendedCommunity,
} from '../community/registry.ts';
import { OPTIONAL_TRANSITIVE, type AttributeDescriptor } from './descriptor.ts';
import { lengthFault } from './fault.ts';

/** RFC 4360 §2, RFC 7606 §7.14 */
export const EXTENDED_COMMUNITIES: AttributeDescriptor<'extendedCommunities'> = {
  code: 16,
  name: 'extended-community',
  field: 'extendedCommunities',
  flags: OPTIONAL_TRANSITIVE,
  decode(bytes, start, end) {
    const length = end - start;
    if (length === 0 || length % EXTENDED_COMMUNITY_LENGTH !== 0) {
      return lengthFault('EXTENDED COMMUNITIES', length, 'a multiple of 8');
    }
    const communities: ExtendedCommunity[] = [];
    for (let at = start; at < end; at += EXTENDED_COMMUNITY_LENGTH) {
      communities.push(decodeExtendedCommunity(bytes, at));
    }
    return success(communities);
  },
  encode: (communities) => Buffer.concat(communities.map(encodeExtendedCommunity)),
  format(communities) {
    const texts = communities
      .map((community) => ({ bytes: encodeExtendedCommunity(community), community }))
      .sort((a, b) => Buffer.compare(a.bytes, b.bytes))
      .map(({ community }) => formatExtendedCommunity(community));
    return texts.length === 1 ? texts[0]! : `[ ${texts.join(' ')} ]`;
  },
};
