import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { want, type Intent } from '../../../lib/dataplane/intent.ts';
import { Transaction } from '../../../lib/vpn/transaction.ts';

const intent = (vni: number, revision: number): Intent =>
  want({ kind: 'flood', instance: 1, vtep: '192.0.2.1', vni }, revision);
const fault = { command: 'bridge fdb', reason: 'no' };

test('it is complete when every intent is confirmed, by itself or by a newer one', () => {
  const transaction = new Transaction([intent(1, 5), intent(2, 6)]);
  transaction.confirm({ intent: intent(1, 5), fault: undefined });
  assert.not.ok(transaction.isComplete);
  transaction.confirm({ intent: intent(2, 9), fault: undefined });
  assert.ok(transaction.isComplete);
  assert.equal(transaction.faults, []);
});

test('a confirmation of an older intent, that comes late, does not count, nor its fault', () => {
  const transaction = new Transaction([intent(1, 5)]);
  transaction.confirm({ intent: intent(1, 4), fault });
  assert.not.ok(transaction.isComplete);
  transaction.confirm({ intent: intent(1, 5), fault: undefined });
  assert.equal(transaction.faults, []);
});

test('a fault is told with its command', () => {
  const transaction = new Transaction([intent(1, 1)]);
  transaction.confirm({ intent: intent(1, 1), fault });
  assert.equal(transaction.faults, ['bridge fdb: no']);
});

test('property: late, repeated and foreign confirmations change nothing', () => {
  const noise = fc.array(
    fc.record({
      vni: fc.integer({ min: 1, max: 5 }),
      revision: fc.integer({ min: 0, max: 9 }),
      failed: fc.boolean(),
    }),
  );
  fc.assert(
    fc.property(noise, (confirmations) => {
      const transaction = new Transaction([intent(1, 10), intent(2, 11)]);
      for (const { vni, revision, failed } of confirmations) {
        transaction.confirm({ intent: intent(vni, revision), fault: failed ? fault : undefined });
      }
      assert.not.ok(transaction.isComplete);
      for (const each of [intent(2, 11), intent(1, 10)])
        transaction.confirm({ intent: each, fault: undefined });
      assert.ok(transaction.isComplete);
      assert.equal(transaction.faults, []);
    }),
  );
});

test.run();
