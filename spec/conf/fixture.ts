import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Configuration } from '../../conf/configuration.ts';
import { formatConfigurationFault } from '../../conf/fault.ts';
import { loadConfiguration, type ConfigurationSources } from '../../conf/load.ts';
import { failure, success } from '../../lib/result.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

export const DIRECTORY = temporaryDirectory().path;
let count = 0;

/** The path of a new file with this text. */
export function file(text: string, name = `f${count++}.conf`): string {
  const path = join(DIRECTORY, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

/** The least that a file must say. */
export const MINIMUM = '[BGP]\nlocal_address = 192.0.2.1\nmy_as = 64512\n';

/** A node with one interface that has an address, and one that has none. */
export function load(sources: Partial<ConfigurationSources>): ReturnType<typeof loadConfiguration> {
  return loadConfiguration({
    files: [],
    directories: [],
    interfaceAddress: (name) => {
      if (name === 'eth0') return success('192.0.2.10');
      return failure(
        name === 'eth1' ? 'no IPv4 address found on interface eth1' : `interface ${name} does not exist`,
      );
    },
    ...sources,
  });
}

/** Loads one file with this text; throws if it is refused. */
export function loaded(text: string, sources: Partial<ConfigurationSources> = {}): Configuration {
  const result = load({ files: [file(text)], ...sources });
  if (!result.ok) throw new Error(result.fault.map(formatConfigurationFault).join('\n'));
  return result.value;
}

/** The messages on one file with this text, the path written as `f`. */
export function faults(text: string, sources: Partial<ConfigurationSources> = {}): readonly string[] {
  const path = file(text);
  const result = load({ files: [path], ...sources });
  return result.ok ? [] : result.fault.map((fault) => formatConfigurationFault(fault).replaceAll(path, 'f'));
}

/** The warnings on one file with this text, likewise. */
export function warnings(text: string): readonly string[] {
  const path = file(text);
  const result = load({ files: [path] });
  if (!result.ok) throw new Error(result.fault.map(formatConfigurationFault).join('\n'));
  return result.value.warnings.map((warning) => warning.replaceAll(path, 'f'));
}
