import type { Assignment, IniFile } from './ini.ts';
import { valueText, type Option } from './option.ts';
import {
  findOption,
  isKnownSection,
  nearestOption,
  nearestSection,
  OBSOLETE_SECTION,
  sameSection,
} from './schema.ts';

/** What was set, by option: the text as it stands in the file, and where. */
export interface Setting {
  readonly text: string;
  readonly where: string;
}

export type Settings = ReadonlyMap<Option, Setting>;

export interface MergedSettings {
  readonly settings: Settings;
  /** What is set and ignored, and older names, as sentences. */
  readonly warnings: readonly string[];
}

/**
 * Lays the files over each other. A later file wins; inside a file the later line, except that the present name of
 * an option wins over its older ones.
 */
export function mergeSettings(files: readonly IniFile[]): MergedSettings {
  const settings = new Map<Option, Setting>();
  const warnings: string[] = [];
  for (const file of files) {
    for (const section of file.sections) warnings.push(...sectionWarnings(section.name, section.where));
    const underPresentName = new Set<Option>();
    const inThisFile = new Map<Option, Assignment>();
    for (const assignment of file.assignments) {
      const option = findOption(assignment.section, assignment.name);
      if (option === undefined) {
        if (isKnownSection(assignment.section)) warnings.push(unknownOption(assignment));
        continue;
      }
      const older = option.name !== assignment.name;
      if (older) warnings.push(olderName(assignment, option));
      const former = inThisFile.get(option);
      if (former?.name === assignment.name) warnings.push(setAgain(assignment, former));
      inThisFile.set(option, assignment);
      if (older && underPresentName.has(option)) continue;
      if (!older) underPresentName.add(option);
      settings.set(option, { text: assignment.value, where: assignment.where });
    }
  }
  for (const [option, { text, where }] of settings) {
    if (option.noEffect && text !== '' && text.toLowerCase() !== valueText(option.default).toLowerCase()) {
      warnings.push(`${where}: [${option.section}] ${option.name} is accepted and has no effect`);
    }
  }
  return { settings, warnings };
}

function sectionWarnings(name: string, where: string): readonly string[] {
  if (isKnownSection(name)) return [];
  if (sameSection(name, OBSOLETE_SECTION)) {
    return [
      `${where}: the section [${name}] has no effect any more: use [DATAPLANE_DRIVER_IPVPN] and [DATAPLANE_DRIVER_EVPN]`,
    ];
  }
  const near = nearestSection(name);
  const hint = near === undefined ? '' : `: did you mean [${near}]?`;
  return [`${where}: the section [${name}] is unknown, and ignored${hint}`];
}

function unknownOption({ section, name, where }: Assignment): string {
  const near = nearestOption(section, name);
  const hint = near === undefined ? '' : `: did you mean ${near.name}?`;
  return `${where}: [${section}] ${name} is unknown, and ignored${hint}`;
}

function setAgain({ section, name, where }: Assignment, former: Assignment): string {
  return `${where}: [${section}] ${name} is set again: the value of ${former.where} does not count`;
}

function olderName({ section, name, where }: Assignment, option: Option): string {
  return `${where}: [${section}] ${name} is an older name: use ${option.name}`;
}
