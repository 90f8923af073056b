import type { Family } from '../../lib/bgp/family.ts';
import { encodeEndOfRib, encodeUpdates, type RouteAdvertisement } from '../../lib/bgp/update.ts';
import type { RouteChange } from '../../lib/rib/route.ts';
import type { Log } from '../log.ts';

export interface OutboxOptions {
  readonly fourOctetAs: boolean;
  /** Writes to the peer; false if it should wait for `resume` before it writes more. */
  readonly write: (bytes: Buffer) => boolean;
  /** Runs `work` after whatever else is waiting: what comes until then goes out with it. */
  readonly defer: (work: () => void) => void;
  readonly log: Log;
}

/**
 * What is still to be said to one peer: at most one thing about each route, so that a slow peer costs memory by the
 * routes and not by their changes.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #pending = new Map<string, RouteAdvertisement>();
  readonly #endsOfRib: Family[] = [];
  #blocked = false;
  #deferred = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  push(changes: readonly RouteChange[]): void {
    for (const { before, after } of changes) {
      const { family, key, payload } = (after ?? before)!;
      const id = `${family.name} ${key}`;
      this.#pending.set(id, { family, key, payload, attributes: after?.attributes });
    }
    this.#flushSoon();
  }

  /** Marks the end of the initial routes of these families, after what is pending (RFC 4724 §2). */
  endOfRib(families: readonly Family[]): void {
    this.#endsOfRib.push(...families);
    this.#flushSoon();
  }

  /** The peer takes bytes again. */
  resume(): void {
    this.#blocked = false;
    this.#flush();
  }

  /** The session has ended: what was not said yet is said to nobody. */
  stop(): void {
    this.#blocked = true;
    this.#pending.clear();
    this.#endsOfRib.length = 0;
  }

  #flushSoon(): void {
    if (this.#deferred) return;
    this.#deferred = true;
    this.#options.defer(() => {
      this.#deferred = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#blocked || this.#pending.size + this.#endsOfRib.length === 0) return;
    const { fourOctetAs, write, log } = this.#options;
    const updates = encodeUpdates(this.#pending.values(), { fourOctetAs }, (routes) =>
      log.warning(
        `${routes.length} routes of ${routes[0]!.family.name} not announced: their attributes are too large for an UPDATE`,
      ),
    );
    const messages = [...updates, ...this.#endsOfRib.map(encodeEndOfRib)];
    this.#logSent(updates.length);
    this.#pending.clear();
    this.#endsOfRib.length = 0;
    this.#blocked = !write(Buffer.concat(messages));
  }

  /** Before what is pending is forgotten. */
  #logSent(updates: number): void {
    const { log } = this.#options;
    if (updates > 0) {
      log.debug(() => {
        const routes = [...this.#pending.values()];
        const withdrawn = routes.filter(({ attributes }) => attributes === undefined).length;
        return `sent routes: ${routes.length - withdrawn}, withdrawn: ${withdrawn}, UPDATEs: ${updates}`;
      });
    }
    for (const { name } of this.#endsOfRib) log.debug(`sent End-of-RIB of ${name}`);
  }
}
