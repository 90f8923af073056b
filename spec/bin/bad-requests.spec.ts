import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { exchangeRaw, parseAnswer } from '../streams/http/bad-requests/socket.ts';
import { ATTACHED, EVI_PORT, VRF_PORT, type Body } from '../streams/http/bad-requests/scene.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { changedPages, lookingGlassTree, type Pages } from '../support/looking-glass-tree.ts';
import { type Daemon, startDaemon } from '../support/speakers/daemon.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

/** The daemon as it runs, over real connections: what an HTTP library would not send, and some of what it would. */
const socket = suite('bad requests over a socket');

let daemon: Daemon;
let port: number;
let before: Pages;

async function state(): Promise<Pages> {
  const fetchPage = async (path: string): Promise<unknown> => {
    const { status, body } = await daemon.api.send('GET', path);
    return status === 200 ? JSON.parse(body) : status;
  };
  return lookingGlassTree(fetchPage, '/looking-glass/vpns', '/looking-glass/bgp');
}

async function assertUnchanged(): Promise<void> {
  const [were, are] = changedPages(before, await state());
  assert.equal(are, were);
}

function post(body: Body): string {
  return JSON.stringify(body);
}

/** A request with a body; `length` is what it claims. */
function request(
  path: string,
  body: string | Buffer,
  headers = '',
  length = Buffer.byteLength(body),
): string {
  return (
    `POST ${path} HTTP/1.1\r\nHost: x\r\nAccept: application/json\r\nConnection: close\r\n` +
    `${headers}Content-Length: ${length}\r\n\r\n${body.toString()}`
  );
}

socket('the daemon starts', async () => {
  port = await freePort();
  const { path: directory } = temporaryDirectory();
  daemon = await startDaemon({
    directory,
    name: 'd',
    address: '127.0.0.2',
    peers: [],
    bgpPort: 179,
    apiPort: port,
  });
  for (const body of ATTACHED) await daemon.api.send('POST', '/attach_localport', body);
  await eventually('the routes have come', async () => {
    const earlier = await state();
    await sleep(50);
    before = await state();
    assert.equal(...changedPages(earlier, before));
    assert.match(JSON.stringify(before['/looking-glass/vpns/instances/v2/best_routes']), /10\.0\.5\.0\/24/);
  });
});

// Only what is of this suite: others of its group have made their files already.
socket.after(async () => {
  await daemon.program.stop();
});

const ATTACH = '/attach_localport';
const JSON_ERROR = (code: number, title: string, description: string | null): string =>
  JSON.stringify({ code, title, description });

/** What is sent, the status, and the whole body of the answer, or its start. */
const ROWS: readonly (readonly [name: string, sent: string, status: number, body: string | RegExp])[] = [
  ['no HTTP', 'hello\r\n\r\n', 400, ''],
  ['a method of nobody', 'BREW / HTTP/1.1\r\nHost: x\r\n\r\n', 400, ''],
  ['a header without end', `GET /ping HTTP/1.1\r\nX: ${'x'.repeat(17_000)}\r\n\r\n`, 431, ''],
  ['a path that is none', 'GET nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 400, /^/],
  ['a length that is none', `POST ${ATTACH} HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n{}`, 400, ''],
  [
    'two lengths',
    `POST ${ATTACH} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}`,
    400,
    '',
  ],
  [
    'chunks that are none',
    `POST ${ATTACH} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`,
    400,
    '',
  ],
  [
    'no body',
    request(ATTACH, ''),
    400,
    JSON_ERROR(
      400,
      'Bad Request',
      'No local port details received: the body is empty: a JSON object is expected',
    ),
  ],
  [
    'a form',
    request(ATTACH, 'vpn_type=ipvpn', 'Content-Type: application/x-www-form-urlencoded\r\n'),
    400,
    /^\{"code":400,"title":"Bad Request","description":"No local port details received: the body is not JSON: /,
  ],
  [
    'a body in pieces that stops being JSON',
    `POST ${ATTACH} HTTP/1.1\r\nHost: x\r\nAccept: application/json\r\nConnection: close\r\n` +
      'Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n1\r\n}\r\n0\r\n\r\n',
    400,
    /^\{"code":400,"title":"Bad Request","description":"No local port details received: the body is not JSON: /,
  ],
  [
    'a bad attach, whatever its type',
    request(ATTACH, post({ ...VRF_PORT, import_rt: ['foo'] }), 'Content-Type: image/png\r\n'),
    400,
    JSON_ERROR(
      400,
      'Bad Request',
      'API error: import_rt[0]: route target foo is not valid: <AS number>:<number> or <IPv4 address>:<number> is expected, like 64512:1',
    ),
  ],
  [
    'a clash of VNIs',
    request(ATTACH, post({ ...EVI_PORT, vpn_instance_id: 'new' })),
    400,
    JSON_ERROR(400, 'Bad Request', 'API error: A VPN instance using vni 500 already exists.'),
  ],
  [
    'a detach of what is not there',
    request('/detach_localport', post({ ...VRF_PORT, vpn_instance_id: 'nosuch' })),
    400,
    JSON_ERROR(400, 'Bad Request', 'API error: VPN nosuch could not be found'),
  ],
  ['two megabytes', request(ATTACH, ' ', '', 2 ** 21), 413, JSON_ERROR(413, 'Content Too Large', null)],
  [
    'two megabytes in one chunk',
    `POST ${ATTACH} HTTP/1.1\r\nHost: x\r\nAccept: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n` +
      `200000\r\n${' '.repeat(0x200000)}\r\n0\r\n\r\n`,
    413,
    JSON_ERROR(413, 'Content Too Large', null),
  ],
  [
    'a way out of the looking glass',
    'GET /looking-glass/../../etc/passwd HTTP/1.1\r\nHost: x\r\nAccept: application/json\r\nConnection: close\r\n\r\n',
    404,
    JSON_ERROR(404, 'Not Found', null),
  ],
  [
    'a way out in escapes',
    'GET /looking-glass/%2e%2e%2f%2e%2e%2fetc HTTP/1.1\r\nHost: x\r\nAccept: application/json\r\nConnection: close\r\n\r\n',
    404,
    JSON_ERROR(404, 'Not Found', "No such looking glass object: '../../etc' at http://x/looking-glass"),
  ],
];

for (const [name, sent, status, body] of ROWS) {
  socket(name, async () => {
    const answer = parseAnswer(await exchangeRaw(port, sent));
    assert.is(answer.status, status, answer.body);
    if (typeof body === 'string') assert.is(answer.body, body);
    else assert.match(answer.body, body);
    await assertUnchanged();
  });
}

socket('a client that goes before its body has come changes nothing', async () => {
  const half = request(ATTACH, post(VRF_PORT), '', 10_000);
  await new Promise<void>((resolve) => {
    const client = connect({ host: '127.0.0.1', port }, () => {
      client.write(half, () => client.destroy());
      client.on('close', () => resolve());
    });
  });
  await assertUnchanged();
});

socket('the daemon goes on', async () => {
  await daemon.api.send('POST', ATTACH, VRF_PORT);
  assert.not.equal(await state(), before);
  await daemon.api.send('POST', '/detach_localport', VRF_PORT);
  await eventually('all is as before', assertUnchanged);
  const errors = daemon.program.output().match(/^.* ERROR .*$/gm) ?? [];
  assert.equal(errors, []);
});

socket.run();
