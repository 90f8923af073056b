import type { RouteTarget } from '../../net/route-target.ts';

/** An extended community (RFC 4360), eight bytes on the wire. */
export type ExtendedCommunity =
  /** RFC 4360 §4, RFC 5668 */
  | { readonly kind: 'route-target'; readonly target: RouteTarget }
  /** Loop protection of re-advertised routes: the route targets that a route had before. Same forms as RTs. */
  | { readonly kind: 'route-target-record'; readonly target: RouteTarget }
  /** RFC 9012 §4.1 */
  | { readonly kind: 'encapsulation'; readonly tunnelType: number }
  /** Place of this next hop in consistent hashing (draft-ietf-bess-service-chaining). */
  | { readonly kind: 'consistent-hash-order'; readonly order: number }
  /** RFC 7432 §7.7 */
  | { readonly kind: 'mac-mobility'; readonly sticky: boolean; readonly sequence: number }
  /** RFC 8955 §7.4: look the packet up in the VRF that imports `target` instead. */
  | { readonly kind: 'redirect-to-vrf'; readonly target: RouteTarget }
  /** RFC 8955 §7.1; bytes per second, 0 discards. */
  | { readonly kind: 'traffic-rate'; readonly as: number; readonly rate: number }
  /** Any other; `bytes` is the latin1 string of all eight. */
  | { readonly kind: 'unknown'; readonly bytes: string };
