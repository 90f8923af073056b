import { VXLAN_PORT } from '../lib/dataplane/ovs-ipvpn/pipeline.ts';
import { bareInterface } from '../lib/dataplane/ovs-ipvpn/settings.ts';
import type { VpnType } from '../lib/vpn/vpn-type.ts';
import { driverOption, type DriverConfiguration } from './configuration.ts';
import {
  arpResponder,
  greTunnel,
  greTunnelOptions,
  inputTable,
  mplsInterface,
  mplsOverGre,
  ovsbrInterfacesMtu,
  ovsTableIdStart,
  proxyArp,
  vxlanEncap,
} from './options/dataplane.ts';
import type { OptionReader } from './reader.ts';

/** The largest MTU with which Open vSwitch in user space is known to work; with 65535 it corrupts packets. */
const LARGEST_MTU = 9000;

/**
 * What the options of a driver, each of which is right, say of each other. What cannot be is refused by way of `reader`;
 * what is accepted and yet deserves a word is returned, as sentences for the log.
 */
export function checkDriverOptions(
  reader: OptionReader,
  vpnType: VpnType,
  driver: DriverConfiguration,
): readonly string[] {
  if (vpnType !== 'ipvpn') return [];
  if (driver.driver === 'linux') return loneNodeWarning(driver);
  if (driver.driver !== 'ovs') return [];
  checkTables(reader, driver);
  checkUdp(reader, driver);
  checkGre(reader, driver);
  checkTunnels(reader, driver);
  return [...proxyArpWarning(driver), ...mtuWarning(driver)];
}

function loneNodeWarning(driver: DriverConfiguration): readonly string[] {
  if (driverOption(driver, mplsInterface) !== undefined) return [];
  const { section, name } = mplsInterface;
  return [`[${section}] ${name} is not set: VRFs of this node reach each other, but no other node`];
}

/** Open vSwitch has no MPLS over UDP. */
function checkUdp(reader: OptionReader, driver: DriverConfiguration): void {
  if (driverOption(driver, mplsInterface) !== '*udp*') return;
  reader.refuse(mplsInterface, 'expected the name of an interface, or *gre*, with driver ovs');
}

/** The driver takes two tables, one after the other, beside that in which packets enter. */
function checkTables(reader: OptionReader, driver: DriverConfiguration): void {
  const input = driverOption(driver, inputTable);
  const start = driverOption(driver, ovsTableIdStart);
  if (input !== start && input !== start + 1) return;
  // Of the two, that which somebody has chosen.
  if (input === inputTable.default) {
    reader.refuse(ovsTableIdStart, `expected a table that is not ${inputTable.name} (${input})`);
    return;
  }
  const taken = `${ovsTableIdStart.name} (${start}) and not the one after it`;
  reader.refuse(inputTable, `expected a table that is not ${taken}`);
}

/** Without GRE, MPLS needs an interface to leave by. */
function checkGre(reader: OptionReader, driver: DriverConfiguration): void {
  if (driverOption(driver, mplsOverGre) !== 'False') return;
  const name = driverOption(driver, mplsInterface);
  if (name !== undefined && name !== '*gre*') return;
  const given = name ?? 'not set';
  reader.refuse(
    mplsOverGre,
    `expected auto or True, or an interface as ${mplsInterface.name} (which is ${given})`,
  );
}

/** The port of MPLS and that of VXLAN are two, each of which leads to every node. */
function checkTunnels(reader: OptionReader, driver: DriverConfiguration): void {
  const bare = bareInterface({
    mplsInterface: driverOption(driver, mplsInterface),
    mplsOverGre: driverOption(driver, mplsOverGre),
  });
  if (driverOption(driver, vxlanEncap) && (bare ?? driverOption(driver, greTunnel)) === VXLAN_PORT) {
    const expected = `expected a port that is not ${VXLAN_PORT}, which is that of ${vxlanEncap.name}`;
    if (bare === undefined) reader.refuse(greTunnel, expected);
    else reader.refuse(mplsInterface, expected);
  }
  if (bare !== undefined) return;
  const remote = driverOption(driver, greTunnelOptions).find(
    (option) => option.startsWith('remote_ip=') && option !== 'remote_ip=flow',
  );
  if (remote === undefined) return;
  reader.refuse(
    greTunnelOptions,
    `${remote}: expected remote_ip=flow, or none: the port leads to every node`,
  );
}

function mtuWarning(driver: DriverConfiguration): readonly string[] {
  const mtu = driverOption(driver, ovsbrInterfacesMtu);
  if (mtu === undefined || mtu <= LARGEST_MTU) return [];
  const { section, name } = ovsbrInterfacesMtu;
  return [
    `[${section}] ${name} is above ${LARGEST_MTU}: Open vSwitch in user space may corrupt packets of such interfaces`,
  ];
}

function proxyArpWarning(driver: DriverConfiguration): readonly string[] {
  if (!driverOption(driver, proxyArp) || driverOption(driver, arpResponder)) return [];
  return [`[${proxyArp.section}] ${proxyArp.name} has no effect without ${arpResponder.name}`];
}
