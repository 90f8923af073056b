import type { Confirmation, Intent } from '../dataplane/intent.ts';

/**
 * Intents that somebody waits for: an attach, a detach, the end of an instance. An intent counts as carried out when
 * it is confirmed, or a newer one for the same object: a sink carries out the newest alone. Confirmations of older
 * intents, which may come late, do not count.
 */
export class Transaction {
  readonly #faults = new Set<string>();
  readonly #waiting: Map<string, number>;

  constructor(intents: readonly Intent[]) {
    this.#waiting = new Map(intents.map(({ key, revision }) => [key, revision]));
  }

  /** What went wrong, as sentences; what fails because of something else says the same. */
  get faults(): readonly string[] {
    return [...this.#faults];
  }

  get isComplete(): boolean {
    return this.#waiting.size === 0;
  }

  confirm({ intent, fault }: Confirmation): void {
    const awaited = this.#waiting.get(intent.key);
    if (awaited === undefined || intent.revision < awaited) return;
    this.#waiting.delete(intent.key);
    if (fault !== undefined) this.#faults.add(describeFault(fault));
  }
}

/** The command, as it can be repeated by hand, and what came of it. */
export function describeFault({ command, reason }: NonNullable<Confirmation['fault']>): string {
  return command === undefined ? reason : `${command}: ${reason}`;
}
