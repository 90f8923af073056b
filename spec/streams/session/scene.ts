import { VirtualTimeScheduler } from 'rxjs';
import * as assert from 'uvu/assert';
import { RTC, SESSION_FAMILIES, type Family } from '../../../lib/bgp/family.ts';
import { AttributeCache } from '../../../lib/bgp/attribute/attribute-cache.ts';
import { makePathAttributes } from '../../../lib/bgp/attribute/make-path-attributes.ts';
import { KEEPALIVE } from '../../../lib/bgp/message.ts';
import { decodeNotification, describeNotification } from '../../../lib/bgp/notification.ts';
import { encodeRtc } from '../../../lib/bgp/nlri/rtc.ts';
import { nlriCodec } from '../../../lib/bgp/nlri/registry.ts';
import { encodeOpen } from '../../../lib/bgp/open.ts';
import { decodeUpdate, encodeUpdates } from '../../../lib/bgp/update.ts';
import { RouteBus } from '../../../streams/bus/route-bus.ts';
import { LogBook, type LogRecord } from '../../../streams/log.ts';
import type { ConnectionEvents } from '../../../streams/session/connection.ts';
import { Peer } from '../../../streams/session/peer.ts';
import { rt1, vpnv4Route, vrf1, type RouteOptions } from '../../fixtures/routes.ts';
import type { Route } from '../../../lib/rib/route.ts';

export const reflector = '192.0.2.101';

interface OpenOptions {
  readonly families?: readonly Family[];
  readonly gracefulRestart?: boolean;
}

/** A peer on virtual time, and a reflector that is played by the test at the other end of a connection. */
export class Scene {
  readonly scheduler = new VirtualTimeScheduler();
  readonly bus = new RouteBus({
    defer: (work) => void this.scheduler.schedule(work),
    scheduler: this.scheduler,
  });
  readonly peer: Peer;
  /** What it has logged. */
  readonly lines: string[] = [];
  connections = 0;
  open = false;
  /** Work that the peer has put off, where the test says when its turn comes. */
  putOff: (() => void)[] | undefined;
  /** Whether the socket takes more bytes. */
  writable = true;
  refuseConnections = false;
  #events: ConnectionEvents | undefined;
  #received: Buffer[] = [];

  constructor() {
    const write = ({ level, message }: LogRecord): number => this.lines.push(`${level} ${message}`);
    const logs = new LogBook({ write, now: () => new Date(0), debug: true });
    this.peer = new Peer({
      address: reflector,
      settings: { as: 64512, identifier: '192.0.2.1', families: SESSION_FAMILIES },
      bus: this.bus,
      log: logs.component('peer', 'INFO'),
      scheduler: this.scheduler,
      defer: (work) => {
        if (this.putOff === undefined) work();
        else this.putOff.push(work);
      },
      random: () => 1,
      connect: (events) => {
        this.connections++;
        this.open = true;
        this.#events = events;
        if (this.refuseConnections) queueMicrotask(() => events.disconnected('connection refused'));
        return {
          write: (bytes) => {
            this.#received.push(bytes);
            return this.writable;
          },
          close: () => (this.open = false),
          closed: Promise.resolve(),
        };
      },
    });
  }

  /** Lets `seconds` pass. */
  pass(seconds: number): this {
    this.scheduler.maxFrames = this.scheduler.frame + seconds * 1000;
    // Something has to happen at the end of the interval for the virtual clock to get there.
    this.scheduler.schedule(() => undefined, seconds * 1000);
    this.scheduler.flush();
    return this;
  }

  connect(): this {
    this.#events!.connected();
    return this;
  }

  establish(options: OpenOptions = {}): this {
    this.peer.start();
    this.connect();
    this.send(openOf(options)).send(KEEPALIVE);
    assert.is(this.peer.status().phase, 'Established');
    return this;
  }

  send(...messages: readonly Buffer[]): this {
    void this.#events!.received(Buffer.concat(messages));
    return this;
  }

  /** Lets the work have its turn that was put off before. */
  async nextTurn(): Promise<void> {
    for (const work of this.putOff!.splice(0)) work();
    await new Promise((resolve) => setImmediate(resolve));
  }

  get writes(): number {
    return this.#received.length;
  }

  lose(): this {
    this.open = false;
    this.#events!.disconnected('connection closed by the peer');
    return this;
  }

  drain(): this {
    this.writable = true;
    this.#events!.writable();
    return this;
  }

  /** What has come since the last call, in words. */
  async heard(): Promise<readonly string[]> {
    // End-of-RIB markers wait for promises.
    await new Promise((resolve) => setImmediate(resolve));
    const bytes = Buffer.concat(this.#received);
    this.#received = [];
    const words: string[] = [];
    for (let at = 0; at < bytes.length; at += bytes.readUInt16BE(at + 16)) {
      words.push(...describe(bytes.subarray(at, at + bytes.readUInt16BE(at + 16))));
    }
    return words;
  }
}

export function openOf({ families = SESSION_FAMILIES, gracefulRestart = false }: OpenOptions): Buffer {
  return encodeOpen({
    as: 64512,
    holdTime: 90,
    identifier: reflector,
    capabilities: [
      ...families.map(({ afi, safi }) => ({ kind: 'multiprotocol' as const, afi, safi })),
      ...(gracefulRestart
        ? [
            {
              kind: 'graceful-restart' as const,
              restartState: false,
              notification: false,
              restartTime: 120,
              families: [],
            },
          ]
        : []),
    ],
  });
}

function describe(message: Buffer): readonly string[] {
  const type = message[18]!;
  if (type === 1) return ['OPEN'];
  if (type === 4) return ['KEEPALIVE'];
  if (type === 3) return [describeNotification(decodeNotification(message, 19, message.length))];
  const words: string[] = [];
  const context = {
    fourOctetAs: false,
    families: new Set(SESSION_FAMILIES),
    attributes: new AttributeCache(),
  };
  const { endOfRib } = decodeUpdate(
    message,
    19,
    message.length,
    context,
    (family, key, payload, attributes) => {
      const name = nlriCodec(family).format({ key, payload }, attributes?.nextHop).split(' ')[0]!;
      words.push(`${attributes === undefined ? '-' : '+'}${family.name} ${name}`);
    },
  );
  return endOfRib === undefined ? words : [...words, `end of ${endOfRib.name}`];
}

export const membership = (target: typeof rt1, wanted = true): Buffer => {
  const nlri = encodeRtc({ as: 64512, target });
  const attributes = wanted ? makePathAttributes({}, reflector) : undefined;
  return Buffer.concat(encodeUpdates([{ family: RTC, ...nlri, attributes }], { fourOctetAs: false }));
};
export const local = (prefix: string, options: RouteOptions = {}): Route =>
  vpnv4Route(prefix, { source: vrf1, ...options });
export const announce = (route: Route): Buffer =>
  Buffer.concat(encodeUpdates([route], { fourOctetAs: false }));
