import { reachableHost } from '../lib/cli/api-url.ts';
import { apiHost, apiPort, rootHelper } from './options/daemon.ts';
import { OptionReader } from './reader.ts';
import { mergeSettings } from './settings.ts';
import { DEFAULT_FILE, readSources } from './sources.ts';

/** The little that the client programs take from the configuration of the daemon. */
export interface ToolSettings {
  readonly apiHost: string;
  readonly apiPort: number;
  readonly rootHelper: string;
}

/**
 * Never fails: a client must work for a user who may not read the file, and on a machine without one. What cannot be
 * read has its default.
 */
export function readToolSettings(files: readonly string[]): ToolSettings {
  const read = readSources({ files, directories: [], defaultFile: DEFAULT_FILE });
  const { settings } = mergeSettings(read.ok ? read.value.contents : []);
  const reader = new OptionReader(settings, undefined, (name) => ({ ok: false, fault: name }));
  return {
    apiHost: reachableHost(reader.read(apiHost)),
    apiPort: reader.read(apiPort),
    rootHelper: reader.read(rootHelper),
  };
}
