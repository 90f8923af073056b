import { map } from 'rxjs';
import type { Driver } from '../../lib/dataplane/driver.ts';
import type { Confirmation, Intent } from '../../lib/dataplane/intent.ts';
import { success } from '../../lib/result.ts';
import type { Sink } from './sink.ts';

/** A sink that obeys every intent at once by doing nothing, for a BGP speaker without a dataplane. */
export function dummySink(driver: Driver): Sink {
  return {
    driver,
    apply: map((intents: readonly Intent[]): readonly Confirmation[] =>
      intents.map((intent) => ({ intent, fault: undefined })),
    ),
    prepare: () => Promise.resolve(success(undefined)),
    cleanup: () => Promise.resolve(success([])),
    describe: () => ({}),
    describeInstance: () => ({}),
  };
}
