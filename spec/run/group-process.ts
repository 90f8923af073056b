import { spawn } from 'node:child_process';

/** How a command ended that was given a limited time. */
export interface Ending {
  readonly status: number | null;
  /** Both outputs, in the order in which they came, without colours. */
  readonly output: string;
  readonly seconds: number;
  readonly timedOut: boolean;
}

// eslint-disable-next-line no-control-regex
const COLOURS = /\u001b\[[0-9;]*m/g;

/** Between the request to end and the end by force, in milliseconds; long enough to remove namespaces. */
const GRACE = 10_000;

/** Process groups of the commands that run now: what has to end when we are told to. */
const running = new Set<number>();

/**
 * Runs `command` as the leader of a new process group, which is ended as a whole when it takes more than `timeout`
 * seconds: first asked, so that it can clean up, then by force.
 */
export async function runInGroup(command: readonly string[], timeout: number): Promise<Ending> {
  const started = performance.now();
  const [file, ...words] = command;
  const child = spawn(file!, words, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  const group = child.pid;
  if (group !== undefined) running.add(group);
  const timers = [
    setTimeout(() => signalGroup(group, 'SIGTERM'), timeout * 1000),
    setTimeout(() => signalGroup(group, 'SIGKILL'), timeout * 1000 + GRACE),
  ];
  const status = await new Promise<number | null>((resolve) => {
    // `exit` and not `close`: a process that the group left behind may hold the pipes for ever.
    child.once('exit', resolve);
    child.once('error', (error) => {
      chunks.push(Buffer.from(`${error.message}\n`));
      resolve(null);
    });
  });
  for (const timer of timers) clearTimeout(timer);
  const seconds = (performance.now() - started) / 1000;
  const timedOut = seconds >= timeout;
  if (timedOut) signalGroup(group, 'SIGKILL');
  if (group !== undefined) running.delete(group);
  await drained();
  child.stdout.destroy();
  child.stderr.destroy();
  const output = Buffer.concat(chunks).toString().replaceAll(COLOURS, '');
  return { status, output, seconds, timedOut };
}

/** Asks everything that was started to end. */
export function endAllGroups(): void {
  for (const group of running) signalGroup(group, 'SIGTERM');
}

function signalGroup(group: number | undefined, signal: NodeJS.Signals): void {
  if (group === undefined) return;
  try {
    process.kill(-group, signal);
  } catch {
    // It has ended.
  }
}

/** What a process wrote before its end may still be in the pipes. */
function drained(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 50));
}
