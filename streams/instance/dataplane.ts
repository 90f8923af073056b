import { Subject, type Observable } from 'rxjs';
import type { Driver } from '../../lib/dataplane/driver.ts';
import type { Confirmation, DataplaneState, Intent } from '../../lib/dataplane/intent.ts';
import type { Sink } from '../sinks/sink.ts';

/** The dataplane of one VPN type as instances use it: intents in, confirmations out. */
export interface Dataplane {
  readonly driver: Driver;
  /** Next hop of the routes that lead here. */
  readonly localAddress: string;
  readonly apply: (intents: readonly Intent[]) => void;
  readonly confirmations$: Observable<readonly Confirmation[]>;
  readonly describeInstance: (state: DataplaneState) => Readonly<Record<string, string>>;
}

export function dataplane(sink: Sink, localAddress: string): Dataplane {
  const intents$ = new Subject<readonly Intent[]>();
  return {
    driver: sink.driver,
    localAddress,
    apply: (intents) => intents$.next(intents),
    confirmations$: intents$.pipe(sink.apply),
    describeInstance: (state) => sink.describeInstance(state),
  };
}
