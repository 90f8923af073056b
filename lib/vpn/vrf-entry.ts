import { VPNV4 } from '../bgp/family.ts';
import { RD_LENGTH } from '../net/route-distinguisher.ts';
import { LOWER_BYTES, spreadByNextHop, type PreferenceRule } from '../rib/preference.ts';
import type { Route } from '../rib/route.ts';
import type { InstanceSetup } from './instance-kind.ts';

/**
 * The decision in which a route of a VRF is a candidate: its key without the RD, for routes that differ in RD alone
 * compete. That is length and prefix of a VPNv4 route (whose key is length, RD, prefix), the components of a FlowSpec
 * route (RD, components).
 */
export function entryOfRoute({ family, key }: Route): string {
  return family === VPNV4 ? key[0]! + key.slice(1 + RD_LENGTH) : `flow ${key.slice(RD_LENGTH)}`;
}

/** How a VRF chooses among equal routes: it does not where the dataplane takes several (ECMP). */
export function tieBreakOf({
  driver,
  bgpAddress,
  externalId,
}: InstanceSetup): readonly PreferenceRule[] | undefined {
  return driver.ecmp ? undefined : [spreadByNextHop(`${bgpAddress} ${externalId} `), LOWER_BYTES];
}
