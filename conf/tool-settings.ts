import { reachableHost } from '../lib/cli/api-url.ts';
import { failure, success, type Result } from '../lib/result.ts';
import type { ConfigurationFault } from './fault.ts';
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
 * Files that are named must be readable, and right in what is read of them. The default file need not: a client must
 * work for a user who may not read it, and on a machine without one; what cannot be read has its default.
 */
export function readToolSettings(
  files: readonly string[],
): Result<ToolSettings, readonly ConfigurationFault[]> {
  const named = files.length > 0;
  const read = readSources({ files, directories: [], defaultFile: DEFAULT_FILE });
  if (!read.ok && named) return read;
  const { settings } = mergeSettings(read.ok ? read.value.contents : []);
  const reader = new OptionReader(settings, undefined, (name) => ({ ok: false, fault: name }));
  const values = {
    apiHost: reachableHost(reader.read(apiHost)),
    apiPort: reader.read(apiPort),
    rootHelper: reader.read(rootHelper),
  };
  return named && reader.faults.length > 0 ? failure(reader.faults) : success(values);
}
