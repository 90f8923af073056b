import type { RouteTarget } from '../../net/route-target.ts';
import type { ExtendedCommunity } from '../community/extended-community.ts';
import type { PmsiTunnel } from './pmsi-tunnel.ts';

/** A run of AS numbers of one AS_PATH (RFC 4271 §4.3). */
export interface AsPathSegment {
  readonly kind: 'set' | 'sequence' | 'confed-sequence' | 'confed-set';
  readonly numbers: readonly number[];
}

/** An attribute that no descriptor knows, kept byte for byte (`value` is latin1). */
export interface UnknownAttribute {
  readonly flags: number;
  readonly code: number;
  readonly value: string;
}

/** The decoded attributes of a route, without MP_REACH and MP_UNREACH; each absent where the wire has none. */
export interface AttributeValues {
  readonly origin?: number;
  readonly asPath?: readonly AsPathSegment[];
  /** NEXT_HOP (RFC 4271 §5.1.3) of IPv4 unicast; our families carry theirs in MP_REACH: `PathAttributes.nextHop`. */
  readonly ipv4NextHop?: string;
  readonly med?: number;
  readonly localPref?: number;
  readonly originatorId?: string;
  readonly clusterList?: readonly string[];
  readonly extendedCommunities?: readonly ExtendedCommunity[];
  readonly pmsiTunnel?: PmsiTunnel;
  readonly unknown?: readonly UnknownAttribute[];
}

/**
 * What a route carries beside its NLRI. Frozen and shared by all routes with the same bytes.
 *
 * `raw` (latin1) is the identity: the next hop, and the wire bytes of the attributes other than MP_REACH and
 * MP_UNREACH. Two sets with the same `raw` are the same.
 */
export interface PathAttributes extends AttributeValues {
  readonly raw: string;
  /** Address text; undefined for FlowSpec. */
  readonly nextHop: string | undefined;
  /** Those among the extended communities, without repetition, in wire order. */
  readonly routeTargets: readonly RouteTarget[];
}
