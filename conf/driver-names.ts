import { driverNames, findDriver } from '../lib/dataplane/drivers/registry.ts';
import { failure, success, type Result } from '../lib/result.ts';
import type { VpnType } from '../lib/vpn/vpn-type.ts';

/** Where the classes of the original are, in its releases. */
const PACKAGES: Readonly<Record<VpnType, readonly string[]>> = {
  ipvpn: ['bagpipe.bgp.vpn.ipvpn.', 'networking_bagpipe.bagpipe_bgp.vpn.ipvpn.'],
  evpn: ['bagpipe.bgp.vpn.evpn.', 'networking_bagpipe.bagpipe_bgp.vpn.evpn.'],
};

/** The short name of a driver, or a sentence that says which ones can be had. */
export function canonicalDriver(vpnType: VpnType, given: string): Result<string, string> {
  const prefix = PACKAGES[vpnType].find((each) => given.startsWith(each));
  const bare = prefix === undefined ? given : given.slice(prefix.length);
  // What has a prefix is a class name: a short name after it is none.
  const isName = prefix === undefined || bare.includes('Driver');
  const driver = isName ? findDriver(vpnType, bare) : undefined;
  if (driver !== undefined) return success(driver.name);
  return failure(`expected one of ${driverNames(vpnType).join(', ')}`);
}
