import { driverNames } from '../lib/dataplane/drivers/registry.ts';
import type { VpnType } from '../lib/vpn/vpn-type.ts';
import type { Option } from './option.ts';
import { editDistance } from './edit-distance.ts';
import { DAEMON_OPTIONS } from './options/daemon.ts';
import { DATAPLANE_OPTIONS, DATAPLANE_SECTIONS } from './options/dataplane.ts';
import { LOGGING_OPTIONS } from './options/logging.ts';

/**
 * The configuration file as a table. Loader, sample file, `--help` and the looking glass are made from it: an option
 * that is added to one of the lists is known to all of them.
 */
export interface Section {
  readonly name: string;
  readonly help: string;
}

export const SECTIONS: readonly Section[] = [
  { name: 'DEFAULT', help: 'Logging.' },
  { name: 'API', help: 'Where the REST API and the looking glass listen.' },
  { name: 'BGP', help: 'Who we are in BGP, and who our peers are.' },
  { name: 'COMMON', help: 'How commands are run.' },
  { name: DATAPLANE_SECTIONS.ipvpn, help: 'What forwards the packets of IP VPNs.' },
  { name: DATAPLANE_SECTIONS.evpn, help: 'What forwards the packets of E-VPNs.' },
];

/** Older configurations named the drivers in a section of both; it has had no effect since. */
export const OBSOLETE_SECTION = 'DATAPLANE_DRIVER';

export const OPTIONS: readonly Option[] = [...LOGGING_OPTIONS, ...DAEMON_OPTIONS, ...DATAPLANE_OPTIONS];

const VPN_TYPES: readonly VpnType[] = ['ipvpn', 'evpn'];

export function optionsOf(section: string): readonly Option[] {
  return OPTIONS.filter((option) => option.section === section);
}

/**
 * The options that help and samples show: those that have an effect, of dataplanes those whose driver this version has.
 */
export function shownOptions(section: string): readonly Option[] {
  const vpnType = VPN_TYPES.find((type) => DATAPLANE_SECTIONS[type] === section);
  const available = vpnType === undefined ? [] : driverNames(vpnType);
  return optionsOf(section).filter(
    ({ noEffect, drivers }) => !noEffect && (drivers?.some((driver) => available.includes(driver)) ?? true),
  );
}

/** Section names are matched in any case, option names to the letter, older names included: oslo.config does so. */
export function findOption(section: string, name: string): Option | undefined {
  return OPTIONS.find(
    (option) => sameSection(option.section, section) && [option.name, ...option.olderNames].includes(name),
  );
}

/** The option of this section whose name is so near that it may have been meant. */
export function nearestOption(section: string, name: string): Option | undefined {
  const options = OPTIONS.filter((option) => sameSection(option.section, section) && !option.noEffect);
  const near = nearest(
    name.toLowerCase(),
    options.map((option) => option.name),
  );
  return options.find((option) => option.name === near);
}

/** The section whose name is so near that it may have been meant. */
export function nearestSection(name: string): string | undefined {
  return nearest(
    name.toUpperCase(),
    SECTIONS.map((section) => section.name),
  );
}

function nearest(name: string, candidates: readonly string[]): string | undefined {
  const wanted = name.replaceAll('-', '_');
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: editDistance(wanted, candidate) }))
    .filter(({ candidate, distance }) => distance <= Math.max(1, Math.floor(candidate.length / 4)))
    .sort((one, other) => one.distance - other.distance);
  return ranked[0]?.candidate;
}

export function sameSection(one: string, other: string): boolean {
  return one.toUpperCase() === other.toUpperCase();
}

export function isKnownSection(name: string): boolean {
  return SECTIONS.some((section) => sameSection(section.name, name));
}
