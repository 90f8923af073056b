import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseAttach } from '../../lib/api/attachment.ts';
import { DIRECTORY, file, MINIMUM } from '../conf/fixture.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { needsRoot } from '../support/needs.ts';
import { attempt, startProgram } from '../support/programs.ts';
import { commandLine, NO_API, run, startFakeApi, startTcpServer, type FakeApi, type Run } from './fixture.ts';

let api: FakeApi;

test.before(async () => {
  api = await startFakeApi((_path, _url, body) =>
    body.includes('refuse')
      ? { status: 400, body: { code: 400, title: 'Bad Request', description: 'API error: no' } }
      : { status: 200, body: null },
  );
});
test.before.each(() => void api.requests.splice(0));
test.after(() => api.stop());

const TO_TAP1 = ['--network-type', 'ipvpn', '--port', 'tap1', '--ip', '10.0.0.1'];

function restAttach(...args: readonly string[]): Promise<Run> {
  return run('bagpipe-rest-attach', '--api-host', '127.0.0.1', '--api-port', api.port, ...args);
}

test('attach and detach', async () => {
  const attached = await restAttach(
    '--attach',
    ...TO_TAP1,
    '--rt',
    '64512:1,64512:2',
    '--import-rt',
    '64512:3',
  );
  assert.is(attached.status, 0, attached.stderr);
  const { line, body } = api.requests[0]!;
  assert.is(line, 'POST /attach_localport');
  assert.equal(attached.stdout.split('\n'), [
    'using 10.0.0.254 as gateway address',
    `request: ${body}`,
    'response: 200 null',
  ]);
  const sent = JSON.parse(body) as Record<string, unknown>;
  assert.equal(sent['import_rt'], ['64512:1', '64512:2', '64512:3']);
  assert.equal(sent['export_rt'], ['64512:1', '64512:2']);
  assert.equal(sent['local_port'], { linuxif: 'tap1' });

  const detached = await restAttach('--detach', ...TO_TAP1, '--gateway-ip', '10.0.0.9');
  assert.is(detached.status, 0);
  assert.is(api.requests[1]!.line, 'POST /detach_localport');
  assert.not.match(detached.stdout, /using/);
});

test('the API is where the configuration says', async () => {
  const configuration = file(`[API]\nhost = 0.0.0.0\nport = ${api.port}\n`);
  const { status } = await run('bagpipe-rest-attach', '--config-file', configuration, '--attach', ...TO_TAP1);
  assert.is(status, 0);
  assert.is(api.requests.length, 1);
});

test('a refusal of the daemon has status 1, and its reason', async () => {
  const { status, stderr } = await restAttach('--attach', ...TO_TAP1, '--vpn-instance-id', 'refuse');
  assert.is(status, 1);
  assert.is(stderr, 'API error: no\nerror 400, reason: Bad Request');
});

test('so has a daemon that is not there', async () => {
  const { status, stderr } = await restAttach('--attach', ...TO_TAP1, '--api-port', '1');
  assert.is(status, 1);
  assert.match(stderr, /no answer from http:\/\/127\.0\.0\.1:1\/attach_localport: /);
  assert.match(stderr, /^is bagpipe-bgp running\? --api-host and --api-port say where it listens$/m);
});

for (const [name, onConnection, message] of NO_API) {
  test(`so has a server that ${name}`, async () => {
    const { port, stop } = await startTcpServer(onConnection);
    const { status, stderr } = await restAttach('--attach', ...TO_TAP1, '--api-port', port);
    stop();
    assert.is(status, 1);
    assert.match(stderr, message);
  });
}

test('so has a configuration file that is missing or wrong; nothing is asked then', async () => {
  const wrong = file('[API]\nport = x\n');
  const broken = file('hello\n');
  for (const [path, message] of [
    ['/nonexistent', '/nonexistent: this configuration file does not exist'],
    [wrong, `${wrong}:2: [API] port: "x" is not valid: expected a port number from 1 to 65535`],
    [broken, `${broken}:1: expected "name = value", found "hello"`],
  ] as const) {
    const { status, stderr } = await restAttach('--attach', ...TO_TAP1, '--config-file', path);
    assert.is(status, 1);
    assert.is(stderr, `bagpipe-rest-attach: ${message}`);
  }
  assert.is(api.requests.length, 0);
});

test('so has a command that fails; nothing is asked then', async () => {
  const configuration = file('[COMMON]\nroot_helper = /nonexistent/helper\n');
  const args = ['--config-file', configuration, '--ovs-preplug', '--ovs-bridge', 'no-such-bridge'];
  const { status, stderr } = await restAttach('--attach', ...TO_TAP1, ...args);
  assert.is(status, 1);
  assert.match(
    stderr,
    /"(\/nonexistent\/helper )?ovs-vsctl --may-exist add-port no-such-bridge tap1" failed: .|^ovs-vsctl is not installed \(Open vSwitch\)$/,
  );
  assert.is(api.requests.length, 0);
});

test('help says what is taken when nothing is said, and what needs what', async () => {
  const { stdout, status } = await run('bagpipe-rest-attach', '--help');
  assert.is(status, 0);
  const help = stdout.replaceAll(/\s+/g, ' ');
  for (const part of [
    'evpn:<instance id> to plug that E-VPN into the IP VPN',
    'attract traffic from the VRFs that import this; needs a classifier, and --readv-to-rt or --attract-to-rt',
    'default for ipvpn: 52:54:00:99:99:22',
    '0: each node takes one of its own',
    'the last attach decides',
    'by MAC and address: the port is not compared',
    'Exit status: 0 if the daemon has done it; 1 if',
  ]) {
    assert.ok(help.includes(part), part);
  }
  assert.not.match(help, /not acted upon/);
});

/** The command lines among the examples of the help that can be run as any user. */
async function examples(): Promise<readonly (readonly string[])[]> {
  const { stdout } = await run('bagpipe-rest-attach', '--help');
  return stdout
    .replaceAll(/ \\\n\s+/g, ' ')
    .split('\n')
    .filter((line) => /^ {2}bagpipe-rest-attach --attach /.test(line))
    .map((line) => line.trim().split(' ').slice(1));
}

test('every example of the help is a request as the daemon expects it', async () => {
  const given = await examples();
  assert.is(given.length, 5);
  for (const args of given) {
    const { status, stderr } = await restAttach(...args);
    assert.is(status, 0, stderr);
  }
  const sent = api.requests.map(({ body }) => parseAttach(JSON.parse(body)));
  for (const request of sent) assert.ok(request.ok, request.ok ? '' : request.fault);
  const [, , plugged, transit, proxy] = api.requests.map(
    ({ body }) => JSON.parse(body) as Record<string, unknown>,
  );
  assert.equal(plugged!['local_port'], { evpn: { id: 'blue' } });
  assert.equal(transit!['readvertise'], { from_rt: ['64512:4'], to_rt: ['64512:5'] });
  assert.equal(proxy!['attract_traffic'], {
    redirect_rts: ['64512:7'],
    classifier: { destinationPort: '80', protocol: 'tcp' },
    to_rt: ['64512:8'],
    static_destination_prefixes: ['203.0.113.0/24'],
  });
});

test('and the daemon obeys it', async () => {
  const port = await freePort();
  const configuration = file(`${MINIMUM}[API]\nport = ${port}\n`);
  const words = [...commandLine('bagpipe-bgp'), '--config-file', configuration];
  const program = startProgram('examples', words, { directory: DIRECTORY });
  await eventually('the API answers', async () => {
    assert.ok(program.isRunning(), program.output());
    assert.ok((await fetch(`http://127.0.0.1:${port}/ping`)).ok);
  });
  for (const args of await examples()) {
    const { status, stderr } = await run('bagpipe-rest-attach', ...args, '--config-file', configuration);
    assert.is(status, 0, `${args.join(' ')}: ${stderr}`);
  }
  await program.stop();
});

test('a command that is not installed is named', async () => {
  const words = [process.execPath, '--import', 'tsx', 'bin/bagpipe-rest-attach.ts', '--attach', ...TO_TAP1];
  const path = ['env', 'PATH=/nonexistent'];
  const helper = file('[COMMON]\nroot_helper =\n');
  const { status, output } = await attempt([...words, '--ovs-preplug', '--config-file', helper], path);
  assert.is(status, 1);
  assert.match(output, /^ovs-vsctl is not installed \(Open vSwitch\)$/m);
});

test('wrong usage has status 2', async () => {
  const missing = await restAttach('--network-type', 'ipvpn');
  assert.is(missing.status, 2);
  assert.match(missing.stderr, /Need to specify --attach or --detach/);
  assert.is((await restAttach('--attach', ...TO_TAP1, 'extra')).status, 2);
  assert.is((await restAttach('--attach', ...TO_TAP1, '--direction', 'up')).status, 2);
  assert.is((await restAttach('--attach', ...TO_TAP1, '--vni', '16777216')).status, 2);
  assert.is((await restAttach('--attach', '--detach', ...TO_TAP1)).status, 2);
  assert.is((await restAttach('--attach', ...TO_TAP1, '--ovs-vlan', '5')).status, 2);
  assert.is(api.requests.length, 0);
});

if (needsRoot('network namespaces of bagpipe-rest-attach')) {
  const id = String(process.pid);
  const namespace = `ra-${id}`;
  const node = `ran-${id}`;
  const ports = ['--port', `netns:rat${id}`, '--netns', namespace, '--network-type', 'evpn'];

  async function ip(...words: readonly string[]): Promise<string> {
    return (await attempt(['ip', ...words])).output;
  }

  test.after(async () => {
    await ip('netns', 'delete', namespace);
    await ip('netns', 'delete', node);
  });

  test('a port in a network namespace, twice', async () => {
    const first = await restAttach('--attach', ...ports, '--ip', '10.0.0.1');
    assert.is(first.status, 0, first.stderr);
    const { mac_address: mac, local_port } = JSON.parse(api.requests[0]!.body) as Record<string, string>;
    assert.equal(local_port, { linuxif: `rat${id}` });
    const second = await restAttach('--attach', ...ports, '--ip', '10.0.0.2/16');
    assert.is(second.status, 0, second.stderr);
    assert.is(
      (JSON.parse(api.requests[1]!.body) as Record<string, string>)['mac_address'],
      mac,
      'it is kept',
    );
    assert.match(
      await ip('-netns', namespace, 'link', 'show', 'dev', 'tovpn'),
      new RegExp(`mtu 1420 .*${mac!}`, 's'),
    );
    assert.match(await ip('link', 'show', 'dev', `rat${id}`), /[<,]UP[,>].* mtu 9000 /);
    const addresses = await ip('-netns', namespace, '-4', 'address', 'show', 'dev', 'tovpn');
    assert.match(addresses, /inet 10\.0\.0\.2\/16/);
    assert.not.match(addresses, /10\.0\.0\.1/);
    assert.match(await ip('-netns', namespace, 'route'), /default via 10\.0\.255\.254 dev tovpn/);

    const detached = await restAttach('--detach', ...ports, '--ip', '10.0.0.2/16');
    assert.is(detached.status, 0, detached.stderr);
    assert.is((JSON.parse(api.requests[2]!.body) as Record<string, string>)['mac_address'], mac);
  });

  test('the MAC address that is asked for', async () => {
    const { status, stdout } = await restAttach(
      '--attach',
      ...ports,
      '--ip',
      '10.0.0.1',
      '--mac',
      '52:54:00:00:00:01',
    );
    assert.is(status, 0);
    assert.match(stdout, new RegExp(`^Local port: rat${id} \\(52:54:00:00:00:01\\)$`, 'm'));
    assert.match(await ip('-netns', namespace, 'link', 'show', 'dev', 'tovpn'), /52:54:00:00:00:01/);
  });

  test('inside another namespace: what it makes outlives the command', async () => {
    await ip('netns', 'delete', namespace);
    await ip('netns', 'add', node);
    const place = ['ip', 'netns', 'exec', node];
    const words = [process.execPath, '--import', 'tsx', 'bin/bagpipe-rest-attach.ts', '--attach', ...ports];
    // Nobody answers in there; the port is made before that matters.
    const { status, output } = await attempt([...words, '--ip', '10.0.0.1'], place);
    assert.is(status, 1);
    assert.match(output, /no answer from/);
    assert.match(await ip('-netns', namespace, 'address', 'show', 'dev', 'tovpn'), /10\.0\.0\.1\/24/);
    assert.match(await ip('-netns', node, 'link', 'show', 'dev', `rat${id}`), /[<,]UP[,>]/);
  });
}

test.run();
