import { existsSync } from 'node:fs';
import { execa } from 'execa';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Json } from '../../lib/cli/render.ts';
import { file } from '../conf/fixture.ts';
import { freePort } from '../support/free-port.ts';
import { needs } from '../support/needs.ts';
import { NO_API, run, startFakeApi, startTcpServer, type FakeApi, type Run } from './fixture.ts';

let api: FakeApi;

test.before(async () => {
  api = await startFakeApi((path, url) => {
    const nodes: Record<string, Json> = {
      '/looking-glass/': { summary: { count: 2 }, vpns: { href: `${url}/looking-glass/vpns` } },
      '/looking-glass/vpns': {
        instances: { href: `${url}/looking-glass/vpns/instances` },
        elsewhere: { href: `${url}/looking-glass/bgp` },
        gone: { href: `${url}/looking-glass/vpns/gone` },
      },
      '/looking-glass/vpns/instances': [
        { id: 'v1', name: 'VRF-1', href: `${url}/looking-glass/vpns/instances/v1` },
      ],
      '/looking-glass/vpns/instances/v1': { name: 'VRF-1', ports: {} },
      '/looking-glass/vpns/ref': { href: `${url}/looking-glass/vpns/instances/v1` },
      '/looking-glass/vpns/a%20b%2Fc': 7,
      '/looking-glass/null': null,
      '/looking-glass/text': {
        a: 'one\ntwo\n',
        b: [1, true, null],
        c: [{ d: [], e: { f: 'x' } }, { g: 1.5 }],
      },
      '/elsewhere/': 'other prefix',
      ...Object.fromEntries(
        Array.from({ length: 30 }, (_, number) => [`/looking-glass/many/${number}`, `page ${number}`]),
      ),
      '/looking-glass/many': Object.fromEntries(
        Array.from({ length: 30 }, (_, number) => [
          `p${number}`,
          { href: `${url}/looking-glass/many/${number}` },
        ]),
      ),
      '/looking-glass/circle': [{ id: 'w1', href: `${url}/looking-glass/circle/w1` }],
      '/looking-glass/circle/w1': { routes: { href: `${url}/looking-glass/circle/w1/routes` } },
      '/looking-glass/circle/w1/routes': [{ source: { id: 'w1', href: `${url}/looking-glass/circle/w1` } }],
    };
    if (path === '/looking-glass/broken') return { status: 500, body: { description: 'Server error' } };
    return path in nodes ? { status: 200, body: nodes[path]! } : { status: 404, body: null };
  });
});

test.after(() => api.stop());

function look(...args: readonly string[]): Promise<Run> {
  return run('bagpipe-looking-glass', '--server', '127.0.0.1', '--port', api.port, ...args);
}

const OUTPUTS: readonly [args: readonly string[], lines: readonly string[]][] = [
  [[], ['summary:', '  count: 2', 'vpns:  (...)']],
  [
    ['vpns', 'instances'],
    ['* v1 (...)', '  name: VRF-1'],
  ],
  [['vpns/instances/v1'], ['name: VRF-1', 'ports: -']],
  [
    ['-r', 'vpns'],
    [
      'instances:',
      '    * v1',
      '        name: VRF-1',
      '        ports: -',
      'elsewhere:  (...)',
      'gone:  (...)',
    ],
  ],
  [
    ['-r', 'circle'],
    ['* w1', '    routes:', '        * source: w1 (...)'],
  ],
  [
    ['vpns', 'ref'],
    ['name: VRF-1', 'ports: -'],
  ],
  [['vpns', 'a b%2Fc'], ['7']],
  [['null'], ['None']],
  [['--prefix', 'elsewhere'], ['other prefix']],
];

for (const [args, lines] of OUTPUTS) {
  test(`shows ${args.join(' ')}`, async () => {
    const { status, stdout } = await look(...args);
    assert.equal(stdout.split('\n'), lines);
    assert.is(status, 0);
  });
}

const ORIGINAL = '/usr/bin/bagpipe-looking-glass';
const original = needs(
  'comparison with the original bagpipe-looking-glass',
  existsSync(ORIGINAL),
  'python3-networking-bagpipe',
);

if (original) {
  for (const args of [
    [],
    ['vpns', 'instances'],
    ['vpns/instances/v1'],
    ['-r', 'vpns', 'instances'],
    ['-r', 'many'],
    ['text'],
    ['null'],
    ['vpns', 'nosuch'],
  ]) {
    test(`line for line as the original: ${args.join(' ')}`, async () => {
      const here = ['--server', '127.0.0.1', '--port', api.port];
      const [theirs, { stdout, status }] = await Promise.all([
        execa(ORIGINAL, [...here, ...args], { stdin: 'ignore' }),
        look(...args),
      ]);
      assert.is(status, theirs.exitCode);
      const lines = theirs.stdout.split('\n').map((line) => line.trimEnd());
      assert.equal(stdout.split('\n'), lines);
    });
  }
}

test('JSON, whole', async () => {
  const { stdout } = await look('--json', '--recurse', 'vpns', 'instances');
  assert.equal(JSON.parse(stdout), [{ id: 'v1', name: 'VRF-1', ports: {} }]);
});

test('JSON of pages that refer to each other in circles', async () => {
  const { stdout, status } = await look('--json', '--recurse', 'circle');
  assert.is(status, 0);
  const source = { id: 'w1', href: `${api.url}/looking-glass/circle/w1` };
  assert.equal(JSON.parse(stdout), [{ id: 'w1', routes: [{ source }] }]);
});

test('many pages over one connection, without a word on standard error', async () => {
  const { status, stdout, stderr } = await look('-r', 'many');
  assert.is(status, 0);
  assert.is(stdout.match(/page/g)?.length, 30);
  assert.is(stderr, '');
});

test('nothing at the path, in a script that wants JSON', async () => {
  const { status, stdout, stderr } = await look('--json', 'vpns', 'nosuch');
  assert.is(status, 1);
  assert.is(stdout, '');
  assert.match(stderr, /^No such looking glass path: vpns nosuch\n/);
});

for (const [name, onConnection, message] of NO_API) {
  test(`a server that ${name}`, async () => {
    const { port, stop } = await startTcpServer(onConnection);
    const { status, stderr } = await run('bagpipe-looking-glass', '--server', '127.0.0.1', '--port', port);
    stop();
    assert.is(status, 1);
    assert.match(stderr, message);
  });
}

test('a server that says nothing', async () => {
  const { port, stop } = await startTcpServer(() => undefined);
  const { status, stderr } = await run('bagpipe-looking-glass', '--server', '127.0.0.1', '--port', port);
  stop();
  assert.is(status, 1);
  assert.match(stderr, /^no answer from http:\S+: nothing within 10 s$/);
});

test('the API is where the configuration says', async () => {
  const configuration = file(`[API]\nhost = 0.0.0.0\nport = ${api.port}\n`);
  const { status, stdout } = await run('bagpipe-looking-glass', '--config-file', configuration, 'null');
  assert.is(status, 0);
  assert.is(stdout, 'None');
  const missing = await run('bagpipe-looking-glass', '--config-file', '/nonexistent', 'null');
  assert.is(missing.status, 1);
  assert.is(missing.stderr, 'bagpipe-looking-glass: /nonexistent: this configuration file does not exist');
});

test('nothing at the path', async () => {
  const { status, stdout } = await look('vpns', 'nosuch');
  assert.is(
    stdout,
    `No such looking glass path: vpns nosuch\n(http://127.0.0.1:${api.port}/looking-glass/vpns/nosuch)`,
  );
  assert.is(status, 0);
});

test('a daemon that fails, and none', async () => {
  const broken = await look('broken');
  assert.is(broken.status, 1);
  assert.match(broken.stderr, /Error code 500.*Server error/);
  const port = String(await freePort());
  const nobody = await run('bagpipe-looking-glass', '--server', '127.0.0.1', '--port', port);
  assert.is(nobody.status, 1);
  assert.match(nobody.stderr, new RegExp(`No server at http://127\\.0\\.0\\.1:${port} : .*ECONNREFUSED`));
  assert.match(nobody.stderr, /^is bagpipe-bgp running\? --server and --port say where it listens$/m);
});

test('wrong usage', async () => {
  assert.is((await look('--bogus')).status, 2);
  assert.is((await look('--port', 'x')).status, 2);
  assert.is((await look('--server', '127.0.0.1:8082')).status, 2);
});

test.run();
