import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { eventually } from '../../support/eventually.ts';
import { inProcessDaemon } from '../../support/in-process-daemon.ts';
import { changedPages, lookingGlassTree, type Pages } from '../../support/looking-glass-tree.ts';
import { BAD_BODIES, HUGE_BODY } from './bad-requests/bodies.ts';
import { BAD_EVPN_PORTS } from './bad-requests/evpn-port.ts';
import { CONFLICTS } from './bad-requests/conflicts.ts';
import { BAD_OVS_PORTS } from './bad-requests/ovs-port.ts';
import { BAD_PARAMETERS } from './bad-requests/parameters.ts';
import { BAD_PATHS } from './bad-requests/paths.ts';
import { BAD_ROUTE_TARGETS } from './bad-requests/route-targets.ts';
import { BAD_TRAFFIC } from './bad-requests/traffic.ts';
import { ATTACHED, EVI_PORT, VRF_PORT, type BadRequest, type Body } from './bad-requests/scene.ts';

/** The API with instances, ports and routes: every bad request gets its clear error, and changes nothing. */
const daemon = inProcessDaemon();

async function send({ method, path, body }: BadRequest): Promise<{ status: number; text: string }> {
  const answer = await daemon.app.request(path, {
    method,
    headers: { accept: 'application/json' },
    ...(body !== undefined && { body }),
  });
  return { status: answer.status, text: await answer.text() };
}

async function post(path: string, body: Body): Promise<number> {
  const request = { name: '', method: 'POST', path, body: JSON.stringify(body) };
  return (await send({ ...request, status: 200, description: null })).status;
}

/** All that the looking glass shows of instances and routes. */
async function state(): Promise<Pages> {
  const fetchPage = async (path: string): Promise<unknown> => {
    const answer = await daemon.app.request(path, { headers: { accept: 'application/json' } });
    // The source of the routes of RT Constraint is named, and has no page.
    return answer.status === 200 ? answer.json() : answer.status;
  };
  const pages = await lookingGlassTree(fetchPage, '/looking-glass/vpns', '/looking-glass/bgp');
  return { ...pages, subscriptions: daemon.subscriptionCount() };
}

let before: Pages;

async function assertUnchanged(): Promise<void> {
  const [were, are] = changedPages(before, await state());
  assert.equal(are, were);
}

test('instances and ports are attached', async () => {
  for (const body of ATTACHED) assert.is(await post('/attach_localport', body), 200);
  // Routes reach other instances a little later.
  await eventually('the routes have come', async () => {
    const earlier = await state();
    await sleep(50);
    before = await state();
    assert.equal(...changedPages(earlier, before));
    assert.match(JSON.stringify(before['/looking-glass/vpns/instances/v2/best_routes']), /10\.0\.5\.0\/24/);
  });
  assert.is((before['/looking-glass/vpns/instances'] as unknown[]).length, 3);
  assert.ok(Object.keys(before).length > 20, 'references are followed');
});

const REQUESTS = [
  ...BAD_BODIES,
  HUGE_BODY,
  ...BAD_PARAMETERS,
  ...BAD_ROUTE_TARGETS,
  ...CONFLICTS,
  ...BAD_PATHS,
  ...BAD_EVPN_PORTS,
  ...BAD_OVS_PORTS,
  ...BAD_TRAFFIC,
];

for (const request of REQUESTS) {
  test(request.name, async () => {
    const { status, text } = await send(request);
    // What should not have been carried out must not stand in the way of the others.
    if (status === 200) await send({ ...request, path: '/detach_localport' });
    const answer = JSON.parse(text) as { readonly code: number; readonly description: string | null };
    assert.is(answer.description, request.description);
    assert.is(status, request.status);
    assert.is(answer.code, request.status);
    await assertUnchanged();
  });
}

test('names that are odd are no mistake, and are kept apart', async () => {
  for (const id of ['__proto__', 'constructor', 'a/b c%2F', '🐍', '\u0000', 'x'.repeat(255)]) {
    const port = {
      ...VRF_PORT,
      vpn_instance_id: id,
      local_port: '__proto__',
      description: { ['__proto__']: [] },
    };
    assert.is(await post('/attach_localport', port), 200, id);
    const shown = await daemon.app.request(`/looking-glass/vpns/instances/${encodeURIComponent(id)}/ports`);
    assert.equal(Object.keys((await shown.json()) as object), ['__proto__']);
    assert.is(await post('/detach_localport', port), 200, id);
  }
  await eventually('all is as before', assertUnchanged);
});

test('bad requests are told to the log, none as an error of the daemon', () => {
  const complaints = daemon.complaints();
  assert.ok(complaints.length > 0);
  assert.equal(
    complaints.filter((line) => !line.startsWith('WARNING ')),
    [],
  );
});

test('the good requests from which they were made are carried out, and taken back', async () => {
  for (const body of [VRF_PORT, EVI_PORT]) assert.is(await post('/attach_localport', body), 200);
  assert.not.equal(await state(), before);
  for (const body of [VRF_PORT, EVI_PORT]) assert.is(await post('/detach_localport', body), 200);
  for (const body of ATTACHED) assert.is(await post('/detach_localport', body), 200);
  assert.equal(await state().then((pages) => pages['/looking-glass/vpns/instances']), []);
  assert.is(daemon.subscriptionCount(), 0);
});

test.run();
