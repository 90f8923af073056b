import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** What a daemon of ours tells of itself while it is measured. */
export interface Observation {
  /** Bytes in use of the heap of JavaScript. */
  readonly heap: number;
  /** The longest time that the event loop was blocked since the observation before, in milliseconds. */
  readonly blocked: number;
}

export interface Observer {
  readonly observe: () => Promise<Observation>;
  /** After a garbage collection. */
  readonly collect: () => Promise<Observation>;
}

/** The environment with which a Node.js program can be observed, and how. */
export function observer(directory: string): {
  readonly environment: Readonly<Record<string, string>>;
  readonly observer: Observer;
} {
  const socketPath = join(directory, 'observer.sock');
  return {
    environment: {
      NODE_OPTIONS: `--import=${join(import.meta.dirname, 'observer.mjs')}`,
      BENCH_OBSERVER: socketPath,
    },
    observer: { observe: () => ask(socketPath, 'observe'), collect: () => ask(socketPath, 'collect') },
  };
}

async function ask(path: string, word: string): Promise<Observation> {
  const answer = await text(connect(path).end(`${word}\n`));
  if (answer === '') throw new Error(`the daemon was asked to ${word}, and closed without an answer`);
  return JSON.parse(answer) as Observation;
}
