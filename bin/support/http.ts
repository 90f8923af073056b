import { request as send } from 'node:http';
import { failure, success, type Result } from '../../lib/result.ts';

export interface Answer {
  readonly status: number;
  /** The phrase after the status. */
  readonly reason: string;
  readonly body: string;
}

/** Why there is no answer: nobody listens there, or somebody who does not answer. */
export interface NoAnswer {
  readonly code: 'unreachable' | 'silent';
  readonly message: string;
}

export interface Request {
  readonly url: string;
  /** What is posted, as JSON; undefined: nothing is, it is a GET. */
  readonly body?: unknown;
  /** In seconds, for all of the answer. */
  readonly patience: number;
}

/**
 * One request to a daemon, without any proxy. Fails only if there is no answer. The `fetch` of Node.js is not used:
 * of a server that closes the connection at once it does not tell.
 */
export function request({ url, body, patience }: Request): Promise<Result<Answer, NoAnswer>> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const contentHeaders =
    text === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
  return new Promise((settle) => {
    let connected = false;
    const outgoing = send(
      url,
      {
        method: text === undefined ? 'GET' : 'POST',
        headers: { accept: 'application/json', ...contentHeaders },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', (error) => end(failure(noAnswer(error, connected))));
        response.on('end', () => {
          const { statusCode: status = 0, statusMessage: reason = '' } = response;
          end(success({ status, reason, body: Buffer.concat(chunks).toString() }));
        });
      },
    );
    const end = (result: Result<Answer, NoAnswer>): void => {
      clearTimeout(timer);
      settle(result);
    };
    const timer = setTimeout(() => {
      end(failure({ code: 'silent', message: `nothing within ${patience} s` }));
      outgoing.destroy();
    }, patience * 1000);
    outgoing.on('socket', (socket) => {
      // A connection that is used again is one already.
      if (socket.connecting) socket.once('connect', () => (connected = true));
      else connected = true;
    });
    outgoing.on('error', (error) => end(failure(noAnswer(error, connected))));
    outgoing.end(text);
  });
}

const IS_IT_OURS = 'is this the API port of bagpipe-bgp?';

function noAnswer(error: NodeJS.ErrnoException, connected: boolean): NoAnswer {
  // An address family at a time was tried; the first failure is as good as any.
  const first = error instanceof AggregateError ? (error.errors as NodeJS.ErrnoException[])[0]! : error;
  if (first.code === 'ECONNRESET' || first.code === 'EPIPE') {
    return { code: 'silent', message: `the server closed the connection; ${IS_IT_OURS}` };
  }
  if (!connected) return { code: 'unreachable', message: first.message };
  return { code: 'silent', message: `${first.message}; ${IS_IT_OURS}` };
}
