import type { Path } from './located.ts';

/** What is wrong with a file, and where. */
export interface Fault {
  readonly path: Path;
  readonly message: string;
}

/** Names that would have been right. */
export function expected(names: readonly string[]): string {
  return names.length === 0 ? 'expected none: there is none' : `expected one of: ${names.join(', ')}`;
}
