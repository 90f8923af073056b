import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ComponentLevel } from '../../lib/log-level.ts';
import { leadsToJournal, openLog } from '../../streams/log-output.ts';
import { formatLogJson, formatLogLine, LogBook, type LogRecord } from '../../streams/log.ts';
import { run } from '../support/programs.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

function book(
  debug = false,
  levels: readonly ComponentLevel[] = [],
): { logs: LogBook; written: LogRecord[]; messages: () => readonly string[] } {
  const written: LogRecord[] = [];
  const now = (): Date => new Date(2026, 10, 22, 23, 10, 23, 917);
  const logs = new LogBook({ write: (record) => written.push(record), now, debug, levels });
  return { logs, written, messages: () => written.map(({ message }) => message) };
}

const TIME = '2026-11-22 23:10:23.917';

const LINES: readonly [message: string, line: string][] = [
  ['up', 'up'],
  ['first\n  second', 'first | second'],
  ['first\r\n\r\nsecond\u2028third\u0085\vfourth\n', 'first | second | third | fourth'],
  ['a\tb\0 \u001b[31mred\u009b', 'a\tb\\x00 \\x1b[31mred\\x9b'],
  ['é ☃', 'é ☃'],
];

for (const [message, line] of LINES) {
  test(`one line: ${JSON.stringify(message)}`, () => {
    const { logs, written } = book();
    logs.component('bgp').info(message);
    assert.is(formatLogLine(written[0]!), `${TIME} INFO bgp ${line}`);
    assert.not.match(formatLogJson(written[0]!), /\n/);
  });
}

test('JSON has the fields of the component beside what every line has', () => {
  const { logs, written } = book();
  logs.component('bgp.peer.192.0.2.1', 'INFO', { peer: '192.0.2.1' }).warning('a\nb');
  logs.component('api').error('c');
  assert.equal(written.map(formatLogJson), [
    `{"time":"${TIME}","level":"WARNING","name":"bgp.peer.192.0.2.1","message":"a\\nb","peer":"192.0.2.1"}`,
    `{"time":"${TIME}","level":"ERROR","name":"api","message":"c"}`,
  ]);
});

test('each component writes from its own level on; the looking glass is not affected', () => {
  const { logs, messages } = book(false, [
    { component: 'bgp', level: 'DEBUG' },
    { component: 'vpn', level: 'ERROR' },
    { component: 'api', level: 'CRITICAL' },
  ]);
  for (const name of ['bgp.peer.1', 'vpn.vrf.1', 'api', 'daemon']) {
    const log = logs.component(name);
    for (const level of ['debug', 'info', 'warning', 'error'] as const) log[level](`${name} ${level}`);
    assert.is(log.records().length, 2, name);
  }
  assert.equal(messages(), [
    ...['debug', 'info', 'warning', 'error'].map((level) => `bgp.peer.1 ${level}`),
    'vpn.vrf.1 error',
    ...['info', 'warning', 'error'].map((level) => `daemon ${level}`),
  ]);
  assert.is(logs.recentCount, 8);
});

test('nobody makes up a message that nobody reads', () => {
  const { logs, messages } = book(false, [{ component: 'bgp', level: 'ERROR' }]);
  let asked = 0;
  const message = (): string => `asked ${++asked}`;
  const bgp = logs.component('bgp');
  assert.not(bgp.isDebug);
  assert.ok(book(true).logs.component('bgp').isDebug);
  bgp.debug(message);
  bgp.info(message);
  assert.is(asked, 0);
  bgp.warning(message);
  bgp.error(message);
  assert.equal(messages(), ['asked 2']);
  assert.equal(
    logs.recent().map((record) => record.message),
    ['asked 2', 'asked 1'],
  );
});

test('debug records are written only when they are asked for', () => {
  for (const debug of [false, true]) {
    const { logs, written } = book(debug);
    logs.component('bgp').debug('detail');
    assert.is(written.length, debug ? 1 : 0);
  }
});

test('warnings and errors of all components are kept, the newest first, a hundred of them', () => {
  const { logs } = book();
  const [bgp, api] = [logs.component('bgp'), logs.component('api')];
  bgp.info('not kept');
  for (let number = 0; number < 120; number++) bgp.warning(`warning ${number}`);
  api.error('last');
  assert.is(logs.recentCount, 100);
  assert.equal(
    logs
      .recent()
      .slice(0, 2)
      .map(({ message }) => message),
    ['last', 'warning 119'],
  );
});

test('a component keeps its own, from its level on, until it starts anew', () => {
  const { logs } = book();
  const peer = logs.component('peer', 'INFO');
  peer.info('connected');
  logs.component('api').error('of another');
  assert.equal(
    peer.records().map(({ message }) => message),
    ['connected'],
  );
  peer.clear();
  assert.is(peer.records().length, 0);
});

const RECORD: LogRecord = { level: 'INFO', time: 'now', name: 'bgp', message: 'up' };

test('a log file is appended to, as text or JSON; one that cannot be written is a fault', async () => {
  const { path, remove } = temporaryDirectory();
  const logFile = join(path, 'log');
  for (const useJson of [false, true]) {
    const output = openLog({ logFile, useJson, systemLog: undefined }, false);
    assert.ok(output.ok);
    assert.equal(output.value.warnings, []);
    output.value.write(RECORD);
  }
  await new Promise(setImmediate);
  assert.is(readFileSync(logFile, 'utf8'), `now INFO bgp up\n${formatLogJson(RECORD)}\n`);
  remove();
  const fault = openLog({ logFile, useJson: false, systemLog: undefined }, false);
  assert.not(fault.ok);
  if (!fault.ok) assert.match(fault.fault, /cannot write the log .*log_file/);
});

test('the lines of one turn are written together, and none is lost when the process exits', async () => {
  const { path, remove } = temporaryDirectory();
  const logFile = join(path, 'log');
  const module = join(import.meta.dirname, '../../streams/log-output.ts');
  const program = `
    import { openLog } from ${JSON.stringify(module)};
    const { value } = openLog({ logFile: ${JSON.stringify(logFile)}, useJson: false, systemLog: undefined }, false);
    for (const message of ['first', 'second']) value.write({ level: 'INFO', time: 'now', name: 'bgp', message });
    process.exit(0);
  `;
  await run(['node', '--import', 'tsx', '--input-type=module', '--eval', program]);
  assert.is(readFileSync(logFile, 'utf8'), 'now INFO bgp first\nnow INFO bgp second\n');
  remove();
});

test('standard output leads to the journal if device and inode are those that systemd has named', () => {
  const { path, remove } = temporaryDirectory();
  const descriptor = openSync(join(path, 'stream'), 'w');
  const { dev, ino } = fstatSync(descriptor, { bigint: true });
  assert.ok(leadsToJournal(`${dev}:${ino}`, descriptor));
  for (const other of [undefined, '', `${dev}:${ino + 1n}`, `${dev + 1n}:${ino}`, 'x']) {
    assert.not(leadsToJournal(other, descriptor), other);
  }
  closeSync(descriptor);
  assert.not(leadsToJournal(`${dev}:${ino}`, descriptor), 'it is closed');
  remove();
});

test('whoever asks for the log of the system, and has none, is told where the log goes', () => {
  const warnings = (systemLog: string | undefined, toJournal: boolean): readonly string[] => {
    const output = openLog({ logFile: '/dev/null', useJson: false, systemLog }, toJournal);
    return output.ok ? output.value.warnings : ['fault'];
  };
  assert.equal(warnings(undefined, false), []);
  assert.equal(warnings('use_journal', true), []);
  assert.equal(warnings('use_syslog', false), [
    '[DEFAULT] use_syslog: standard output does not lead to the journal, as it does in a systemd unit: the log goes to /dev/null',
  ]);
});

test.run();
