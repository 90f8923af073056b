import type { Configuration } from '../../conf/configuration.ts';
import { loadConfiguration } from '../../conf/load.ts';
import { failure } from '../../lib/result.ts';
import { sinkSettings } from '../../streams/sinks/options.ts';

/** What the program does without any configuration file. */
export function defaultConfiguration(): Configuration {
  const configuration = loadConfiguration({
    files: [],
    directories: [],
    interfaceAddress: () => failure('none'),
  });
  if (!configuration.ok) throw new Error('the defaults are not valid');
  return configuration.value;
}

export const DEFAULT_SETTINGS = sinkSettings(defaultConfiguration());
