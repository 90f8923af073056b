import { Subject, type Subscription } from 'rxjs';
import {
  type Confirmation,
  type DataplaneState,
  type Intent,
  unwant,
  want,
} from '../../lib/dataplane/intent.ts';
import type { Sink } from '../../streams/sinks/sink.ts';

/** A sink with a handle: hands intents over and waits for what became of them. */
export class SinkHandle {
  readonly sink: Sink;
  readonly #intents = new Subject<readonly Intent[]>();
  readonly #subscription: Subscription;
  #answer: ((confirmations: readonly Confirmation[]) => void) | undefined;

  constructor(sink: Sink) {
    this.sink = sink;
    this.#subscription = this.#intents
      .pipe(sink.apply)
      .subscribe((confirmations) => this.#answer?.(confirmations));
  }

  /** Hands these over in one array; resolves when all are confirmed, to the confirmations in the order in which they came. */
  async apply(...intents: readonly Intent[]): Promise<readonly Confirmation[]> {
    const open = new Set(intents.map(({ key }) => key));
    const answers: Confirmation[] = [];
    return await new Promise((resolve) => {
      this.#answer = (confirmations) => {
        for (const confirmation of confirmations) {
          open.delete(confirmation.intent.key);
          answers.push(confirmation);
        }
        if (open.size === 0) resolve(answers);
      };
      this.#intents.next(intents);
    });
  }

  /** Wants these, all of which must succeed. */
  async have(...states: readonly DataplaneState[]): Promise<void> {
    expectSuccess(await this.apply(...states.map((state) => want(state))));
  }

  /** No longer wants these, all of which must succeed. */
  async drop(...states: readonly DataplaneState[]): Promise<void> {
    expectSuccess(await this.apply(...states.map((state) => unwant(state))));
  }

  /** Ends as a process that is killed: nothing is cleaned up. */
  kill(): void {
    this.#subscription.unsubscribe();
  }
}

function expectSuccess(confirmations: readonly Confirmation[]): void {
  for (const { intent, fault } of confirmations) {
    if (fault !== undefined)
      throw new Error(`${intent.key}: ${fault.reason} (${fault.command ?? 'no command'})`);
  }
}
