import { formatIpv4, ipAddressBytes } from '../../net/ip-address.ts';
import { success } from '../../result.ts';
import { OPTIONAL_NON_TRANSITIVE, type AttributeDescriptor } from './descriptor.ts';
import { lengthFault } from './fault.ts';

/** RFC 4456 §8, RFC 7606 §7.10 */
export const CLUSTER_LIST: AttributeDescriptor<'clusterList'> = {
  code: 10,
  name: 'cluster-list',
  field: 'clusterList',
  flags: OPTIONAL_NON_TRANSITIVE,
  decode(bytes, start, end) {
    const length = end - start;
    if (length === 0 || length % 4 !== 0) return lengthFault('CLUSTER_LIST', length, 'a multiple of 4');
    const clusters: string[] = [];
    for (let at = start; at < end; at += 4) clusters.push(formatIpv4(bytes, at));
    return success(clusters);
  },
  encode: (clusters) => Buffer.concat(clusters.map(ipAddressBytes)),
  format: (clusters) => `[ ${clusters.join(' ')} ]`,
};
