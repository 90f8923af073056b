import { observeOn, queueScheduler, scan, Subject, type SchedulerLike, type Subscription } from 'rxjs';
import { RTC, type Family } from '../../lib/bgp/family.ts';
import { messageFault } from '../../lib/bgp/fault.ts';
import { isFrame, MessageFramer, type Frame } from '../../lib/bgp/framing.ts';
import { MESSAGE } from '../../lib/bgp/message.ts';
import { decodeNotification, describeNotification } from '../../lib/bgp/notification.ts';
import { decodeOpen } from '../../lib/bgp/open.ts';
import { decodeRouteRefresh } from '../../lib/bgp/route-refresh.ts';
import {
  INITIAL_SESSION,
  keepaliveInterval,
  OFFERED_HOLD_TIME,
  stepSession,
  type SessionInput,
  type SessionOutput,
  type SessionPhase,
  type SessionSettings,
  type SessionState,
  type SessionStep,
  type SessionTimer,
} from '../../lib/bgp/session.ts';
import type { RouteTarget } from '../../lib/net/route-target.ts';
import type { RouteSource } from '../../lib/rib/route.ts';
import type { RouteBus } from '../bus/route-bus.ts';
import type { ComponentLog } from '../log.ts';
import type { Connect, Connection } from './connection.ts';
import { EstablishedSession } from './established.ts';
import { Timers } from './timers.ts';

/** Longest time, in milliseconds, that messages are taken in before timers, API calls and other sockets have their turn. */
const WORK_BUDGET = 1;

/** Seconds that a hold timer goes on when there are signs of life. */
const HOLD_GRACE = 10;

export interface PeerOptions {
  readonly address: string;
  readonly settings: SessionSettings;
  readonly bus: RouteBus;
  readonly connect: Connect;
  readonly log: ComponentLog;
  readonly scheduler: SchedulerLike;
  /** Runs `work` after whatever else is waiting (`setImmediate`). */
  readonly defer: (work: () => void) => void;
  /** From 0 to 1: spreads the attempts of many nodes to connect to one reflector. */
  readonly random: () => number;
}

/** What the looking glass says of a peer. */
export interface PeerStatus {
  readonly phase: SessionPhase;
  readonly previousPhase: SessionPhase;
  readonly lastTransition: Date;
  /** Seconds, as it is kept: whole thirds. */
  readonly holdTime: number;
  readonly families: readonly Family[];
  readonly requestedTargets: ReadonlySet<RouteTarget | 'all'>;
  /** Whether the peer offers RT Constraint, which it may while we do not. */
  readonly offersRtc: boolean;
  readonly peerAs: number;
}

/**
 * One BGP peer: obeys the session machine at the edge of sockets and timers.
 *
 *     connection ─► framer ─► messages ─┐
 *     timers ───────────────────────────┼─► scan(stepSession) ─► connect, send, timers, established, down
 *     start, stop ──────────────────────┘
 */
export class Peer {
  readonly source: RouteSource;
  readonly #options: PeerOptions;
  readonly #inputs = new Subject<SessionInput>();
  readonly #timers: Timers;
  readonly #subscription: Subscription;
  #state: SessionState = INITIAL_SESSION;
  #previousPhase: SessionPhase = 'Idle';
  #lastTransition: Date;
  #connection: Connection | undefined;
  #established: EstablishedSession | undefined;
  #chunksHeard = 0;
  #chunksInWork = 0;

  constructor(options: PeerOptions) {
    const { address, settings, scheduler } = options;
    this.#options = options;
    this.source = { kind: 'peer', name: `BGP-${address}` };
    this.#lastTransition = new Date(scheduler.now());
    this.#timers = new Timers(options, (timer) => this.#expire(timer));
    const initial: SessionStep = { state: INITIAL_SESSION, outputs: [] };
    this.#subscription = this.#inputs
      .pipe(
        // What an output brings about at once (a refused connection) waits until all outputs are obeyed.
        observeOn(queueScheduler),
        scan(({ state }, input) => stepSession(settings, state, input), initial),
      )
      .subscribe((step) => this.#obey(step));
  }

  get address(): string {
    return this.#options.address;
  }

  get log(): ComponentLog {
    return this.#options.log;
  }

  get isEstablished(): boolean {
    return this.#established !== undefined;
  }

  status(): PeerStatus {
    const holdTime = this.#state.negotiated?.holdTime ?? OFFERED_HOLD_TIME;
    return {
      phase: this.#state.phase,
      previousPhase: this.#previousPhase,
      lastTransition: this.#lastTransition,
      holdTime: 3 * keepaliveInterval(holdTime),
      families: this.#established?.families ?? [],
      requestedTargets: this.#established?.requestedTargets ?? new Set(),
      offersRtc: this.#established !== undefined && this.#state.negotiated?.peerOffersRtc === true,
      peerAs: this.#state.negotiated?.peerAs ?? this.#options.settings.as,
    };
  }

  start(): void {
    this.#inputs.next({ type: 'start' });
  }

  /** Says good-bye to the peer; resolves when the connection is closed. */
  async stop(): Promise<void> {
    const closed = this.#connection?.closed;
    this.#inputs.next({ type: 'stop' });
    this.#subscription.unsubscribe();
    await closed;
  }

  /**
   * A peer is silent only if nothing of it waits here: before the hold timer counts, what has come and what lies in
   * the socket is read, however busy we were.
   */
  #expire(timer: SessionTimer): void {
    if (timer !== 'hold') {
      this.#inputs.next({ type: 'timer', timer });
      return;
    }
    const heard = this.#chunksHeard;
    this.#options.scheduler.schedule(() => {
      if (this.#timers.isRunning('hold')) return;
      const isAlive = this.#chunksInWork > 0 || this.#chunksHeard !== heard;
      if (isAlive) this.#timers.start('hold', HOLD_GRACE);
      else this.#inputs.next({ type: 'timer', timer });
    });
  }

  #obey({ state, outputs }: SessionStep): void {
    if (state.phase !== this.#state.phase) {
      this.#options.log.debug(`${this.address}: ${this.#state.phase} -> ${state.phase}`);
      this.#previousPhase = this.#state.phase;
      this.#lastTransition = new Date(this.#options.scheduler.now());
    }
    this.#state = state;
    for (const output of outputs) this.#perform(output);
  }

  #perform(output: SessionOutput): void {
    switch (output.type) {
      case 'connect':
        this.#open();
        break;
      case 'disconnect':
        this.#connection?.close();
        this.#connection = undefined;
        break;
      case 'send':
        this.#connection?.write(output.message);
        break;
      case 'start-timer':
        this.#timers.start(output.timer, output.seconds);
        break;
      case 'stop-timer':
        this.#timers.stop(output.timer);
        break;
      case 'established': {
        // What was in the way is no more: clients see an empty log, as of the Python daemon.
        this.#options.log.clear();
        const connection = this.#connection!;
        this.#established = new EstablishedSession({
          ...this.#options,
          peer: this.source,
          negotiated: output.negotiated,
          write: (bytes) => connection.write(bytes),
        });
        this.#established.start();
        break;
      }
      case 'down':
        this.#established?.stop();
        this.#established = undefined;
        break;
      case 'log':
        this.#options.log[output.level](`${this.address}: ${output.message}`);
    }
  }

  #open(): void {
    this.#options.log.clear();
    const framer = new MessageFramer();
    const connection = this.#options.connect({
      connected: () => {
        if (connection === this.#connection) this.#inputs.next({ type: 'connected' });
      },
      received: async (chunk) => {
        this.#chunksHeard++;
        framer.push(chunk);
        // A peer whose routes we are behind with waits: no more is read before the bus has done what there is.
        while (this.#receive(connection, framer)) {
          this.#chunksInWork++;
          await this.#options.bus.idle();
          await this.#nextTurn();
          this.#chunksInWork--;
        }
      },
      writable: () => {
        if (connection === this.#connection) this.#established?.resume();
      },
      disconnected: (reason) => {
        if (connection === this.#connection) this.#inputs.next({ type: 'disconnected', reason });
      },
    });
    this.#connection = connection;
  }

  #nextTurn(): Promise<void> {
    return new Promise((resolve) => this.#options.defer(resolve));
  }

  /**
   * Takes in the messages that have come, for as long as the budget lasts; the machine hears of UPDATEs once, however
   * many they are. Tells whether others should have their turn: there were routes, or the time is up.
   */
  #receive(connection: Connection, framer: MessageFramer): boolean {
    const { scheduler } = this.#options;
    const deadline = scheduler.now() + WORK_BUDGET;
    let updates = false;
    let isLate = false;
    while (connection === this.#connection && !isLate) {
      const next = framer.next();
      if (next === undefined) break;
      if (!isFrame(next)) {
        this.#inputs.next({ type: 'fault', fault: next });
      } else if (next.type === MESSAGE.update && this.#established !== undefined) {
        const fault = this.#established.receive(next.bytes, next.start, next.end);
        updates = true;
        if (fault !== undefined) {
          this.#inputs.next({ type: 'fault', fault: messageFault(fault.code, fault.subcode, fault.reason) });
        }
      } else {
        const input = this.#inputOf(next);
        if (input !== undefined) this.#inputs.next(input);
      }
      isLate = scheduler.now() >= deadline;
    }
    const published = this.#established?.publish() === true;
    if (updates) this.#inputs.next({ type: 'update' });
    return published || isLate;
  }

  #inputOf({ type, bytes, start, end }: Frame): SessionInput | undefined {
    switch (type) {
      case MESSAGE.open: {
        const open = decodeOpen(bytes, start, end);
        return open.ok ? { type: 'open', open: open.value } : { type: 'fault', fault: open.fault };
      }
      case MESSAGE.keepalive:
        return { type: 'keepalive' };
      case MESSAGE.update:
        return { type: 'update' };
      case MESSAGE.notification: {
        const reason = describeNotification(decodeNotification(bytes, start, end));
        return { type: 'notification', reason };
      }
      case MESSAGE.routeRefresh: {
        const refresh = decodeRouteRefresh(bytes, start, end);
        if (!refresh.ok) return { type: 'fault', fault: refresh.fault };
        const { afi, safi, subtype } = refresh.value;
        const family = this.#established?.families.find((each) => each.afi === afi && each.safi === safi);
        // Others than 0 mark the begin and the end of a refresh that we would have asked for (RFC 7313 §3.2).
        if (family !== undefined && subtype === 0) {
          this.#options.log.debug(`${this.address}: asks for all routes of ${family.name} again`);
          this.#established?.refresh(family);
        }
        return undefined;
      }
    }
  }
}

/** Whether RT Constraint is in use with this peer. */
export function usesRtc(status: PeerStatus): boolean {
  return status.families.includes(RTC);
}
