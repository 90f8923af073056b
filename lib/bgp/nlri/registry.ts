import {
  EVPN,
  FLOWSPEC_L2VPN,
  FLOWSPEC_VPNV4,
  RTC,
  SESSION_FAMILIES,
  VPNV4,
  type Family,
} from '../family.ts';
import { EVPN_NLRI } from './evpn.ts';
import { FLOWSPEC_VPNV4_NLRI, flowspecCodec } from './flowspec-vpnv4.ts';
import type { NlriCodec } from './nlri.ts';
import { RTC_NLRI } from './rtc.ts';
import { VPNV4_NLRI } from './vpnv4.ts';

const CODECS: ReadonlyMap<Family, NlriCodec> = new Map([
  [VPNV4, VPNV4_NLRI],
  [RTC, RTC_NLRI],
  [FLOWSPEC_VPNV4, FLOWSPEC_VPNV4_NLRI],
  [EVPN, EVPN_NLRI],
  [FLOWSPEC_L2VPN, flowspecCodec(FLOWSPEC_L2VPN)],
]);

/** A family is a constant of `family.ts`, and each has its codec here. */
export function nlriCodec(family: Family): NlriCodec {
  return CODECS.get(family)!;
}

/** The family that a session can carry under these numbers, if there is one. */
export function familyOf(afi: number, safi: number): Family | undefined {
  return SESSION_FAMILIES.find((family) => family.afi === afi && family.safi === safi);
}
