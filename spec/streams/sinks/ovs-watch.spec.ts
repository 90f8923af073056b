import { type Subscription, VirtualTimeScheduler } from 'rxjs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { IPVPN_OWNER } from '../../../lib/dataplane/ovs/owner.ts';
import { type SwitchEvent, watchSwitch } from '../../../streams/sinks/ovs-watch.ts';
import { eventually } from '../../support/eventually.ts';

const opened: Subscription[] = [];

// Also those of tests that fail: what runs on and on would keep the process.
test.after.each(() => {
  for (const subscription of opened.splice(0)) subscription.unsubscribe();
});

/** Watches a bridge whose tools say this, line by line, and then end, or go on. Time stands still. */
function watch(said: readonly string[], goesOn: boolean) {
  const text = JSON.stringify(said.map((line) => `${line}\n`).join(''));
  const script = `process.stdout.write(${text}); ${goesOn ? 'setInterval(() => undefined, 1000)' : ''}`;
  const scheduler = new VirtualTimeScheduler();
  const events: SwitchEvent[] = [];
  const subscription = watchSwitch({
    rootHelper: [process.execPath, '-e', script],
    program: { bridge: 'br-test', owner: IPVPN_OWNER },
    scheduler,
  }).subscribe((event) => events.push(event));
  opened.push(subscription);
  return {
    events,
    pass: (milliseconds: number): void => {
      scheduler.maxFrames = scheduler.frame + milliseconds;
      scheduler.flush();
    },
  };
}

const ofConnection = (events: readonly SwitchEvent[]): readonly SwitchEvent[] =>
  events.filter(({ event }) => event === 'up' || event === 'down');

test('while the bridge answers, our flows are counted each minute', async () => {
  const { events, pass } = watch(['OFPST_FLOW_MONITOR reply (OF1.5) (xid=0x6):'], true);
  await eventually('it answers', () => assert.equal(ofConnection(events), [{ event: 'up' }]));
  pass(150_000);
  assert.is(events.filter(({ event }) => event === 'flows').length, 2);
});

test('of a bridge that speaks other versions of OpenFlow that is said, each time', async () => {
  const cause = 'unix:/run/br-test.mgmt: version negotiation failed (we support version 0x06, ...)';
  const { events, pass } = watch(
    [
      `2026-11-23T18:01:26Z|00001|vconn|WARN|${cause}`,
      'ovs-ofctl: br-test: failed to connect to socket (Broken pipe)',
    ],
    false,
  );
  await eventually('twice', () => {
    pass(500);
    assert.is(ofConnection(events).length, 2);
  });
  const down = { event: 'down', reason: cause, lacksVersion: true };
  assert.equal(ofConnection(events), [down, down]);
});

test('an outage is said once for each reason', async () => {
  const { events, pass } = watch(['ovs-ofctl: br-test is not a bridge or a socket'], false);
  const starts = (): number => events.filter(({ event }) => event === 'ports').length;
  await eventually('several attempts', () => {
    pass(500);
    assert.ok(starts() > 3);
  });
  assert.equal(ofConnection(events), [
    { event: 'down', reason: 'ovs-ofctl: br-test is not a bridge or a socket', lacksVersion: false },
  ]);
});

test.run();
