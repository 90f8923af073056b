import { isAbsolute, join } from 'node:path';
import { COMPONENTS, foreignComponents, parseComponentLevel, type ComponentLevel } from '../lib/log-level.ts';
import { failure, success, type Result } from '../lib/result.ts';
import type { VpnType } from '../lib/vpn/vpn-type.ts';
import type { Configuration, DriverConfiguration, LoggingConfiguration } from './configuration.ts';
import { checkDriverOptions } from './driver-checks.ts';
import { canonicalDriver } from './driver-names.ts';
import type { ConfigurationFault } from './fault.ts';
import type { IniFile } from './ini.ts';
import type { InterfaceAddress } from './interface-address.ts';
import * as daemon from './options/daemon.ts';
import { DATAPLANE_SECTIONS, dataplaneDrivers, dataplaneLocalAddresses } from './options/dataplane.ts';
import { debug, logDir, logFile, logLevels, useJournal, useJson, useSyslog } from './options/logging.ts';
import { OptionReader } from './reader.ts';
import { optionsOf } from './schema.ts';
import { mergeSettings } from './settings.ts';
import { readSources, type FileArguments } from './sources.ts';

export interface ConfigurationSources extends FileArguments {
  /** Options of the section [DEFAULT] that were given on the command line, by name. They win over every file. */
  readonly overrides?: Readonly<Record<string, string>>;
  readonly interfaceAddress: InterfaceAddress;
}

/** Reads, checks and completes the configuration: all of it, or everything that is wrong with it. */
export function loadConfiguration(
  sources: ConfigurationSources,
): Result<Configuration, readonly ConfigurationFault[]> {
  const read = readSources(sources);
  if (!read.ok) return read;
  const { paths, contents } = read.value;
  const usesDefaults = paths.length === 0 && sources.directories.length === 0;
  const { settings, warnings } = mergeSettings([...contents, commandLine(sources.overrides ?? {})]);
  const lookedIn = [...paths, ...sources.directories].join(', ');
  const reader = new OptionReader(settings, usesDefaults ? undefined : lookedIn, sources.interfaceAddress);

  const localAddress = reader.readAddress(daemon.localAddress);
  const peers = reader.read(daemon.peers);
  const repeated = firstRepeated(peers);
  if (repeated !== undefined) reader.refuse(daemon.peers, `${repeated} is there more than once`);
  const logging = readLogging(reader);
  const ipvpn = readDriver(reader, 'ipvpn', localAddress);
  const evpn = readDriver(reader, 'evpn', localAddress);
  const configuration: Configuration = {
    files: paths,
    usesDefaults,
    warnings: [...warnings, ...logging.warnings, ...ipvpn.warnings, ...evpn.warnings],
    api: { host: reader.read(daemon.apiHost), port: reader.read(daemon.apiPort) },
    bgp: {
      localAddress,
      peers,
      myAs: reader.read(daemon.myAs),
      enableRtc: reader.read(daemon.enableRtc),
      bgpPort: reader.read(daemon.bgpPort),
    },
    common: {
      rootHelper: reader.read(daemon.rootHelper),
      rootHelperDaemon: reader.read(daemon.rootHelperDaemon),
    },
    drivers: { ipvpn: ipvpn.driver, evpn: evpn.driver },
    logging: logging.logging,
  };
  return reader.faults.length > 0 ? failure(inLineOrder(reader.faults, paths)) : success(configuration);
}

/** As a user goes through the files: by file and line; then what is in none. */
function inLineOrder(
  faults: readonly ConfigurationFault[],
  paths: readonly string[],
): readonly ConfigurationFault[] {
  const place = ({ where }: ConfigurationFault): readonly [file: number, line: number] => {
    const [, path, line] = /^(.*):(\d+)$/s.exec(where) ?? [];
    const file = path === undefined ? -1 : paths.indexOf(path);
    return file < 0 ? [paths.length, 0] : [file, Number(line)];
  };
  return faults.toSorted((one, other) => {
    const [file, line] = place(one);
    const [otherFile, otherLine] = place(other);
    return file - otherFile || line - otherLine;
  });
}

/** Host names are the same in any case. */
function firstRepeated(peers: readonly string[]): string | undefined {
  const names = peers.map((peer) => peer.toLowerCase());
  return peers.find((_, index) => names.indexOf(names[index]!) < index);
}

function commandLine(overrides: Readonly<Record<string, string>>): IniFile {
  const where = 'command line';
  const assignments = Object.entries(overrides).map(([name, value]) => ({
    section: 'DEFAULT',
    name,
    value,
    where,
  }));
  return { sections: [], assignments };
}

function readDriver(
  reader: OptionReader,
  vpnType: VpnType,
  bgpAddress: string,
): { readonly driver: DriverConfiguration; readonly warnings: readonly string[] } {
  const configuredDriver = reader.read(dataplaneDrivers[vpnType]);
  const canonical = canonicalDriver(vpnType, configuredDriver);
  const driver = canonical.ok ? canonical.value : reader.refuse(dataplaneDrivers[vpnType], canonical.fault);
  const configuredLocalAddress = reader.readAddress(dataplaneLocalAddresses[vpnType]);
  // Only what the selected driver reads is looked at: leftovers of another one may be wrong.
  const options = optionsOf(DATAPLANE_SECTIONS[vpnType]).filter(({ drivers }) => drivers?.includes(driver));
  const known = reader.faults.length;
  const values = Object.fromEntries(options.map((option) => [option.name, reader.read(option)]));
  const areRight = reader.faults.length === known;
  const configuration: DriverConfiguration = {
    driver,
    configuredDriver,
    localAddress: configuredLocalAddress ?? bgpAddress,
    configuredLocalAddress,
    options: values,
  };
  const warnings = areRight ? checkDriverOptions(reader, vpnType, configuration) : [];
  return { driver: configuration, warnings };
}

function readLogging(reader: OptionReader): {
  readonly logging: LoggingConfiguration;
  readonly warnings: readonly string[];
} {
  const warnings: string[] = [];
  const directory = reader.read(logDir);
  let file = reader.read(logFile) ?? (directory === undefined ? undefined : 'bagpipe-bgp.log');
  if (file?.endsWith('.conf') === true) {
    // Long ago this option named a file of logging settings; writing a log into that would destroy it.
    warnings.push(`[DEFAULT] log_file = ${file} looks like a configuration file, and is ignored`);
    file = undefined;
  }
  if (file !== undefined && directory !== undefined && !isAbsolute(file)) file = join(directory, file);
  const levels = reader.read(logLevels).map((item) => parseComponentLevel(item)!);
  warnings.push(...foreignWarning(levels));
  const [systemLog] = [useJournal, useSyslog].filter((option) => reader.read(option)).map(({ name }) => name);
  const logging = {
    debug: reader.read(debug),
    levels,
    logFile: file,
    useJson: reader.read(useJson),
    systemLog,
  };
  return { logging, warnings };
}

/** As many names as a warning can have and still be read. */
const NAMED_COMPONENTS = 3;

/** Those of the Python daemon name its loggers: a file that has them is not wrong. */
function foreignWarning(levels: readonly ComponentLevel[]): readonly string[] {
  const foreign = foreignComponents(levels);
  if (foreign.length === 0) return [];
  const named = foreign.slice(0, NAMED_COMPONENTS).join(', ');
  const rest = foreign.length > NAMED_COMPONENTS ? ` and ${foreign.length - NAMED_COMPONENTS} more` : '';
  const consequence = `without effect (they begin with ${COMPONENTS.join(', ')})`;
  return [`[DEFAULT] ${logLevels.name}: no part of this program is called ${named}${rest}: ${consequence}`];
}
