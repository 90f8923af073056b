import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * The names of the demo. They are fixed, so that a demo that was kept can be entered, and found again to be removed.
 */
export const PREFIX = 'bagpipe-demo';
export const DIRECTORY = join(tmpdir(), PREFIX);

/** Names of the namespaces that stand. */
export function standingNamespaces(): string[] {
  const list = execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' });
  // `name` or `name (id: 0)`
  const names = list.split('\n').map((line) => line.split(' ')[0]!);
  return names.filter((name) => name.startsWith(`${PREFIX}-`));
}

export function prepareDirectory(): void {
  mkdirSync(DIRECTORY, { recursive: true });
}

/** Ends what runs in the namespaces of the demo and removes them, and its files; false if there was nothing of it. */
export function removeScene(): boolean {
  const names = standingNamespaces();
  const stood = names.length > 0 || existsSync(DIRECTORY);
  for (const name of names) {
    const pids = execFileSync('ip', ['netns', 'pids', name], { encoding: 'utf8' });
    for (const pid of pids.split('\n').filter((line) => line !== '')) end(Number(pid));
    execFileSync('ip', ['netns', 'delete', name]);
  }
  rmSync(DIRECTORY, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  return stood;
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
