import { connect as connectSocket, type Socket } from 'node:net';
import { from } from 'ix/asynciterable';

/** What a connection tells its owner. */
export interface ConnectionEvents {
  readonly connected: () => void;
  /** Bytes have come; the next ones are read when the promise is resolved. */
  readonly received: (chunk: Buffer) => Promise<void>;
  /** After a `write` that answered false: bytes are taken again. */
  readonly writable: () => void;
  /** The connection was lost or could not be made; not told after `close`. */
  readonly disconnected: (reason: string) => void;
}

export interface Connection {
  /** False if the caller should wait for `writable` before it writes more. */
  readonly write: (bytes: Buffer) => boolean;
  /** Sends what was written, then closes. */
  readonly close: () => void;
  /** Resolves when nothing is left of it. */
  readonly closed: Promise<void>;
}

export type Connect = (events: ConnectionEvents) => Connection;

/** Milliseconds until an attempt to connect is given up, and until a peer that does not close its end is cut off. */
const CONNECT_TIMEOUT = 20_000;
const CLOSE_TIMEOUT = 1_000;

/** TCP to a BGP peer. */
export function tcpConnect(options: { host: string; port: number; localAddress: string }): Connect {
  return (events) => {
    const socket = connectSocket({ ...options, noDelay: true, timeout: CONNECT_TIMEOUT });
    let closing = false;
    const lost = (reason: string): void => {
      if (!closing) events.disconnected(reason);
      closing = true;
    };
    socket.on('timeout', () => socket.destroy(new Error('connection timed out')));
    socket.on('connect', () => {
      socket.setTimeout(0);
      events.connected();
    });
    socket.on('drain', () => events.writable());
    void readAll(socket, (chunk) => (closing ? Promise.resolve() : events.received(chunk))).then(lost);
    return {
      write: (bytes) => !socket.destroyed && socket.write(bytes),
      close: () => {
        closing = true;
        socket.end();
        setTimeout(() => socket.destroy(), CLOSE_TIMEOUT).unref();
      },
      closed: new Promise((resolve) => socket.once('close', () => resolve())),
    };
  };
}

/** Pulls chunks until the end; resolves with why it ended. Never rejects. */
async function readAll(socket: Socket, received: (chunk: Buffer) => Promise<void>): Promise<string> {
  try {
    await from(socket as AsyncIterable<Buffer>).forEach((chunk) => received(chunk));
    return 'connection closed by the peer';
  } catch (error) {
    return explain(error as NodeJS.ErrnoException);
  }
}

function explain({ code, message }: NodeJS.ErrnoException): string {
  return code === 'EADDRNOTAVAIL' ? `${message}: no interface of this node has [BGP] local_address` : message;
}
