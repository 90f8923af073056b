import { connect } from 'node:net';

/** Sends `text` as it is over a connection of its own; all that is answered until the server closes. */
export function exchangeRaw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port });
    let answer = '';
    socket.setTimeout(10_000, () => socket.destroy(new Error(`no end of the answer: ${answer}`)));
    socket.on('error', reject);
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    socket.on('close', () => resolve(answer));
    // The side that sends stays open: a client waits for its answer.
    socket.write(text);
  });
}

export interface Answer {
  readonly status: number;
  readonly body: string;
}

export function parseAnswer(answer: string): Answer {
  const [head, ...rest] = answer.split('\r\n\r\n');
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(head!)?.[1]), body: rest.join('\r\n\r\n') };
}
