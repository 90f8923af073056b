import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { KEEPALIVE, vpnv4Open } from './vpnv4-updates.ts';

/** A BGP speaker that waits for a client and then sends it messages as fast as the socket takes them. */
export interface FloodingSpeaker {
  readonly port: number;
  /** Resolves when the client has sent the KEEPALIVE that ends the exchange of OPENs. */
  readonly established: Promise<void>;
  /** Sends all messages; resolves when the last one is in the hands of the kernel. */
  readonly flood: (messages: Iterable<Buffer>) => Promise<void>;
  readonly seen: SpeakerView;
  readonly stop: () => Promise<void>;
}

/** What the client has sent. */
export interface SpeakerView {
  readonly keepalives: number;
  readonly notifications: readonly string[];
  readonly connected: boolean;
}

interface MutableView {
  keepalives: number;
  notifications: string[];
  connected: boolean;
}

export async function startFloodingSpeaker(options: {
  readonly address: string;
  /** In seconds. Both sides send a KEEPALIVE three times as often. */
  readonly holdTime: number;
}): Promise<FloodingSpeaker> {
  const seen: MutableView = { keepalives: 0, notifications: [], connected: false };
  const server = createServer();
  server.listen(0, options.address);
  await once(server, 'listening');
  let client: Socket | undefined;
  let closed: Promise<unknown> | undefined;
  const established = new Promise<void>((resolve) => {
    server.on('connection', (socket) => {
      // One session is what is asked for; whoever comes back after it is turned away.
      if (client !== undefined) {
        socket.destroy();
        return;
      }
      client = socket;
      closed = new Promise((resolve) => socket.once('close', resolve));
      speak(socket, options, seen, resolve);
    });
  });
  return {
    port: portOf(server),
    established,
    flood: async (messages) => {
      await established;
      for (const batch of inBatches(messages)) {
        if (client!.destroyed)
          throw new Error(`the client is gone: ${seen.notifications.join() || 'closed'}`);
        // Keepalives of both sides have their turn at each pause.
        if (!client!.write(batch)) await Promise.race([once(client!, 'drain'), closed]);
      }
    },
    seen,
    stop: async () => {
      client?.destroy();
      if (!server.listening) return;
      server.close();
      await once(server, 'close');
    },
  };
}

function portOf(server: Server): number {
  const bound = server.address();
  return typeof bound === 'object' && bound !== null ? bound.port : 0;
}

function speak(
  socket: Socket,
  { address, holdTime }: { readonly address: string; readonly holdTime: number },
  seen: MutableView,
  established: () => void,
): void {
  seen.connected = true;
  socket.setNoDelay(true);
  socket.write(vpnv4Open(address.split('.').map(Number), holdTime));
  const timer = setInterval(() => socket.write(KEEPALIVE), (holdTime * 1000) / 3);
  let pending: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    pending = Buffer.concat([pending, chunk]);
    for (let length = messageLength(pending); length !== undefined; length = messageLength(pending)) {
      const message = pending.subarray(0, length);
      pending = pending.subarray(length);
      if (message[18] === 1) socket.write(KEEPALIVE);
      if (message[18] === 3) seen.notifications.push(`${message[19]}/${message[20]}`);
      if (message[18] !== 4) continue;
      seen.keepalives += 1;
      established();
    }
  });
  // A reset is the end of the session like any other.
  socket.on('error', () => undefined);
  socket.on('close', () => {
    clearInterval(timer);
    seen.connected = false;
  });
}

/** The length of the first message, when all of it is there. */
function messageLength(bytes: Buffer): number | undefined {
  if (bytes.length < 19) return undefined;
  const length = bytes.readUInt16BE(16);
  return bytes.length < length ? undefined : length;
}

/** Bytes of a write at least, but for the last: one for each message would measure the system call. */
const WRITE = 1 << 16;

function* inBatches(messages: Iterable<Buffer>): Generator<Buffer> {
  let batch: Buffer[] = [];
  let length = 0;
  for (const message of messages) {
    batch.push(message);
    length += message.length;
    if (length < WRITE) continue;
    yield Buffer.concat(batch);
    batch = [];
    length = 0;
  }
  if (length > 0) yield Buffer.concat(batch);
}
