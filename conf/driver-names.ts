import { driverNames, findDriver } from '../lib/dataplane/drivers/registry.ts';
import { failure, success, type Result } from '../lib/result.ts';
import type { VpnType } from '../lib/vpn/vpn-type.ts';

/**
 * Drivers that configurations of the original may name, with their class names of earlier releases. A name that the
 * registry of drivers does not know, and this table does, is not a mistake of the user but a lack of ours.
 */
const DRIVERS_OF_THE_ORIGINAL: Readonly<Record<VpnType, Readonly<Record<string, readonly string[]>>>> = {
  ipvpn: { linux: ['mpls_linux_dataplane.MPLSLinuxDataplaneDriver'] },
  evpn: {},
};

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
  const choices = `expected one of ${driverNames(vpnType).join(', ')}`;
  for (const [name, classNames] of Object.entries(DRIVERS_OF_THE_ORIGINAL[vpnType])) {
    if (given !== name && !classNames.includes(bare)) continue;
    return failure(`the ${vpnType} driver "${name}" is not available in this version: ${choices}`);
  }
  return failure(choices);
}
