import * as assert from 'uvu/assert';
import { TestScheduler, type RunHelpers } from 'rxjs/testing';

/** Runs `scenario` on virtual time; expectations on streams and subscriptions are checked at its end. */
export function marbles(scenario: (helpers: RunHelpers, scheduler: TestScheduler) => void): void {
  const scheduler = new TestScheduler((actual, expected) => assert.equal(actual, expected));
  scheduler.run((helpers) => scenario(helpers, scheduler));
}
