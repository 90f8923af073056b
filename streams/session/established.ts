import {
  BehaviorSubject,
  merge,
  of,
  Subject,
  takeUntil,
  timer,
  type Observable,
  type SchedulerLike,
} from 'rxjs';
import { AttributeCache } from '../../lib/bgp/attribute/attribute-cache.ts';
import { RTC, type Family } from '../../lib/bgp/family.ts';
import type { UpdateFault } from '../../lib/bgp/fault.ts';
import { isDistinguishedBy } from '../../lib/bgp/nlri/route-distinguisher-of.ts';
import type { Negotiated, SessionSettings } from '../../lib/bgp/session.ts';
import { decodeUpdate, type UpdateContext } from '../../lib/bgp/update.ts';
import type { RouteTarget } from '../../lib/net/route-target.ts';
import { RequestedTargets } from '../../lib/rib/requested-targets.ts';
import { NO_TARGETS, type TargetSet } from '../../lib/rib/route-index.ts';
import { publication, type Publication, type RouteChange, type RouteSource } from '../../lib/rib/route.ts';
import type { RouteBus } from '../bus/route-bus.ts';
import type { Log } from '../log.ts';
import { Outbox } from './outbox.ts';

/** RFC 4684 §6: how long other families wait for the RT Constraint routes of the peer. */
const MEMBERSHIP_WAIT = 60_000;

const ALL_TARGETS: ReadonlySet<RouteTarget | 'all'> = new Set(['all']);

/** Milliseconds from one warning about malformed UPDATEs to the next. */
const WARNING_INTERVAL = 1_000;

export interface EstablishedOptions {
  readonly peer: RouteSource;
  readonly settings: SessionSettings;
  readonly negotiated: Negotiated;
  readonly bus: RouteBus;
  readonly write: (bytes: Buffer) => boolean;
  readonly defer: (work: () => void) => void;
  readonly log: Log;
  readonly scheduler: SchedulerLike;
}

/**
 * The exchange of routes with one peer, for as long as a session is established.
 *
 *     UPDATE ─► publications ─► bus                       RTC routes of the peer ─► targets$
 *     bus.subscribeTo(family, targets$) ─► outbox ─► UPDATE
 *
 * With RT Constraint the peer gets the routes with the targets that it asks for; without, all.
 */
export class EstablishedSession {
  readonly families: readonly Family[];
  readonly #options: EstablishedOptions;
  readonly #context: UpdateContext;
  readonly #outbox: Outbox;
  readonly #requested = new RequestedTargets();
  readonly #isOurs: (family: Family, key: string) => boolean;
  readonly #targets: BehaviorSubject<TargetSet>;
  readonly #end = new Subject<void>();
  #received: Publication[] = [];
  #receivedUpdates = 0;
  #membershipChanged = false;
  #markersOwed: readonly Family[] = [];
  #nextWarning = 0;
  #ended = false;

  constructor(options: EstablishedOptions) {
    const { negotiated, write, defer, log } = options;
    this.#options = options;
    this.families = negotiated.families;
    this.#isOurs = isDistinguishedBy(options.settings.identifier);
    const { fourOctetAs } = negotiated;
    this.#context = { fourOctetAs, families: new Set(this.families), attributes: new AttributeCache() };
    this.#outbox = new Outbox({ fourOctetAs, write, defer, log });
    this.#targets = new BehaviorSubject<TargetSet>(this.hasRtc ? NO_TARGETS : 'all');
  }

  get hasRtc(): boolean {
    return this.families.includes(RTC);
  }

  /** The route targets that the peer has asked for, each of them; without RT Constraint all. */
  get requestedTargets(): ReadonlySet<RouteTarget | 'all'> {
    return this.hasRtc ? this.#requested.each() : ALL_TARGETS;
  }

  start(): void {
    // Ours first: the sooner the reflector knows what we want, the sooner it is here.
    const byUrgency = [...this.families].sort((a, b) => Number(b === RTC) - Number(a === RTC));
    merge(...byUrgency.map((family) => this.#routesFor(family)))
      .pipe(takeUntil(this.#end))
      .subscribe((changes) => this.#outbox.push(changes));
    if (this.#options.negotiated.endOfRib) this.#announceEndOfRib();
  }

  /** Sends all routes of a family again (RFC 2918). */
  refresh(family: Family): void {
    this.#options.bus.refresh(this.#options.peer, family);
  }

  /** Takes in the UPDATE whose body is `bytes[start, end)`; a fault that resets the session is returned. */
  receive(bytes: Buffer, start: number, end: number): UpdateFault | undefined {
    const { peer, settings } = this.#options;
    const isOurs = this.#isOurs;
    const { endOfRib, faults } = decodeUpdate(
      bytes,
      start,
      end,
      this.#context,
      (family, key, payload, attributes) => {
        // RFC 4456 §8: our own route that a reflector sends back. In RT Constraint it means that the reflector wants
        // what we want (RFC 4684 §3.2).
        const isOwn =
          family !== RTC && attributes?.originatorId === settings.identifier && isOurs(family, key);
        const received = publication(peer, family, key, payload, isOwn ? undefined : attributes);
        this.#received.push(received);
        if (family === RTC) {
          this.#requested.update(received);
          this.#membershipChanged = true;
        }
      },
    );
    this.#receivedUpdates++;
    if (endOfRib !== undefined) this.#options.log.debug(`received End-of-RIB of ${endOfRib.name}`);
    if (endOfRib === RTC) this.#payMarkers();
    for (const fault of faults) {
      if (fault.fault === 'reset') return fault;
      const consequence = fault.fault === 'withdraw' ? 'its routes are treated as withdrawn' : 'ignored';
      this.#warn(`malformed UPDATE, ${consequence}: ${fault.reason}`);
    }
    return undefined;
  }

  /**
   * Publishes what has been taken in since the last call: once for each read of the socket. Tells whether there was
   * anything.
   */
  publish(): boolean {
    const received = this.#received;
    this.#received = [];
    if (received.length > 0) this.#logReceived(received);
    this.#receivedUpdates = 0;
    this.#options.bus.publish(received);
    if (this.#membershipChanged) {
      this.#membershipChanged = false;
      const targets = this.#requested.current();
      this.#options.log.debug(() => `asks for routes with ${describeTargets(targets)}`);
      this.#targets.next(targets);
    }
    return received.length > 0;
  }

  /** The peer takes bytes again. */
  resume(): void {
    this.#outbox.resume();
  }

  /** The routes of the peer are gone, and its subscriptions. */
  stop(): void {
    this.#ended = true;
    this.#received = [];
    this.#outbox.stop();
    this.#end.next();
    this.#options.bus.withdrawAll(this.#options.peer);
  }

  #logReceived(received: readonly Publication[]): void {
    const updates = this.#receivedUpdates;
    this.#options.log.debug(() => {
      const announced = received.filter(({ attributes }) => attributes !== undefined).length;
      return `received routes: ${announced}, withdrawn or our own: ${received.length - announced}, UPDATEs: ${updates}`;
    });
  }

  #routesFor(family: Family): Observable<readonly RouteChange[]> {
    const { bus, peer } = this.#options;
    return bus.subscribeTo(peer, family, family === RTC ? of('all' as const) : this.#targets);
  }

  /** Markers of other families wait until the peer has said what it wants of them. */
  #announceEndOfRib(): void {
    if (!this.hasRtc) {
      this.#markWhenSent(this.families);
      return;
    }
    this.#markWhenSent([RTC]);
    this.#markersOwed = this.families.filter((family) => family !== RTC);
    timer(MEMBERSHIP_WAIT, this.#options.scheduler)
      .pipe(takeUntil(this.#end))
      .subscribe(() => this.#payMarkers());
  }

  /** The peer has said what it wants, or has had the time to. */
  #payMarkers(): void {
    const families = this.#markersOwed;
    this.#markersOwed = [];
    this.publish();
    this.#markWhenSent(families);
  }

  #markWhenSent(families: readonly Family[]): void {
    void this.#options.bus.idle().then(() => {
      if (!this.#ended) this.#outbox.endOfRib(families);
    });
  }

  /** A peer that sends nothing but malformed UPDATEs does not fill the log with them. */
  #warn(message: string): void {
    const now = this.#options.scheduler.now();
    if (now < this.#nextWarning) return;
    this.#nextWarning = now + WARNING_INTERVAL;
    this.#options.log.warning(message);
  }
}

/** In a line of the log there is room for some of them. */
const NAMED_TARGETS = 10;

function describeTargets(targets: TargetSet): string {
  if (targets === 'all') return 'any route target';
  const named = [...targets].slice(0, NAMED_TARGETS).join(', ');
  const rest = targets.size > NAMED_TARGETS ? ` and ${targets.size - NAMED_TARGETS} more` : '';
  return targets.size === 0 ? 'no route target' : `the route targets ${named}${rest}`;
}
