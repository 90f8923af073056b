import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Capability } from '../../../../lib/bgp/capability.ts';
import { SESSION_FAMILIES } from '../../../../lib/bgp/family.ts';
import { isFrame, MessageFramer } from '../../../../lib/bgp/framing.ts';
import { HEADER_LENGTH, KEEPALIVE, MESSAGE } from '../../../../lib/bgp/message.ts';
import { encodeOpen } from '../../../../lib/bgp/open.ts';

export const AS_NUMBER = 64512;

/** A BGP speaker that does as it is told, and keeps what it hears. */
export interface ScriptedPeer {
  /** The OPEN of the other side. */
  readonly open: Buffer;
  readonly send: (...messages: readonly Buffer[]) => void;
  /** What has come since the last call, but for KEEPALIVEs: at least one message, until no more comes. */
  readonly take: () => Promise<readonly Buffer[]>;
  readonly close: () => void;
}

export interface PeerOptions {
  /** Own address and BGP identifier. */
  readonly address: string;
  readonly capabilities?: readonly Capability[];
}

export const FAMILY_CAPABILITIES: readonly Capability[] = SESSION_FAMILIES.map(({ afi, safi }) => ({
  ...{ kind: 'multiprotocol', afi, safi },
}));

const DEFAULT_CAPABILITIES: readonly Capability[] = [
  ...FAMILY_CAPABILITIES,
  { kind: 'route-refresh' },
  { kind: 'four-octet-as', as: AS_NUMBER },
  // Without it nobody sends End-of-RIB.
  {
    ...{ kind: 'graceful-restart', restartState: false, notification: false, restartTime: 0 },
    families: SESSION_FAMILIES.map(({ afi, safi }) => ({ afi, safi, forwarding: false })),
  },
];

/** Connects to a speaker that listens, again and again until it does, and brings up a session. */
export async function connectPeer(host: string, port: number, options: PeerOptions): Promise<ScriptedPeer> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const socket = connect({ host, port, localAddress: options.address });
    try {
      await once(socket, 'connect');
      return await establish(socket, options);
    } catch {
      socket.destroy();
      await sleep(200);
    }
  }
  throw new Error(`no session with ${host} port ${port}`);
}

/** Waits for a speaker that connects, and brings up a session. */
export async function acceptPeer(port: number, options: PeerOptions): Promise<ScriptedPeer> {
  const server = createServer();
  server.listen(port, options.address);
  const [socket] = (await once(server, 'connection', { signal: AbortSignal.timeout(60_000) })) as [Socket];
  server.close();
  return establish(socket, options);
}

async function establish(socket: Socket, { address, capabilities }: PeerOptions): Promise<ScriptedPeer> {
  const received: Buffer[] = [];
  const framer = new MessageFramer();
  socket.on('data', (chunk: Buffer) => {
    framer.push(chunk);
    for (let next = framer.next(); isFrame(next); next = framer.next()) {
      const message = Buffer.from(next.bytes.subarray(next.start - HEADER_LENGTH, next.end));
      if (next.type === MESSAGE.keepalive) socket.write(KEEPALIVE);
      else received.push(message);
    }
  });
  socket.on('error', () => socket.destroy());
  socket.write(
    encodeOpen({
      ...{ as: AS_NUMBER, holdTime: 180, identifier: address },
      capabilities: capabilities ?? DEFAULT_CAPABILITIES,
    }),
  );
  await until(() => received.length > 0, socket);
  const open = received.shift()!;
  if (open[HEADER_LENGTH - 1] !== MESSAGE.open) throw new Error(`no OPEN, but ${open.toString('hex')}`);
  socket.write(KEEPALIVE);
  return {
    open,
    send: (...messages) => messages.forEach((message) => socket.write(message)),
    take: async () => {
      await until(() => received.length > 0, socket);
      for (let count = 0; count !== received.length;) {
        count = received.length;
        await sleep(1500);
      }
      return received.splice(0);
    },
    close: () => socket.destroy(),
  };
}

async function until(condition: () => boolean, socket: Socket): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!condition()) {
    if (socket.destroyed) throw new Error('the connection was closed');
    if (Date.now() > deadline) throw new Error('nothing was received');
    await sleep(20);
  }
}
