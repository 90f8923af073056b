import { VirtualTimeScheduler } from 'rxjs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type EviState,
  type FloodState,
  type RemoteMacState,
  unwant,
  want,
} from '../../../lib/dataplane/intent.ts';
import type { RunResult } from '../../../streams/sinks/run-batch.ts';
import { SinkDriver } from '../../support/sink-driver.ts';

/** The sink with tools that are played: how it takes failures. */
const evi: EviState = { kind: 'evi', instance: 1, externalId: 'n1', vni: 16, bridge: undefined };
const flood: FloodState = { kind: 'flood', instance: 1, vtep: '10.77.0.2', vni: 20 };

const OK: RunResult = { exitCode: 0, stdout: '', stderr: '' };

/** Tools that succeed, and `bridge -batch`, which does as it is told. */
function tools(bridge: (attempt: number) => RunResult) {
  let attempts = 0;
  return (words: readonly string[], input: string): Promise<RunResult> => {
    if (words.includes('address')) return Promise.resolve({ ...OK, stdout: '[]' });
    if (words[0] !== 'bridge' || !words.includes('-batch')) {
      const markers = input.split('\n').filter((line) => line === 'link show dev lo').length;
      return Promise.resolve({ ...OK, stdout: 'lo\n'.repeat(markers) });
    }
    attempts += 1;
    return Promise.resolve(bridge(attempts));
  };
}

const busy: RunResult = {
  exitCode: 1,
  stdout: '',
  stderr: 'RTNETLINK answers: Device or resource busy\nCommand failed -:1\n',
};

/** A clock that runs ahead whenever somebody waits for it. */
function hastyClock(): VirtualTimeScheduler {
  const scheduler = new VirtualTimeScheduler();
  const schedule = scheduler.schedule.bind(scheduler);
  scheduler.schedule = (...parameters) => {
    const action = schedule(...parameters);
    if ((parameters[1] ?? 0) < 10_000) queueMicrotask(() => scheduler.flush());
    return action;
  };
  return scheduler;
}

test('what may pass is tried again, three times, later each time', async () => {
  const scheduler = hastyClock();
  scheduler.maxFrames = 10_000;
  let attempts = 0;
  const driver = new SinkDriver(
    { scheduler },
    tools((attempt) => ((attempts = attempt) <= 3 ? busy : OK)),
  );
  await driver.have(evi, flood);
  assert.is(attempts, 4);
  assert.is(scheduler.frame, 50 + 200 + 800);
  driver.kill();
});

test('what does not pass is a fault with the command and the text', async () => {
  const scheduler = hastyClock();
  scheduler.maxFrames = 10_000;
  const driver = new SinkDriver(
    { scheduler },
    tools(() => busy),
  );
  const [first, second] = await driver.apply(want(evi), want(flood));
  assert.is(first?.fault, undefined);
  assert.equal(second?.fault, {
    command: 'bridge fdb append 00:00:00:00:00:00 dev vxlan--n1 dst 10.77.0.2 vni 20 self permanent',
    reason: 'RTNETLINK answers: Device or resource busy',
  });
  driver.kill();
});

test('an interface that is busy is in the hands of others: nobody waits for it', async () => {
  const scheduler = hastyClock();
  scheduler.maxFrames = 10_000;
  const working = tools(() => OK);
  const driver = new SinkDriver({ scheduler }, async (words, input) => {
    const line = input.split('\n').findIndex((text) => text.startsWith('link set dev tap1 master'));
    const stderr = `RTNETLINK answers: Device or resource busy\nCommand failed -:${line + 1}\n`;
    return { ...(await working(words, input)), ...(line < 0 ? {} : { exitCode: 1, stderr }) };
  });
  const port = { interface: 'tap1', description: {} };
  const [, busyPort] = await driver.apply(want(evi), want({ kind: 'evpn-port', instance: 1, port }));
  assert.is(busyPort?.fault?.reason, 'RTNETLINK answers: Device or resource busy');
  assert.is(scheduler.frame, 0);
  driver.kill();
});

test('a MAC whose tunnel entry failed is flooded, not sent nowhere', async () => {
  const refused = { ...busy, stderr: 'RTNETLINK answers: Invalid argument\nCommand failed -:1\n' };
  const driver = new SinkDriver(
    {},
    tools((attempt) => (attempt === 1 ? refused : OK)),
  );
  const mac = '02:00:00:00:00:02';
  const remote = { kind: 'remote-mac', instance: 1, mac, vtep: '10.77.0.2', vni: 20 } as const;
  const [, confirmation] = await driver.apply(want(evi), want(remote));
  assert.match(confirmation?.fault?.reason ?? '', /Invalid argument/);
  assert.not(driver.changes.some((line) => line.includes(' master static')));
  await driver.have(remote);
  assert.match(driver.changes.at(-1)!, / master static sticky$/);
  driver.kill();
});

test('a process that was killed is a fault and a line in the log', async () => {
  const stderr = 'killed: no end after 60 s';
  const driver = new SinkDriver(
    {},
    tools(() => ({ ...OK, exitCode: undefined, stderr })),
  );
  const [, second] = await driver.apply(want(evi), want(flood));
  assert.is(second?.fault?.reason, stderr);
  assert.equal(driver.warnings, ['bridge -force -batch -: killed: no end after 60 s']);
  driver.kill();
});

test('a failed object stays pending: its removal removes, its repetition repeats', async () => {
  const refused = { ...busy, stderr: 'RTNETLINK answers: Invalid argument\nCommand failed -:1\n' };
  const driver = new SinkDriver(
    {},
    tools((attempt) => (attempt === 1 ? refused : OK)),
  );
  await driver.apply(want(evi), want(flood));
  driver.changes.length = 0;
  await driver.have(flood);
  assert.equal(driver.changes.length, 1);
  await driver.apply(unwant(flood));
  assert.match(driver.changes[1]!, /^fdb del/);
  driver.kill();
});

test('tools that cannot be run fail the batch, not the pipeline', async () => {
  let isBroken = true;
  const working = tools(() => OK);
  const driver = new SinkDriver({}, (words, input) =>
    isBroken
      ? Promise.resolve({ exitCode: undefined, stdout: '', stderr: 'spawn ip ENOENT' })
      : working(words, input),
  );
  const confirmations = await driver.apply(want(evi), want(flood));
  for (const { fault } of confirmations) {
    assert.equal(fault, { command: 'ip -json -details address', reason: 'spawn ip ENOENT' });
  }
  isBroken = false;
  await driver.have(evi, flood);
  driver.kill();
});

test('a bug in a batch is a fault of the batch, and the next one is carried out', async () => {
  let isBroken = true;
  const working = tools(() => OK);
  const driver = new SinkDriver({}, (words, input) => {
    if (isBroken) throw new Error('a bug');
    return working(words, input);
  });
  const [confirmation] = await driver.apply(want(evi));
  assert.is(confirmation?.fault?.reason, 'internal error');
  assert.match(driver.warnings[0]!, /a bug/);
  isBroken = false;
  await driver.have(evi, flood);
  driver.kill();
});

/** Enough at once to be looked up. */
const remotes = Array.from({ length: 200 }, (_, index): RemoteMacState => ({
  kind: 'remote-mac',
  instance: 1,
  mac: `02:00:00:00:00:${index.toString(16).padStart(2, '0')}`,
  vtep: '10.77.0.2',
  vni: 20,
}));

test('entries that the kernel does not have after all are made again, and faults in the end', async () => {
  const working = tools(() => OK);
  let lookups = 0;
  const driver = new SinkDriver({}, (words, input) => {
    if (!input.startsWith('fdb get')) return working(words, input);
    lookups += 1;
    return Promise.resolve({
      ...OK,
      exitCode: 1,
      stderr: 'Error: Fdb entry not found.\nCommand failed -:1\n',
    });
  });
  await driver.have(evi);
  const confirmations = await driver.apply(...remotes.map((state) => want(state)));
  for (const { fault } of confirmations) assert.is(fault?.reason, 'the kernel did not keep it');
  assert.is(lookups, 3);
  driver.kill();
});

/** Tools that do everything but look up an entry. */
function oldTools() {
  const working = tools(() => OK);
  const unknown = { ...OK, exitCode: 1, stderr: 'Command "get" is unknown, try "bridge fdb help".\n' };
  return (words: readonly string[], input: string): Promise<RunResult> =>
    input.startsWith('fdb get') ? Promise.resolve(unknown) : working(words, input);
}

test('a tool that cannot look up an entry leaves the kernel its word', async () => {
  const driver = new SinkDriver({}, oldTools());
  await driver.have(evi, ...remotes);
  assert.match(driver.warnings[0]!, /entries not verified: Command "get" is unknown/);
  driver.kill();
});

test('what a helper says beside a result is no fault', async () => {
  const working = tools(() => OK);
  const answers = remotes
    .map(({ mac, vtep, vni }) => [
      { mac, ifname: 'vxlan--n1', flags: ['sticky'], master: 'evpn---n1', state: 'static' },
      { mac, ifname: 'vxlan--n1', dst: vtep, vni, flags: ['self'], state: 'permanent' },
    ])
    .flat()
    .map((entry) => `${JSON.stringify([entry])}\n`)
    .join('');
  const stderr = 'sudo: unable to resolve host node1: Name or service not known\n';
  const driver = new SinkDriver({}, (words, input) =>
    input.startsWith('fdb get') ? Promise.resolve({ ...OK, stdout: answers, stderr }) : working(words, input),
  );
  await driver.have(evi);
  await driver.have(...remotes);
  assert.equal(driver.warnings, []);
  driver.kill();
});

test('many intents are carried out in portions, and an EVI does not wait for them', async () => {
  const working = oldTools();
  const portions: number[] = [];
  const driver = new SinkDriver({}, (words, input) => {
    const macs = input.split('\n').filter((line) => line.includes('sticky')).length;
    if (macs > 0) portions.push(macs);
    return working(words, input);
  });
  await driver.have(evi);
  const many = Array.from({ length: 4500 }, (_, index): RemoteMacState => {
    const tail = index.toString(16).padStart(4, '0');
    return { ...remotes[0]!, mac: `02:00:00:00:${tail.slice(0, 2)}:${tail.slice(2)}` };
  });
  const other: EviState = { ...evi, instance: 2, externalId: 'n2', vni: 17 };
  const confirmations = await driver.apply(...[...many, other].map((state) => want(state)));
  assert.is(confirmations[0]?.intent.key, '2/evi');
  assert.equal(portions, [1999, 2000, 501]);
  driver.kill();
});

test('the looking glass is told the names of the devices', () => {
  const driver = new SinkDriver(
    {},
    tools(() => OK),
  );
  assert.equal(driver.sink.describeInstance(evi), { linux_bridge: 'evpn---n1', vxlan_if: 'vxlan--n1' });
  assert.equal(driver.sink.describeInstance(flood), {});
  driver.kill();
});

test.run();
