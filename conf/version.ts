import { existsSync, readFileSync } from 'node:fs';

/** The version in `package.json`, which is one directory further up once the sources have been compiled. */
export function programVersion(): string {
  const candidates = ['../package.json', '../../package.json'];
  const file = candidates.map((path) => new URL(path, import.meta.url)).find((url) => existsSync(url));
  if (file === undefined) return 'unknown';
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string }).version;
}
