import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { driverNames } from '../../lib/dataplane/drivers/registry.ts';
import { DIRECTORY, file, MINIMUM } from '../conf/fixture.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { needsRoot } from '../support/needs.ts';
import { attempt, HERE, inNamespace, startProgram, type Place, type Program } from '../support/programs.ts';
import { commandLine, run } from './fixture.ts';

/** A configuration whose API port is free. */
async function configurationFile(): Promise<{ readonly path: string; readonly port: number }> {
  const port = await freePort();
  return { path: file(`[BGP]\nlocal_address = lo\nmy_as = 64512\n[API]\nport = ${port}\n`), port };
}

async function started(name: string, args: readonly string[] = [], place: Place = HERE): Promise<Program> {
  const { path, port } = await configurationFile();
  const words = [...place, ...commandLine('bagpipe-bgp'), '--config-file', path, ...args];
  const program = startProgram(name, words, { directory: DIRECTORY });
  await eventually('the API answers', async () => {
    assert.ok(program.isRunning(), program.output());
    assert.ok((await fetch(`http://127.0.0.1:${port}/ping`)).ok);
  });
  return program;
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal} stops it with status 0`, async () => {
    const program = await started(signal);
    assert.equal(await program.stop(signal), { status: 0, signal: null });
    assert.not.match(program.output(), /built-in defaults/);
  });
}

test('SIGHUP does not end it, and is logged', async () => {
  const program = await started('SIGHUP');
  process.kill(program.pid, 'SIGHUP');
  await eventually('a line', () => assert.match(program.output(), / INFO daemon SIGHUP ignored/));
  assert.ok(program.isRunning());
  assert.is((await program.stop()).status, 0);
});

const TIME = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} /;

test('levels of components, from the command line', async () => {
  const program = await started('levels', [
    '--log-level',
    'api=DEBUG',
    '--log-level',
    'daemon=ERROR,foo=INFO',
  ]);
  await program.stop();
  const lines = program.output().trimEnd().split('\n');
  for (const line of lines) assert.match(line, TIME);
  assert.ok(lines.some((line) => line.includes(' DEBUG api GET /ping 200')));
  assert.not(lines.some((line) => line.includes(' daemon ')));
});

test('JSON lines', async () => {
  const program = await started('json', ['--use-json']);
  await program.stop();
  const lines = program.output().trimEnd().split('\n');
  const last = JSON.parse(lines.at(-1)!) as Readonly<Record<string, string>>;
  assert.equal({ ...last, time: '' }, { time: '', level: 'INFO', name: 'daemon', message: 'stopping' });
  assert.match(`${last['time']!} `, TIME);
});

/** As systemd does it: standard output is there, and named to the program. */
const IN_UNIT: Place = [
  ...['sh', '-c'],
  'exec 3>&1; export JOURNAL_STREAM="$(stat -Lc %d:%i /proc/self/fd/3)"; exec "$@" 3>&-',
  'sh',
];

test('in a unit, lines have their priority; elsewhere not, whatever the environment says', async () => {
  const unit = await started('unit', ['--log-level', 'api=DEBUG,amqp=WARN'], IN_UNIT);
  await unit.stop();
  assert.match(unit.output(), /^<6>\d{4}\S+ \S+ INFO daemon bagpipe-bgp /m);
  assert.match(unit.output(), /^<7>\d{4}\S+ \S+ DEBUG api GET \/ping 200/m);
  assert.match(unit.output(), /^<4>\d{4}\S+ \S+ WARNING daemon .*default_log_levels/m);
  const elsewhere = await started('elsewhere', ['--use-journal'], ['env', 'JOURNAL_STREAM=1:1']);
  await elsewhere.stop();
  assert.not.match(elsewhere.output(), /^</m);
  assert.match(elsewhere.output(), / WARNING daemon \[DEFAULT\] use_journal: standard output does not lead/);
});

test('beside a log file the journal gets the lines too, if it is asked for', async () => {
  for (const asked of [false, true]) {
    const logFile = join(DIRECTORY, `beside-${String(asked)}.log.txt`);
    const args = ['--log-file', logFile, ...(asked ? ['--use-syslog'] : [])];
    const program = await started(`beside-${String(asked)}`, args, IN_UNIT);
    await program.stop();
    assert.match(readFileSync(logFile, 'utf8'), /^\d{4}\S+ \S+ INFO daemon stopping$/m);
    assert.is(/^<6>\d{4}\S+ \S+ INFO daemon stopping$/m.test(program.output()), asked);
  }
});

test('wrong configuration: status 1, and every fault', async () => {
  const path = file('[BGP]\nlocal_address = nosuch0\npeers = a_b\n');
  const { status, stderr } = await run('bagpipe-bgp', '--config-file', path);
  assert.is(status, 1);
  assert.equal(stderr.split('\n'), [
    `bagpipe-bgp: ${path}:2: [BGP] local_address: "nosuch0" is not valid: interface nosuch0 does not exist`,
    `bagpipe-bgp: ${path}:3: [BGP] peers: "a_b" is not valid: expected an IPv4 address or a host name, or several, separated by commas`,
    `bagpipe-bgp: ${path}: [BGP] my_as: must be set: expected an AS number from 1 to 65535`,
  ]);
});

test('no such file: status 1', async () => {
  const { status, stderr } = await run('bagpipe-bgp', '--config-file', '/nonexistent');
  assert.is(status, 1);
  assert.is(stderr, 'bagpipe-bgp: /nonexistent: this configuration file does not exist');
});

test('a port that is taken: status 1, before anything is done to the dataplane', async () => {
  const port = await freePort();
  // Its bridge is not there: who looked for it would say so.
  const path = file(`${MINIMUM}[DATAPLANE_DRIVER_IPVPN]
dataplane_driver = ovs
mpls_interface = *gre*
ovs_bridge = br-none
[API]
port = ${port}
`);
  const other = createServer().listen(port, '127.0.0.1');
  const taken = await run('bagpipe-bgp', '--config-file', path);
  assert.is(taken.status, 1);
  assert.match(
    taken.stderr,
    new RegExp(`^bagpipe-bgp: the API cannot listen on 127.0.0.1:${port}: something else`),
  );
  await new Promise((resolve) => other.close(resolve));
  const free = await run('bagpipe-bgp', '--config-file', path);
  assert.is(free.status, 1);
  assert.match(free.stderr, /^bagpipe-bgp: dataplane driver ovs \(ipvpn\): /);
});

test('unknown options and arguments: status 2', async () => {
  for (const words of [['--bogus'], ['start'], ['--config-file'], ['--log-level', 'bgp=LOUD']]) {
    assert.is((await run('bagpipe-bgp', ...words)).status, 2, words.join(' '));
  }
});

test('help and version: status 0', async () => {
  const help = await run('bagpipe-bgp', '--help');
  assert.is(help.status, 0);
  for (const part of [
    '--config-dir',
    '[DATAPLANE_DRIVER_EVPN]',
    'vxlan_dst_port = 4789',
    'Exit status:',
    'SIGHUP is ignored: restart',
    'default_log_levels =',
    '--log-level bgp=DEBUG',
    'Examples:',
  ]) {
    assert.ok(help.stdout.includes(part), part);
  }
  const version = await run('bagpipe-bgp', '--version');
  assert.match(version.stdout, /^bagpipe-bgp \d+\.\d+\.\d+/);
});

test('clean-up beside a daemon: only by force', async () => {
  const { path, port } = await configurationFile();
  const program = startProgram('beside', [...commandLine('bagpipe-bgp'), '--config-file', path], {
    directory: DIRECTORY,
  });
  await eventually('the API answers', async () => {
    assert.ok((await fetch(`http://127.0.0.1:${port}/ping`)).ok);
  });
  const refused = await run('bagpipe-bgp-cleanup', '--config-file', path);
  assert.is(refused.status, 1);
  assert.is(
    refused.stderr,
    `bagpipe-bgp-cleanup: a daemon answers on http://127.0.0.1:${port}: stop it first, or use --force`,
  );
  assert.is(refused.stdout, '');
  const forced = await run('bagpipe-bgp-cleanup', '--config-file', path, '--force');
  assert.is(forced.status, 0, forced.stderr);
  assert.match(forced.stdout, /^ipvpn dummy: nothing to remove$/m);
  await program.stop();
});

if (needsRoot('clean-up without a configuration file')) {
  test('clean-up without a configuration file: every driver that there is', async () => {
    const namespace = `cleanup-${process.pid}`;
    await attempt(['ip', 'netns', 'add', namespace]);
    const { status, output } = await attempt(commandLine('bagpipe-bgp-cleanup'), inNamespace(namespace));
    await attempt(['ip', 'netns', 'delete', namespace]);
    assert.is(status, 0, output);
    for (const vpnType of ['ipvpn', 'evpn'] as const) {
      for (const name of driverNames(vpnType)) {
        assert.match(output, new RegExp(`^${vpnType} ${name}: nothing to remove$`, 'm'));
      }
    }
  });
}

test('clean-up: the configuration of the daemon, one line for each dataplane', async () => {
  // Elsewhere on this machine a daemon may run on the port of the defaults.
  const path = file(`${MINIMUM}[API]\nport = ${await freePort()}\n`);
  const { status, stdout } = await run('bagpipe-bgp-cleanup', '--config-file', path, '--debug');
  assert.is(status, 0);
  assert.equal(stdout.split('\n'), ['ipvpn dummy: nothing to remove', 'evpn dummy: nothing to remove']);
  assert.is((await run('bagpipe-bgp-cleanup', '--config-file', '/nonexistent')).status, 1);
  assert.is((await run('bagpipe-bgp-cleanup', 'now')).status, 2);
});

test.run();
