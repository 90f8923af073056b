import { Subject, type Observable } from 'rxjs';
import type { Driver } from '../../lib/dataplane/driver.ts';
import type { Confirmation, DataplaneState, Intent } from '../../lib/dataplane/intent.ts';
import type { Description, Sink } from '../sinks/sink.ts';

/** The dataplane of one VPN type as instances use it: intents in, confirmations out. */
export interface Dataplane {
  readonly driver: Driver;
  /** Next hop of the routes that lead here. */
  readonly localAddress: string;
  readonly apply: (intents: readonly Intent[]) => void;
  readonly confirmations$: Observable<readonly Confirmation[]>;
  readonly describe: () => Description;
  readonly describeInstance: (state: DataplaneState) => Description;
}

export function dataplane(sink: Sink, localAddress: string): Dataplane {
  const intents$ = new Subject<readonly Intent[]>();
  return {
    driver: sink.driver,
    localAddress,
    apply: (intents) => intents$.next(intents),
    confirmations$: intents$.pipe(sink.apply),
    describe: () => sink.describe(),
    describeInstance: (state) => sink.describeInstance(state),
  };
}
