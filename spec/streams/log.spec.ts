import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openLog } from '../../streams/log-output.ts';
import { formatLogLine, LogBook, type LogRecord } from '../../streams/log.ts';

function book(debug = false): { logs: LogBook; written: LogRecord[] } {
  const written: LogRecord[] = [];
  const now = (): Date => new Date(2026, 10, 22, 23, 10, 23, 917);
  return { logs: new LogBook({ write: (record) => written.push(record), now, debug }), written };
}

test('a record is one line, whatever its message', () => {
  const { logs, written } = book();
  logs.component('bgp').info('first\n  second');
  assert.is(formatLogLine(written[0]!), '2026-11-22 23:10:23.917 INFO bgp first | second');
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

test('a log file is appended to, as text or JSON; one that cannot be written is a fault', () => {
  const directory = mkdtempSync(join(tmpdir(), 'bagpipe-log-'));
  const logFile = join(directory, 'log');
  const record: LogRecord = { level: 'INFO', time: 'now', name: 'bgp', message: 'up' };
  for (const useJson of [false, true]) {
    const write = openLog({ logFile, useJson });
    assert.ok(write.ok);
    write.value(record);
  }
  assert.is(readFileSync(logFile, 'utf8'), `now INFO bgp up\n${JSON.stringify(record)}\n`);
  rmSync(directory, { recursive: true });
  const fault = openLog({ logFile, useJson: false });
  assert.ok(!fault.ok);
  assert.match(fault.fault, /cannot write the log .*log_file/);
});

test.run();
