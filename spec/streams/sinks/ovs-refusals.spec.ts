import { setImmediate } from 'node:timers/promises';
import { VirtualTimeScheduler } from 'rxjs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ipvpnDummy } from '../../../lib/dataplane/drivers/ipvpn-dummy.ts';
import { type RemotePrefixState, unwant, want } from '../../../lib/dataplane/intent.ts';
import { ovsSink } from '../../../streams/sinks/ovs.ts';
import type { RunResult } from '../../../streams/sinks/run-batch.ts';
import { TestProgram } from '../../fixtures/switch-program.ts';
import { SinkHandle } from '../../support/sink-handle.ts';

/** What a bridge refuses: when the sink tries it again, on virtual time, with tools that are played. */

const NO_PORTS = '{"data":[]}\n'.repeat(3);

/** A sink whose bridge refuses every bundle that puts one of `refused`. */
class Scene {
  readonly scheduler = new VirtualTimeScheduler();
  readonly refused = new Set<string>();
  /** Milliseconds at which a bundle was tried. */
  readonly attempts: number[] = [];
  readonly warnings: string[] = [];
  readonly infos: string[] = [];
  readonly driver: SinkHandle;

  constructor() {
    const note =
      (lines: string[]) =>
      (message: unknown): unknown =>
        lines.push(String(message));
    const warning = note(this.warnings);
    this.driver = new SinkHandle(
      ovsSink(
        {
          localAddress: '10.77.0.1',
          // What runs on and on says nothing of a bridge here, so that no outage is seen.
          rootHelper: ['tail', '-f', '-q', '/dev/null', '--'],
          log: { debug: () => undefined, info: note(this.infos), warning, error: warning },
          scheduler: this.scheduler,
        },
        {
          driver: ipvpnDummy,
          program: new TestProgram(),
          requiredPorts: [],
          mustBeSecure: true,
          describe: () => ({}),
          describeInstance: () => ({}),
        },
        (words, input) => Promise.resolve(this.#answer(words, input)),
      ),
    );
    this.scheduler.maxFrames = 0;
  }

  /** Lets so much time pass. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.scheduler.maxFrames + milliseconds;
    while (this.scheduler.maxFrames < end) {
      this.scheduler.maxFrames += 500;
      this.scheduler.flush();
      this.scheduler.frame = this.scheduler.maxFrames;
      await setImmediate();
    }
  }

  /** What the looking glass says of an instance, and of none. */
  refusals(instance: number): unknown {
    const { sink } = this.driver;
    const state = { ...prefix('12.0.0.0/24'), instance };
    return [sink.describeInstance(state)['refused'], sink.describe()['refused']];
  }

  #answer(words: readonly string[], input: string): RunResult {
    if (!words.includes('bundle')) return { exitCode: 0, stdout: NO_PORTS, stderr: '' };
    this.attempts.push(this.scheduler.frame);
    const wrong = input.split('\n').find((line) => [...this.refused].some((one) => line.includes(`${one},`)));
    // The number of the message is another one each time.
    const said = `Error OFPFMFC_TABLE_FULL for: OFPT_FLOW_MOD (OF1.5) (xid=0x${this.attempts.length}): ${wrong!}`;
    return wrong === undefined
      ? { exitCode: 0, stdout: '', stderr: '' }
      : { exitCode: 1, stdout: '', stderr: said };
  }
}

const prefix = (address: string): RemotePrefixState => ({
  kind: 'remote-prefix',
  instance: 1,
  prefix: address,
  nextHops: [{ address: '10.77.0.2', label: 17, encapsulations: [], hashOrder: 0 }],
});

const opened: SinkHandle[] = [];

// Also those of tests that fail: what runs on and on would keep the process.
test.after.each(() => {
  for (const driver of opened.splice(0)) driver.kill();
});

const FULL = prefix('12.0.0.1/32');
const OTHER = prefix('12.0.0.2/32');

test('what is refused is tried again, later each time, until it is taken', async () => {
  const scene = await started();
  const { driver, refused } = scene;
  refused.add(FULL.prefix).add(OTHER.prefix);
  const [confirmation] = await driver.apply(want(FULL));
  assert.match(confirmation!.fault!.reason, 'OFPFMFC_TABLE_FULL');
  scene.attempts.length = 0;
  await scene.pass(200_000);
  assert.equal(scene.attempts, [1, 3, 7, 15, 31, 63, 123, 183].map(inMilliseconds));
  // The next attempt is at 243 s.
  refused.delete(FULL.prefix);
  await scene.pass(50_000);
  assert.is(scene.attempts.at(-1), inMilliseconds(243));
  assert.equal(scene.infos, ['bridge br-test has taken what it had refused']);
  const { length } = scene.attempts;
  await scene.pass(200_000);
  assert.is(scene.attempts.length, length, 'nothing is left to try');
  assert.is(scene.warnings.length, 1, 'said once');
  assert.match(scene.warnings[0]!, `1/remote-prefix/${FULL.prefix}: OFPFMFC_TABLE_FULL`);
  // What is refused after that is new.
  await driver.apply(want(OTHER));
  scene.attempts.length = 0;
  const now = scene.scheduler.frame;
  await scene.pass(1500);
  assert.is(scene.warnings.length, 2);
  assert.equal(scene.attempts, [now + 1000]);
});

test('what is taken lets the pause of the rest begin anew', async () => {
  const scene = await started();
  const { driver, refused } = scene;
  refused.add(FULL.prefix).add(OTHER.prefix);
  await driver.apply(want(FULL), want(OTHER));
  await scene.pass(10_000);
  refused.delete(OTHER.prefix);
  scene.attempts.length = 0;
  await scene.pass(13_000);
  assert.equal([...new Set(scene.attempts)], [15, 16, 18, 22].map(inMilliseconds));
});

test('what nobody wants any more is not tried again', async () => {
  const scene = await started();
  const { driver, refused } = scene;
  refused.add(FULL.prefix);
  await driver.apply(want(FULL));
  await driver.drop(FULL);
  scene.attempts.length = 0;
  await scene.pass(100_000);
  assert.equal(scene.attempts, []);
  assert.equal(scene.refusals(1), [undefined, undefined]);
});

test('the looking glass shows what is refused, and why, as much as can be read', async () => {
  const scene = await started();
  const { driver, refused } = scene;
  refused.add(FULL.prefix);
  await driver.apply(want(FULL), want(OTHER));
  const [shown] = scene.refusals(1) as [{ unit: string; reason: string }[]];
  assert.equal(
    shown.map(({ unit }) => unit),
    [`1/remote-prefix/${FULL.prefix}`],
  );
  assert.match(shown[0]!.reason, `OFPFMFC_TABLE_FULL`);
  assert.equal(scene.refusals(11), [undefined, undefined]);
  const many = Array.from({ length: 300 }, (_, index) => prefix(`13.0.${index >> 8}.${index & 255}/32`));
  for (const one of many) refused.add(one.prefix);
  await driver.apply(...many.map((state) => want(state)));
  assert.is((scene.refusals(1) as [unknown[]])[0].length, 100);
});

test('among very many that are refused, what is right does not wait for long', async () => {
  const scene = await started();
  const { driver, refused } = scene;
  const many = Array.from({ length: 1000 }, (_, index) => prefix(`13.0.${index >> 8}.${index & 255}/32`));
  for (const one of many) refused.add(one.prefix);
  scene.attempts.length = 0;
  const confirmations = await driver.apply(...[...many, OTHER].map((state) => want(state)));
  assert.ok(confirmations.every(({ fault }) => fault !== undefined));
  // Each is a process, and nothing else is done meanwhile.
  assert.ok(scene.attempts.length < 250, `${scene.attempts.length} attempts`);
  assert.match(scene.warnings.at(-1)!, '(and 1000 more)');
  await scene.pass(1500);
  assert.match(JSON.stringify(driver.sink.describeInstance(OTHER)['flows']), `nw_dst=${OTHER.prefix}`);
  await driver.apply(...many.map((state) => unwant(state)));
  assert.equal(scene.refusals(1), [undefined, undefined]);
});

/** A sink that knows what its bridge holds. */
async function started(): Promise<Scene> {
  const scene = new Scene();
  opened.push(scene.driver);
  await scene.driver.have(prefix('11.0.0.1/32'));
  return scene;
}

function inMilliseconds(seconds: number): number {
  return seconds * 1000;
}

test.run();
