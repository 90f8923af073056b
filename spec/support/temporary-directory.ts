import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atExit } from './at-exit.ts';

export interface TemporaryDirectory {
  readonly path: string;
  readonly remove: () => void;
}

/**
 * A new directory that is removed with its contents at the end of the process at the latest. Names are short because
 * the path of a Unix socket has 107 bytes at most.
 */
export function temporaryDirectory(): TemporaryDirectory {
  const path = mkdtempSync(join(tmpdir(), 'bagpipe-'));
  // A process that was killed just now may still be writing.
  const remove = (): void => rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  return { path, remove: atExit(remove) };
}
