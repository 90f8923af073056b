import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '../../docs/examples');
const ENDING = '.yaml';

/** The path of a scenario file: the words of a path as they are, a name without slash and ending that of an example. */
export function findFile(word: string): string | undefined {
  if (existsSync(word)) return word;
  const example = join(FOLDER, `${word}${ENDING}`);
  return /^[\w-]+$/.test(word) && existsSync(example) ? example : undefined;
}

export interface Example {
  readonly name: string;
  readonly title: string;
  readonly path: string;
}

/** The scenarios that come with the project. */
export function examples(): readonly Example[] {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith(ENDING));
  return names.sort().map((name) => {
    const path = join(FOLDER, name);
    const title = /^title: (.*)$/m.exec(readFileSync(path, 'utf8'))?.[1] ?? '';
    return { name: name.slice(0, -ENDING.length), title, path };
  });
}

/** Whether packets are redirected by what is in their headers, and not by their destination alone. */
export function usesClassifiers({ path }: Example): boolean {
  return /^ +redirect-rts:/m.test(readFileSync(path, 'utf8'));
}
