import type { Direction, VpnType } from '../vpn/vpn-type.ts';

/** What the control plane must know of a dataplane driver. */
export interface Driver {
  readonly vpnType: VpnType;
  /** Its name in the configuration. */
  readonly name: string;
  /** Other names that configurations use for it. */
  readonly aliases: readonly string[];
  /** The class that the looking glass shows, as the original calls it. */
  readonly displayName: string;
  /** Tunnel types (`TUNNEL_TYPE`) that it can send and receive. All but `default` are advertised. */
  readonly encapsulations: readonly number[];
  /** Whether routes that name no encapsulation are taken, to mean the one that is configured (RFC 8365 §5.1.2). */
  readonly acceptsUnspecified: boolean;
  /** Whether traffic for one prefix may be spread over several next hops. */
  readonly ecmp: boolean;
  readonly directions: readonly Direction[];
}
