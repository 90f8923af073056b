import { isUtf8 } from 'node:buffer';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { failure, success, type Result } from '../lib/result.ts';
import type { ConfigurationFault } from './fault.ts';
import { parseIni, type IniFile } from './ini.ts';

export const DEFAULT_FILE = '/etc/bagpipe-bgp/bgp.conf';

export interface FileArguments {
  /** `--config-file`, in order: what a later one says wins. */
  readonly files: readonly string[];
  /** `--config-dir`: the files `*.conf` of each, by name, after the files above. */
  readonly directories: readonly string[];
  /** Read first if no file is given, and it exists. */
  readonly defaultFile?: string;
}

export interface ReadFiles {
  readonly paths: readonly string[];
  readonly contents: readonly IniFile[];
}

/** Reads all files of a configuration, or says all that cannot be read. */
export function readSources(sources: FileArguments): Result<ReadFiles, readonly ConfigurationFault[]> {
  const { files, directories, defaultFile } = sources;
  const faults: ConfigurationFault[] = [];
  const useDefault = files.length === 0 && defaultFile !== undefined && existsSync(defaultFile);
  const paths = useDefault ? [defaultFile] : [...files];
  for (const directory of directories) {
    const names = attempt(directory, 'directory', () => readdirSync(directory));
    if (!names.ok) faults.push(...names.fault);
    else paths.push(...confFiles(names.value).map((name) => join(directory, name)));
  }
  const contents: IniFile[] = [];
  for (const path of paths) {
    const bytes = attempt(path, 'file', () => readFileSync(path));
    const text = bytes.ok ? decodeUtf8(bytes.value, path) : bytes;
    const content = text.ok ? parseIni(text.value, path) : text;
    if (content.ok) contents.push(content.value);
    else faults.push(...content.fault);
  }
  return faults.length > 0 ? failure(faults) : success({ paths, contents });
}

function confFiles(names: readonly string[]): readonly string[] {
  return names.filter((name) => name.endsWith('.conf') && !name.startsWith('.')).sort();
}

/** Bytes of another encoding would turn into characters that nobody wrote. */
function decodeUtf8(bytes: Buffer, path: string): Result<string, readonly ConfigurationFault[]> {
  if (isUtf8(bytes)) return success(bytes.toString());
  let start = 0;
  let line = 1;
  for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, start), line++) {
    if (!isUtf8(bytes.subarray(start, end))) break;
    start = end + 1;
  }
  const message = 'expected text in UTF-8, found bytes that are none';
  return failure([{ code: 'unreadable', where: `${path}:${line}`, message }]);
}

const LINE_FEED = 10;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EACCES: 'may not be read by this user',
  EISDIR: 'is a directory',
  ENOTDIR: 'is not a directory',
};

function attempt<T>(
  path: string,
  kind: 'file' | 'directory',
  read: () => T,
): Result<T, readonly ConfigurationFault[]> {
  try {
    return success(read());
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = REASONS[code ?? ''] ?? `cannot be read: ${message}`;
    return failure([{ code: 'unreadable', where: path, message: `this configuration ${kind} ${reason}` }]);
  }
}
