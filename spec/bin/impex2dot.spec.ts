import { existsSync } from 'node:fs';
import { execa } from 'execa';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Json } from '../../lib/cli/render.ts';
import { file, MINIMUM } from '../conf/fixture.ts';
import { freePort } from '../support/free-port.ts';
import { missingPackages } from '../run/debian-packages.ts';
import { needs } from '../support/needs.ts';
import { run, startFakeApi, type FakeApi, type Run } from './fixture.ts';

function target(number: number): string {
  return `target:64512:${number}`;
}

/** What the looking glass shows of instances of all kinds, as far as the graph is made of it. */
const INSTANCES: Readonly<Record<string, { readonly name: string; readonly page: Json }>> = {
  v1: vrf(1, { imports: [1], exports: [1, 2], ports: ['tap1', 'tap2'] }),
  'a-very-long-instance-id': vrf(2, { imports: [1, 3], exports: [], ports: ['tap3', 'to_vm1'] }),
  'with.dots': vrf(3, { imports: [], exports: [], ports: [] }),
  r1: vrf(4, { imports: [1], exports: [1], ports: ['to-vm1-b'], from: [20], to: [30] }),
  r2: vrf(5, { imports: [1], exports: [1], ports: ['tap1'], from: [21, 22], to: [31, 32] }),
  e1: evi(6, { imports: [5], exports: [5], ports: ['tap4'], gateway: 'v1' }),
  e2: evi(7, { imports: [6], exports: [7], ports: ['tap5'] }),
};

interface Shown {
  readonly imports: readonly number[];
  readonly exports: readonly number[];
  readonly ports: readonly string[];
  readonly from?: readonly number[];
  readonly to?: readonly number[];
}

function vrf(number: number, shown: Shown): { readonly name: string; readonly page: Json } {
  return { name: `VRF-${number}`, page: page(shown) };
}

function evi(
  number: number,
  { gateway, ...shown }: Shown & { readonly gateway?: string },
): { readonly name: string; readonly page: Json } {
  const ipvpn = { href: 'http://h/vpns/instances/v1', id: 'VRF-1', external_instance_id: gateway ?? '' };
  const gatewayPort = gateway === undefined ? null : { interface: 'evpn6-ipvpn1', ipvpn };
  return { name: `EVI-${number}`, page: { ...page(shown), gateway_port: gatewayPort } };
}

function page({ imports, exports, ports, from, to }: Shown): Readonly<Record<string, Json>> {
  return {
    route_targets: { import: imports.map(target), export: exports.map(target) },
    readvertise: from === undefined || to === undefined ? {} : { from: from.map(target), to: to.map(target) },
    attract_traffic: {},
    ports: Object.fromEntries(ports.map((port) => [port, { endpoints: [] }])),
  };
}

/** The page at a path; as in the original, there is none where the value is `null`. */
function pageAt(path: string, url: string): Json | undefined {
  const [first, ...rest] = path.split('/').filter((word) => word !== '');
  if (first !== 'looking-glass' || rest.shift() !== 'vpns' || rest.shift() !== 'instances') return undefined;
  const [id, ...below] = rest.map(decodeURIComponent);
  if (id === undefined) {
    return Object.entries(INSTANCES).map(([each, { name }]) => ({
      ...{ id: each, name, href: `${url}/looking-glass/vpns/instances/${each}` },
    }));
  }
  let node: Json | undefined = INSTANCES[id]?.page;
  for (const word of below) node = (node as Readonly<Record<string, Json>> | null | undefined)?.[word];
  return node ?? undefined;
}

let api: FakeApi;

test.before(async () => {
  api = await startFakeApi((path, url) => {
    if (path.startsWith('/broken')) return { status: 500, body: { description: 'Server error' } };
    if (path.startsWith('/other')) return { status: 200, body: { hello: 1 } };
    const found = pageAt(path, url);
    return found === undefined ? { status: 404, body: null } : { status: 200, body: found };
  });
});
test.after(() => api.stop());

function draw(...args: readonly string[]): Promise<Run> {
  return run('bagpipe-impex2dot', '--port', api.port, ...args);
}

function sorted({ stdout }: { readonly stdout: string }): readonly string[] {
  return stdout.split('\n').sort();
}

const ORIGINAL = '/usr/bin/bagpipe-impex2dot';

if (
  needs('comparison with the original bagpipe-impex2dot', existsSync(ORIGINAL), 'python3-networking-bagpipe')
) {
  for (const servers of [['127.0.0.1'], ['127.0.0.1', 'localhost']]) {
    test(`the graph of the original: ${servers.join(', ')}`, async () => {
      const args = ['--port', api.port, ...servers.flatMap((server) => ['--server', server])];
      const [ours, original] = await Promise.all([draw(...args), execa(ORIGINAL, args, { stdin: 'ignore' })]);
      assert.is(ours.status, 0, ours.stderr);
      assert.equal(sorted(ours), sorted(original));
    });
  }
}

if (needs('the graph, drawn', missingPackages(['graphviz']).length === 0, 'Graphviz')) {
  test('Graphviz draws it, without a word', async () => {
    const { stdout } = await draw('--server', '127.0.0.1');
    const drawn = await execa('dot', ['-Tsvg'], { input: stdout });
    assert.match(drawn.stdout, /<svg /);
    assert.is(drawn.stderr, '');
  });
}

test('without --server, the daemon of the configuration, which needs no name', async () => {
  const configuration = file(`${MINIMUM}[API]\nhost = 127.0.0.1\nport = ${api.port}\n`);
  const { status, stdout } = await run('bagpipe-impex2dot', '--config-file', configuration);
  assert.is(status, 0);
  assert.match(stdout, /^ {8}vpn_localhost__v1 \[label="\{<0>VRF\\nv1\|<readv>\}",shape="record"\];$/m);
});

test('what cannot be read: status 1, why, and no graph', async () => {
  const port = String(await freePort());
  const nobody = `No server at http://127.0.0.1:${port} : connect ECONNREFUSED 127.0.0.1:${port}\nis bagpipe-bgp running? --server and --port say where it listens`;
  const notOurs = (place: string, why: string): string =>
    `http://127.0.0.1:${api.port}/${place}/vpns/instances is not as expected: ${why}: is this the API of bagpipe-bgp?`;
  const here = ['--server', '127.0.0.1'];
  for (const [args, message] of [
    [[...here, '--port', port], nobody],
    [[...here, '--prefix', 'nosuch'], notOurs('nosuch', 'there is no such page')],
    [
      [...here, '--prefix', 'other'],
      notOurs('other', 'the page: Invalid input: expected array, received object'),
    ],
    [[...here, '--prefix', 'broken'], 'Error code 500: {"description":"Server error"}'],
    [
      ['--config-file', '/nonexistent'],
      'bagpipe-impex2dot: /nonexistent: this configuration file does not exist',
    ],
  ] as const) {
    const { status, stdout, stderr } = await draw(...args);
    assert.is(status, 1, args.join(' '));
    assert.is(stdout, '');
    assert.is(stderr, message);
  }
});

test('wrong usage: status 2', async () => {
  assert.is((await draw('--port', 'x')).status, 2);
  assert.is((await draw('--server', '127.0.0.1:8082')).status, 2);
  assert.is((await draw('more')).status, 2);
});

test('help: status 0, with examples', async () => {
  const { status, stdout } = await run('bagpipe-impex2dot', '--help');
  assert.is(status, 0);
  assert.match(stdout, /dot -Tsvg/);
  assert.match(stdout, /^Exit status:/m);
});

test.run();
