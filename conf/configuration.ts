import type { ComponentLevel } from '../lib/log-level.ts';
import type { VpnType } from '../lib/vpn/vpn-type.ts';
import { valueText, type Option, type OptionValue } from './option.ts';
import * as daemon from './options/daemon.ts';
import { DATAPLANE_SECTIONS, dataplaneDrivers, dataplaneLocalAddresses } from './options/dataplane.ts';

/** The configuration as the program sees it: checked, complete, and plain values only. */
export interface Configuration {
  /** The files that were read, in the order in which they were. */
  readonly files: readonly string[];
  /** There was no file: everything has its built-in default. */
  readonly usesDefaults: boolean;
  /** What was accepted and yet deserves a word, as sentences for the log. */
  readonly warnings: readonly string[];
  readonly api: { readonly host: string; readonly port: number };
  readonly bgp: BgpConfiguration;
  readonly common: { readonly rootHelper: string; readonly rootHelperDaemon: string | undefined };
  readonly drivers: Readonly<Record<VpnType, DriverConfiguration>>;
  readonly logging: LoggingConfiguration;
}

export interface BgpConfiguration {
  /** IPv4 address; if an interface was named, the address of it. */
  readonly localAddress: string;
  /** IPv4 addresses and host names, as given. */
  readonly peers: readonly string[];
  readonly myAs: number;
  readonly enableRtc: boolean;
  /** TCP port of the peers. */
  readonly bgpPort: number;
}

export interface DriverConfiguration {
  /** The short name: `dummy`, `linux`, `ovs`. */
  readonly driver: string;
  /** The name by which the file calls it. */
  readonly configuredDriver: string;
  /** IPv4 address of the dataplane. */
  readonly localAddress: string;
  /** The same if it was set, undefined if it is that of BGP. */
  readonly configuredLocalAddress: string | undefined;
  /** The options of this driver, by the names that they have in the file. Read them with `driverOption`. */
  readonly options: Readonly<Record<string, OptionValue>>;
}

export interface LoggingConfiguration {
  readonly debug: boolean;
  /** Levels of components that differ from that. */
  readonly levels: readonly ComponentLevel[];
  /** Where the log goes if not to standard output. */
  readonly logFile: string | undefined;
  readonly useJson: boolean;
  /** The name of the option that asks for the log of the system, journal or syslog. */
  readonly systemLog: string | undefined;
}

/** The value of one option of a driver, which must be the driver that was selected. */
export function driverOption<T extends OptionValue>(driver: DriverConfiguration, option: Option<T>): T {
  // The loader has put there what the type of this very option made.
  return (option.name in driver.options ? driver.options[option.name] : option.default) as T;
}

export type ShownValue = string | number | boolean | null | readonly string[];

/** The node `config` of the looking glass: sections as objects, options by name, values typed. */
export function describeConfiguration(
  configuration: Configuration,
): Readonly<Record<string, Readonly<Record<string, ShownValue>>>> {
  const { api, bgp, common, drivers } = configuration;
  return {
    COMMON: {
      [daemon.rootHelper.name]: common.rootHelper,
      [daemon.rootHelperDaemon.name]: shown(common.rootHelperDaemon),
    },
    API: { [daemon.apiHost.name]: api.host, [daemon.apiPort.name]: api.port },
    BGP: {
      [daemon.localAddress.name]: bgp.localAddress,
      [daemon.peers.name]: bgp.peers,
      [daemon.myAs.name]: bgp.myAs,
      [daemon.enableRtc.name]: bgp.enableRtc,
      [daemon.bgpPort.name]: bgp.bgpPort,
    },
    [DATAPLANE_SECTIONS.ipvpn]: describeDriverConfiguration('ipvpn', drivers.ipvpn),
    [DATAPLANE_SECTIONS.evpn]: describeDriverConfiguration('evpn', drivers.evpn),
  };
}

/** One dataplane section; also the member `config` of `vpns/dataplane/drivers/<type>`. */
export function describeDriverConfiguration(
  vpnType: VpnType,
  driver: DriverConfiguration,
): Readonly<Record<string, ShownValue>> {
  return {
    [dataplaneLocalAddresses[vpnType].name]: shown(driver.configuredLocalAddress),
    [dataplaneDrivers[vpnType].name]: driver.configuredDriver,
    ...Object.fromEntries(Object.entries(driver.options).map(([name, value]) => [name, shown(value)])),
  };
}

function shown(value: OptionValue): ShownValue {
  return value ?? null;
}

/** All values at once, for the log at start: `[BGP] my_as = 64512`. */
export function listConfiguration(configuration: Configuration): readonly string[] {
  return Object.entries(describeConfiguration(configuration)).flatMap(([section, options]) =>
    Object.entries(options).map(([name, value]) => `[${section}] ${name} = ${valueText(value ?? undefined)}`),
  );
}
