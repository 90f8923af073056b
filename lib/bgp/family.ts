/** An address family of BGP (RFC 4760): a constant of this module, compared by identity. */
export interface Family {
  readonly afi: number;
  readonly safi: number;
  /** As subscriptions and routes show it. */
  readonly name: string;
  /** As the looking glass lists the families of a session. */
  readonly tuple: string;
}

function family(afi: number, safi: number, afiName: string, safiName: string): Family {
  return { afi, safi, name: `${afiName}/${safiName}`, tuple: `(${afiName}, ${safiName})` };
}

/** RFC 4364 */
export const VPNV4 = family(1, 128, 'ipv4', 'mpls-vpn');
/** RFC 4684 */
export const RTC = family(1, 132, 'ipv4', 'rtc');
/** RFC 8955 §8 */
export const FLOWSPEC_VPNV4 = family(1, 134, 'ipv4', 'flow-vpn');
/** RFC 7432 */
export const EVPN = family(25, 70, 'l2vpn', 'evpn');
/** EVIs subscribe to it; no session carries it yet. */
export const FLOWSPEC_L2VPN = family(25, 134, 'l2vpn', 'flow-vpn');

/** In the order in which OPEN offers them. */
export const SESSION_FAMILIES: readonly Family[] = [VPNV4, RTC, FLOWSPEC_VPNV4, EVPN];
