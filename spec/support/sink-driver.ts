import { Subject, type Subscription } from 'rxjs';
import {
  type Confirmation,
  type DataplaneState,
  type Intent,
  unwant,
  want,
} from '../../lib/dataplane/intent.ts';
import { linuxEvpnSink } from '../../streams/sinks/linux-evpn.ts';
import { type Run, runProcess } from '../../streams/sinks/run-batch.ts';
import type { Sink, SinkOptions } from '../../streams/sinks/sink.ts';

/** A sink with a handle: hands intents over and waits for what became of them, and writes down every command. */
export class SinkDriver {
  readonly sink: Sink;
  /** Batch lines and words that change something, in order. */
  readonly changes: string[] = [];
  readonly warnings: string[] = [];
  readonly #intents = new Subject<readonly Intent[]>();
  readonly #subscription: Subscription;
  #answer: ((confirmations: readonly Confirmation[]) => void) | undefined;

  constructor(options: Partial<SinkOptions>, run: Run = runProcess) {
    const note = (message: string): unknown => this.warnings.push(message);
    const log = { debug: () => undefined, info: () => undefined, warning: note, error: note };
    this.sink = linuxEvpnSink(
      { localAddress: '10.77.0.1', rootHelper: [], options: { vxlanDstPort: 4789 }, log, ...options },
      async (words, input) => {
        this.#note(words, input);
        return await run(words, input);
      },
    );
    this.#subscription = this.#intents
      .pipe(this.sink.apply)
      .subscribe((confirmations) => this.#answer?.(confirmations));
  }

  #note(words: readonly string[], input: string): void {
    this.changes.push(...words.filter((word) => /^net\/.*=/.test(word)));
    this.changes.push(...input.split('\n').filter((line) => line !== '' && line !== 'link show dev lo'));
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
    expectSuccess(await this.apply(...states.map(want)));
  }

  /** No longer wants these, all of which must succeed. */
  async drop(...states: readonly DataplaneState[]): Promise<void> {
    expectSuccess(await this.apply(...states.map(unwant)));
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
