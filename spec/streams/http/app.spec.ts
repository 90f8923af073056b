import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { failure, success, type Result } from '../../../lib/result.ts';
import type { VpnFault } from '../../../lib/vpn/vpn-fault.ts';
import { createApp } from '../../../streams/http/app.ts';

const silent = {
  debug: () => undefined,
  info: () => undefined,
  warning: () => undefined,
  error: () => undefined,
};
const incarnation = '340282366920938463463374607431768211455';

function app(answer: Result<undefined, VpnFault> = success(undefined)) {
  return createApp({
    attach: () => Promise.resolve(answer),
    detach: () => Promise.resolve(answer),
    lookingGlass: () => ({ summary: { version: '1.0' } }),
    incarnation,
    log: silent,
  });
}

const body = JSON.stringify({
  vpn_type: 'evpn',
  vpn_instance_id: 'e1',
  mac_address: '52:54:00:00:00:01',
  import_rt: [],
  export_rt: [],
  local_port: 'tap1',
});
const json = { accept: 'application/json' };

const statuses: [request: string, status: number][] = [
  ['GET /', 200],
  ['HEAD /', 200],
  ['POST /', 405],
  ['GET /ping', 200],
  ['GET /ping/', 200],
  ['POST /ping', 200],
  ['DELETE /ping', 200],
  ['GET /attach_localport', 200],
  ['PUT /attach_localport', 405],
  ['DELETE /detach_localport', 405],
  ['POST /looking-glass', 405],
  ['GET /looking-glass', 200],
  ['GET /looking-glass/', 200],
  ['GET /looking-glass//summary//version', 200],
  ['GET /looking-glass/nosuch', 404],
  ['POST /looking-glass/summary', 404],
  ['HEAD /looking-glass', 200],
  ['HEAD /looking-glass/summary', 404],
  ['GET /looking-glass/%ff', 404],
  ['GET /nosuch', 404],
];
for (const [request, status] of statuses) {
  test(`${request} → ${status}`, async () => {
    const [method, path] = request.split(' ') as [string, string];
    assert.is((await app().request(path, { method, headers: json })).status, status);
  });
}

const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
const acceptable: [request: string, accept: string, status: number][] = [
  ['GET /ping', 'application/json', 200],
  ['GET /ping', '*/*', 200],
  ['GET /ping', 'application/*', 200],
  ['GET /ping', 'image/png, */*;q=0.1', 200],
  ['GET /looking-glass/summary', browser, 200],
  ['GET /ping', 'text/plain', 406],
  ['GET /ping/', 'text/plain', 406],
  ['GET /ping', 'text/html', 406],
  ['GET /ping', 'application/json;q=0, */*', 406],
  ['GET /', 'text/plain', 406],
  ['POST /attach_localport', 'text/plain', 406],
  ['PUT /attach_localport', 'text/plain', 406],
  ['POST /detach_localport', 'application/xml', 406],
  ['GET /looking-glass', 'text/plain', 406],
  ['GET /looking-glass/nosuch', 'text/plain', 406],
  ['GET /nosuch', 'text/plain', 404],
];
for (const [request, accept, status] of acceptable) {
  test(`${request} for a client that accepts ${accept} → ${status}`, async () => {
    const [method, path] = request.split(' ') as [string, string];
    assert.is((await app().request(path, { method, headers: { accept } })).status, status);
  });
}

test('the incarnation keeps all its digits', async () => {
  const answer = await app().request('/ping');
  assert.is(await answer.text(), incarnation);
  assert.match(answer.headers.get('content-type') ?? '', /^application\/json/);
});

test('an attach that is carried out is answered by null, whatever the content type of the request', async () => {
  const answer = await app().request('/attach_localport/', {
    method: 'POST',
    body,
    headers: { 'content-type': 'text/plain' },
  });
  assert.is(answer.status, 200);
  assert.is(await answer.json(), null);
});

for (const text of ['', '{', 'null x']) {
  test(`a body that is not JSON (${JSON.stringify(text)}) is refused`, async () => {
    const answer = await app().request('/attach_localport', { method: 'POST', body: text, headers: json });
    const { code, description } = (await answer.json()) as { code: number; description: string };
    assert.is(code, 400);
    assert.match(description, /^No local port details received: /);
  });
}

test('what cannot be done because of the request is 400, because of the dataplane 500', async () => {
  const answers: [VpnFault, number, string][] = [
    [{ kind: 'request', message: 'no' }, 400, 'API error: no'],
    [{ kind: 'dataplane', message: 'no' }, 500, 'An error occurred during local port plug to VPN: no'],
  ];
  for (const [fault, status, description] of answers) {
    const answer = await app(failure(fault)).request('/attach_localport', {
      method: 'POST',
      body,
      headers: json,
    });
    assert.is(answer.status, status);
    assert.is(((await answer.json()) as { description: string }).description, description);
  }
});

test('an error is JSON, HTML or text, as the client wants', async () => {
  const ask = async (headers: Record<string, string>): Promise<[string, string]> => {
    const answer = await app().request('/looking-glass/<b>', { headers });
    return [answer.headers.get('content-type') ?? '', await answer.text()];
  };
  assert.match((await ask(json))[0], /^application\/json/);
  const [type, html] = await ask({ accept: browser });
  assert.match(type, /^text\/html/i);
  assert.not.match(html, /<b>/);
  assert.match((await ask({}))[0], /^text\/plain/i);
});

test('a body of more than a megabyte is refused', async () => {
  const answer = await app().request('/attach_localport', {
    method: 'POST',
    body: ' '.repeat(2 ** 20 + 1),
    headers: json,
  });
  assert.is(answer.status, 413);
});

test.run();
