import type { DataplaneFault } from '../../lib/dataplane/intent.ts';
import type { Log } from '../log.ts';

/** Why units were refused, by unit. */
export type RefusedUnits = Iterable<readonly [unit: string, fault: DataplaneFault]>;

/** Says what a bridge refuses, once for each reason: units may be very many, and are tried again and again. */
export class RefusalLog {
  readonly #log: Log;
  readonly #said = new Set<string>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** These were refused just now. */
  note(refused: RefusedUnits): void {
    const complaints = new Map<string, { readonly first: string; others: number }>();
    for (const [unit, { reason }] of refused) {
      const kind = kindOf(reason);
      if (this.#said.has(kind)) continue;
      const complaint = complaints.get(kind);
      if (complaint === undefined) complaints.set(kind, { first: `${unit}: ${reason}`, others: 0 });
      else complaint.others += 1;
    }
    for (const [kind, { first, others }] of complaints) {
      this.#said.add(kind);
      this.#log.warning(`${first}${others === 0 ? '' : ` (and ${others} more)`}`);
    }
  }

  /** Nothing is refused: whatever comes is new. */
  forget(): void {
    this.#said.clear();
  }
}

/** An error of OpenFlow without what it is about; else the words. */
function kindOf(reason: string): string {
  return /\bOFP\w+/.exec(reason)?.[0] ?? reason;
}
