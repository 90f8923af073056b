import type { Direction, VpnType } from '../vpn/vpn-type.ts';

/** Tunnel types of the Encapsulation extended community (RFC 9012 §4.1; 0 is the original's "default"). */
export const TUNNEL_DEFAULT = 0;
export const TUNNEL_GRE = 2;
export const TUNNEL_VXLAN = 8;
export const TUNNEL_MPLS = 10;

/** What the control plane must know of a dataplane driver. */
export interface Driver {
  readonly vpnType: VpnType;
  /** Its name in the configuration. */
  readonly name: string;
  /** Other names that configurations use for it. */
  readonly aliases: readonly string[];
  /** The class that the looking glass shows, as the original calls it. */
  readonly displayName: string;
  /**
   * Tunnel types that it can send and receive. `TUNNEL_DEFAULT` among them: routes that name no encapsulation are
   * taken too. All others are advertised.
   */
  readonly encapsulations: readonly number[];
  /**
   * Routes that name no encapsulation are taken although `TUNNEL_DEFAULT` is not shown among the encapsulations:
   * then the one that is configured is meant (RFC 8365 §5.1.2).
   */
  readonly acceptsUnspecified: boolean;
  /** Whether traffic for one prefix may be spread over several next hops. */
  readonly ecmp: boolean;
  readonly directions: readonly Direction[];
}
