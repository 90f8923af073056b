import type { VpnType } from '../../vpn/vpn-type.ts';
import type { Driver } from '../driver.ts';
import { evpnDummy } from './evpn-dummy.ts';
import { evpnLinux } from './evpn-linux.ts';
import { evpnOvs } from './evpn-ovs.ts';
import { ipvpnDummy } from './ipvpn-dummy.ts';
import { ipvpnLinux } from './ipvpn-linux.ts';
import { ipvpnOvs } from './ipvpn-ovs.ts';

/** Every dataplane driver that there is: a new one is a file beside this one and a word here. */
const DRIVERS: readonly Driver[] = [evpnDummy, ipvpnDummy, evpnLinux, evpnOvs, ipvpnLinux, ipvpnOvs];

/** The driver of this VPN type that a configuration calls so, by its name or an alias. */
export function findDriver(vpnType: VpnType, nameOrAlias: string): Driver | undefined {
  return DRIVERS.find(
    (driver) =>
      driver.vpnType === vpnType && (driver.name === nameOrAlias || driver.aliases.includes(nameOrAlias)),
  );
}

/** The names to offer where a configuration names none that is known. */
export function driverNames(vpnType: VpnType): readonly string[] {
  return DRIVERS.filter((driver) => driver.vpnType === vpnType).map((driver) => driver.name);
}
