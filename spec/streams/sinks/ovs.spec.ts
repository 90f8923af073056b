import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ipvpnDummy } from '../../../lib/dataplane/drivers/ipvpn-dummy.ts';
import { type RemotePrefixState, want } from '../../../lib/dataplane/intent.ts';
import { ovsSink } from '../../../streams/sinks/ovs.ts';
import type { Run } from '../../../streams/sinks/run-batch.ts';
import { TestProgram } from '../../fixtures/switch-program.ts';
import { eventually } from '../../support/eventually.ts';
import { SinkHandle } from '../../support/sink-handle.ts';

/** Where there is no Open vSwitch: each of its tools ends with an error. */
const NOWHERE: Run = () =>
  Promise.resolve({ exitCode: 1, stdout: '', stderr: 'ovs-ofctl: br-test is not a bridge or a socket' });

const PREFIX: RemotePrefixState = {
  kind: 'remote-prefix',
  instance: 1,
  prefix: '12.0.0.0/24',
  nextHops: [{ address: '10.77.0.2', label: 17, encapsulations: [], hashOrder: 0 }],
};

interface DriverOptions {
  readonly run?: Run;
  readonly rootHelper: readonly string[];
  readonly warn?: (message: unknown) => unknown;
  readonly program?: TestProgram;
}

function driverOf(options: DriverOptions): SinkHandle {
  const { run = NOWHERE, rootHelper, warn = () => undefined, program = new TestProgram() } = options;
  const silent = (): undefined => undefined;
  return new SinkHandle(
    ovsSink(
      {
        localAddress: '10.77.0.1',
        rootHelper,
        log: { debug: silent, info: silent, warning: warn, error: warn },
      },
      {
        driver: ipvpnDummy,
        program,
        requiredPorts: [],
        mustBeSecure: true,
        describe: () => ({}),
        describeInstance: () => ({}),
      },
      run,
    ),
  );
}

test('an outage that is noticed after something has failed lasts until the bridge answers', async () => {
  const driver = driverOf({ rootHelper: ['false'] });
  const state = (): unknown => (driver.sink.describe()['ovs_connection'] as { state: string }).state;
  const [confirmation] = await driver.apply(want(PREFIX));
  assert.ok(confirmation!.fault);
  await eventually('noticed', () => assert.is(state(), 'down'));
  // What has failed is tried again a second later.
  await sleep(1500);
  assert.is(state(), 'down');
  driver.kill();
});

test('however often something fails, it is tried again once in a while', async () => {
  let attempts = 0;
  const warnings: unknown[] = [];
  const driver = driverOf({
    run: (...words) => {
      attempts += 1;
      return NOWHERE(...words);
    },
    // What runs on and on says nothing of a bridge here, so that no outage is seen.
    rootHelper: ['tail', '-f', '-q', '/dev/null', '--'],
    warn: (message) => warnings.push(message),
  });
  for (let count = 0; count < 20; count += 1) await driver.apply(want(PREFIX));
  const before = attempts;
  await sleep(2500);
  driver.kill();
  assert.ok(attempts > before);
  assert.ok(attempts - before <= 6, `${attempts - before} attempts`);
  assert.equal(warnings, [
    'bridge br-test is not as it should be: ovs-ofctl: br-test is not a bridge or a socket',
  ]);
});

test('a bug in a program leaves nobody without an answer', async () => {
  const program = new TestProgram();
  program.take = () => {
    throw new Error('a bug');
  };
  const errors: unknown[] = [];
  const driver = driverOf({ rootHelper: ['false'], warn: (message) => errors.push(message), program });
  const confirmations = await driver.apply(want(PREFIX), want({ ...PREFIX, prefix: '12.0.1.0/24' }));
  driver.kill();
  assert.equal(
    confirmations.map(({ fault }) => fault?.reason),
    ['internal error', 'internal error'],
  );
  assert.ok(errors.some((error) => String(error).includes('Open vSwitch: Error: a bug')));
});

test.run();
