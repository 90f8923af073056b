import { createServer, type AddressInfo, type Socket } from 'node:net';
import { failure, success, type Result } from '../lib/result.ts';

/**
 * Not a route reflector, but enough of one for two daemons: joins two TCP connections and passes on, unread, what
 * each side sends, so that each takes the other for its peer.
 *
 *     daemon A ──► ┌──────────┐ ◄── daemon B
 *                  │ A ⇄ B    │ ◄── third: refused
 *                  └──────────┘
 *
 * What the first one sends is kept until the second one is there. When one goes, the other is let go too, and the
 * next two are joined.
 */
export interface FakeReflector {
  readonly port: number;
  readonly stop: () => Promise<void>;
}

export interface FakeReflectorOptions {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Takes a line for the user about each event. */
  readonly say: (line: string) => void;
}

interface Peer {
  readonly socket: Socket;
  readonly address: string;
  readonly kept: Buffer[];
}

export function startFakeReflector(options: FakeReflectorOptions): Promise<Result<FakeReflector, string>> {
  const { say } = options;
  let peers: readonly Peer[] = [];

  function lose(peer: Peer): void {
    if (!peers.includes(peer)) return;
    say(`Lost peer ${peer.address}`);
    const others = peers.filter((other) => other !== peer);
    peers = [];
    for (const other of others) other.socket.destroy();
  }

  function accept(socket: Socket): void {
    const address = (socket.remoteAddress ?? 'unknown').replace(/^::ffff:/, '');
    const peer: Peer = { socket, address, kept: [] };
    // The end of a connection is handled when it closes; without a listener the error would be thrown.
    socket.on('error', () => undefined);
    if (peers.length >= 2) {
      say(`Refused ${address}: there are two peers already`);
      socket.destroy();
      return;
    }
    say(`Got new peer: ${address}`);
    peers = [...peers, peer];
    socket.on('close', () => lose(peer));
    socket.setNoDelay(true);
    const [first, second] = peers;
    if (first === undefined || second === undefined) {
      say(`${address} is first peer, will buffer data until second peer arrives...`);
      socket.on('data', (chunk) => peer.kept.push(chunk));
      return;
    }
    say(`${address} is second peer, sending buffered data...`);
    join(first, second);
    say('now ready');
  }

  const server = createServer(accept);
  return new Promise((settle) => {
    server.once('error', (error) => settle(failure(error.message)));
    server.listen(options.port, options.host, () => {
      const { port } = server.address() as AddressInfo;
      const stop = (): Promise<void> =>
        new Promise((stopped) => {
          server.close(() => stopped());
          for (const { socket } of peers) socket.destroy();
        });
      settle(success({ port, stop }));
    });
  });
}

function join(first: Peer, second: Peer): void {
  first.socket.removeAllListeners('data');
  for (const chunk of first.kept) second.socket.write(chunk);
  first.socket.pipe(second.socket);
  second.socket.pipe(first.socket);
}
