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

test('an outage that is noticed after something has failed lasts until the bridge answers', async () => {
  const silent = { debug: () => undefined, info: () => undefined, warning: () => undefined };
  const driver = new SinkHandle(
    ovsSink(
      { localAddress: '10.77.0.1', rootHelper: ['false'], log: { ...silent, error: silent.warning } },
      {
        driver: ipvpnDummy,
        program: new TestProgram(),
        requiredPorts: [],
        describe: () => ({}),
        describeInstance: () => ({}),
      },
      NOWHERE,
    ),
  );
  const state = (): unknown => (driver.sink.describe()['ovs_connection'] as { state: string }).state;
  const [confirmation] = await driver.apply(want(PREFIX));
  assert.ok(confirmation!.fault);
  await eventually('noticed', () => assert.is(state(), 'down'));
  // What has failed is tried again a second later.
  await sleep(1500);
  assert.is(state(), 'down');
  driver.kill();
});

test.run();
