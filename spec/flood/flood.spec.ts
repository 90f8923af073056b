import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { cleanUp } from '../support/at-exit.ts';
import { ipvpnPort, vrf } from '../support/attachments.ts';
import { eventually } from '../support/eventually.ts';
import { type FloodingSpeaker, startFloodingSpeaker } from '../support/flooding-speaker.ts';
import { freePort } from '../support/free-port.ts';
import { assertEstablished } from '../support/looking-glass.ts';
import { type Daemon, startDaemon } from '../support/speakers/daemon.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { vpnv4Update } from '../support/vpnv4-updates.ts';

/** A peer without RT Constraint that sends a whole network at once, of which the node wants one hundredth. */
const flood = suite('flood');

const SPEAKER = '127.0.0.21';
const NODE = '127.0.0.22';
const ROUTES = 200_000;
const ROUTES_PER_UPDATE = 10;
const ROUTE_TARGETS = 100;
/** In seconds; short, so that a daemon that is too busy to send its keepalives loses the session. */
const HOLD_TIME = 9;
/** In milliseconds. Some times what it takes; more means that something grows with the number of routes. */
const DEADLINE = 30_000;

let speaker: FloodingSpeaker;
let node: Daemon;

flood.after(async () => {
  cleanUp();
  await speaker.stop();
});

function* updates(): Generator<Buffer> {
  for (let first = 0; first < ROUTES; first += ROUTES_PER_UPDATE) {
    yield vpnv4Update({
      first,
      count: ROUTES_PER_UPDATE,
      label: 100,
      routeTarget: (first / ROUTES_PER_UPDATE) % ROUTE_TARGETS,
      nextHop: [192, 0, 2, 1],
    });
  }
}

async function receivedRoutes(): Promise<unknown> {
  return node.api.lookingGlass('summary/route_counts/received_routes_count');
}

flood('the speakers start', async () => {
  speaker = await startFloodingSpeaker({ address: SPEAKER, holdTime: HOLD_TIME });
  node = await startDaemon({
    directory: temporaryDirectory().path,
    name: 'node',
    address: NODE,
    peers: [SPEAKER],
    bgpPort: speaker.port,
    apiPort: await freePort(),
  });
  await speaker.established;
});

flood('every route is counted, and the session stays', async () => {
  // Network 7 has the route target 64512:7, one of those of the flood.
  await node.api.attach(ipvpnPort(7, 1));
  const started = performance.now();
  await speaker.flood(updates());
  const sent = performance.now();
  await eventually('all are counted', async () => assert.is(await receivedRoutes(), ROUTES), DEADLINE);
  const counted = performance.now();
  console.log(
    `\n${ROUTES} routes: sent in ${((sent - started) / 1000).toFixed(1)} s, ` +
      `counted after ${((counted - started) / 1000).toFixed(1)} s`,
  );
  await assertEstablished(node.api, SPEAKER);
});

flood('the instance has the routes with its route target', async () => {
  await eventually('imported', async () => {
    const shown = await node.api.lookingGlass(`vpns/instances/${vrf(7)}/best_routes`);
    assert.is(Object.keys(shown as object).length, ROUTES / ROUTE_TARGETS);
  });
});

flood('keepalives go on, in both directions', async () => {
  const before = speaker.seen.keepalives;
  await sleep((HOLD_TIME + 1) * 1000);
  assert.ok(speaker.seen.keepalives - before >= 3, `${speaker.seen.keepalives - before} keepalives`);
  assert.equal(speaker.seen.notifications, []);
  assert.ok(speaker.seen.connected);
  await assertEstablished(node.api, SPEAKER);
  assert.is(await receivedRoutes(), ROUTES);
});

flood('when the peer is gone, so are its routes', async () => {
  await speaker.stop();
  await eventually('none is left', async () => assert.is(await receivedRoutes(), 0));
  await eventually('nor in the instance', async () => {
    assert.equal(await node.api.lookingGlass(`vpns/instances/${vrf(7)}/best_routes`), {});
  });
});

flood.run();
