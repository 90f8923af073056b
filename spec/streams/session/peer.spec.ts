import { of, take } from 'rxjs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { EVPN, RTC, VPNV4 } from '../../../lib/bgp/family.ts';
import { KEEPALIVE } from '../../../lib/bgp/message.ts';
import { encodeRouteRefresh } from '../../../lib/bgp/route-refresh.ts';
import { encodeEndOfRib } from '../../../lib/bgp/update.ts';
import { pe1, rt1, rt2, vpnv4Route, withdrawn } from '../../fixtures/routes.ts';
import { announce, local, membership, openOf, reflector, Scene } from './scene.ts';

test('with RT Constraint the peer gets what it asks for, and loses what it asks for no longer', async () => {
  const scene = new Scene();
  scene.bus.publish([local('10.1.0.0/24'), local('10.2.0.0/24', { targets: [rt2] })]);
  scene.establish();
  assert.equal(await scene.heard(), ['OPEN', 'KEEPALIVE']);
  scene.send(membership(rt1));
  assert.equal(await scene.heard(), ['+ipv4/mpls-vpn 10.1.0.0/24']);
  scene.bus.publish([local('10.3.0.0/24')]);
  assert.equal(await scene.heard(), ['+ipv4/mpls-vpn 10.3.0.0/24']);
  scene.send(membership(rt1, false), membership(rt2));
  assert.equal((await scene.heard()).toSorted(), [
    '+ipv4/mpls-vpn 10.2.0.0/24',
    '-ipv4/mpls-vpn 10.1.0.0/24',
    '-ipv4/mpls-vpn 10.3.0.0/24',
  ]);
});

test('without RT Constraint the peer gets all routes of its families', async () => {
  const scene = new Scene();
  scene.bus.publish([local('10.1.0.0/24'), local('10.2.0.0/24', { targets: [] })]);
  scene.establish({ families: [VPNV4] });
  assert.equal(await scene.heard(), [
    'OPEN',
    'KEEPALIVE',
    '+ipv4/mpls-vpn 10.1.0.0/24',
    '+ipv4/mpls-vpn 10.2.0.0/24',
  ]);
});

test('the routes of a peer come with its session and go with it', async () => {
  const scene = new Scene().establish();
  scene.send(announce(vpnv4Route('10.9.0.0/24')), announce(vpnv4Route('10.8.0.0/24')));
  assert.is(scene.bus.countRoutes(VPNV4, 'peer'), 2);
  scene.lose();
  assert.is(scene.bus.countRoutes(VPNV4, 'peer'), 0);
  assert.is(scene.bus.subscriptionCount, 0);
  await scene.heard();
});

test('a route of our own that a reflector sends back is not taken, one of another PE is', () => {
  const scene = new Scene().establish();
  const values = { originatorId: '192.0.2.1' };
  scene.send(announce(vpnv4Route('10.9.0.0/24', { rd: '192.0.2.1:7', values })));
  assert.is(scene.bus.countRoutes(VPNV4, 'peer'), 0);
  scene.send(announce(vpnv4Route('10.9.0.0/24', { rd: '198.51.100.1:7', values })));
  assert.is(scene.bus.countRoutes(VPNV4, 'peer'), 1);
});

test('an established session has nothing to report to the looking glass, a lost one has', () => {
  const scene = new Scene().establish();
  assert.equal(scene.peer.log.records(), []);
  scene.lose();
  assert.is(scene.peer.log.records().length, 1);
});

test('a lost session is tried again, and everything is said again', async () => {
  const scene = new Scene();
  scene.bus.publish([local('10.1.0.0/24')]);
  scene.establish({ families: [VPNV4] }).lose();
  await scene.heard();
  scene.pass(1.5);
  assert.is(scene.connections, 2);
  scene.establish({ families: [VPNV4] });
  assert.equal(await scene.heard(), ['OPEN', 'KEEPALIVE', '+ipv4/mpls-vpn 10.1.0.0/24']);
});

test('keepalives go out every third of the hold time; silence ends the session', async () => {
  const scene = new Scene().establish();
  await scene.heard();
  scene.pass(61);
  assert.equal(await scene.heard(), ['KEEPALIVE', 'KEEPALIVE']);
  scene.send(KEEPALIVE).pass(80);
  assert.ok(scene.peer.isEstablished);
  scene.pass(15);
  assert.not.ok(scene.peer.isEstablished);
  assert.ok((await scene.heard()).includes('Hold Timer Expired'));
});

test('UPDATEs keep the session as well as KEEPALIVEs', () => {
  const scene = new Scene().establish();
  for (let round = 0; round < 4; round++) scene.pass(60).send(announce(vpnv4Route(`10.${round}.0.0/24`)));
  assert.ok(scene.peer.isEstablished);
});

test('End-of-RIB goes to who waits for it: RT Constraint at once, the others when the peer has said what it wants', async () => {
  const scene = new Scene().establish({ families: [RTC, VPNV4, EVPN], gracefulRestart: true });
  assert.equal((await scene.heard()).slice(2), ['end of ipv4/rtc']);
  scene.bus.publish([local('10.1.0.0/24')]);
  scene.send(membership(rt1), encodeEndOfRib(RTC));
  assert.equal(await scene.heard(), [
    '+ipv4/mpls-vpn 10.1.0.0/24',
    'end of ipv4/mpls-vpn',
    'end of l2vpn/evpn',
  ]);
});

test('End-of-RIB of the peer in one read with its last words before the session', async () => {
  const scene = new Scene();
  scene.peer.start();
  scene.connect().send(openOf({ families: [RTC, VPNV4], gracefulRestart: true }));
  scene.send(KEEPALIVE, encodeEndOfRib(RTC));
  assert.equal((await scene.heard()).slice(2), ['end of ipv4/rtc', 'end of ipv4/mpls-vpn']);
});

test('a session that is lost at once leaves neither routes nor timers', async () => {
  const scene = new Scene().establish({ families: [RTC, VPNV4], gracefulRestart: true });
  scene.send(announce(vpnv4Route('10.9.0.0/24'))).lose();
  await scene.heard();
  scene.pass(0.5);
  assert.is(scene.bus.countRoutes(VPNV4, 'peer'), 0);
  scene.refuseConnections = true;
  scene.pass(100);
  assert.is(scene.bus.countRoutes(VPNV4, 'peer'), 0);
});

test('a peer that never ends its RT Constraint routes gets the markers after a minute', async () => {
  const scene = new Scene().establish({ families: [RTC, VPNV4], gracefulRestart: true });
  await scene.heard();
  scene.send(KEEPALIVE).pass(61);
  assert.ok((await scene.heard()).includes('end of ipv4/mpls-vpn'));
});

test('a route refresh is answered with all routes of the family', async () => {
  const scene = new Scene();
  scene.bus.publish([local('10.1.0.0/24')]);
  scene.establish({ families: [VPNV4] });
  await scene.heard();
  scene.send(encodeRouteRefresh({ afi: VPNV4.afi, subtype: 0, safi: VPNV4.safi }));
  assert.equal(await scene.heard(), ['+ipv4/mpls-vpn 10.1.0.0/24']);
});

test('a refresh takes nothing of what is being said', async () => {
  const scene = new Scene();
  const route = local('10.1.0.0/24');
  scene.bus.publish([route]);
  scene.establish({ families: [VPNV4] });
  await scene.heard();
  // The bus is busy: what is asked of it waits in line.
  scene.bus
    .subscribeTo({ kind: 'local', name: 'VRF-9' }, VPNV4, of('all' as const))
    .pipe(take(1))
    .subscribe(() => {
      scene.bus.publish([withdrawn(route)]);
      scene.send(encodeRouteRefresh({ afi: VPNV4.afi, subtype: 0, safi: VPNV4.safi }));
    });
  assert.equal(await scene.heard(), ['-ipv4/mpls-vpn 10.1.0.0/24']);
});

test('the marks around a refresh are not a request for one', async () => {
  const scene = new Scene();
  scene.bus.publish([local('10.1.0.0/24')]);
  scene.establish({ families: [VPNV4] });
  await scene.heard();
  scene.send(encodeRouteRefresh({ afi: VPNV4.afi, subtype: 1, safi: VPNV4.safi }));
  assert.equal(await scene.heard(), []);
});

test('a peer that we are behind with is not silent', async () => {
  const scene = new Scene().establish();
  // Its routes are in work for so long that what it says meanwhile is not read in time.
  scene.bus.idle = () => new Promise((resolve) => scene.scheduler.schedule(() => resolve(), 200_000));
  scene.send(announce(vpnv4Route('10.9.0.0/24')));
  scene.pass(190);
  assert.ok(scene.peer.isEstablished);
  scene.pass(11);
  await scene.heard();
  scene.pass(20);
  assert.not.ok(scene.peer.isEstablished, 'nothing has come after all');
});

test('where one route takes the place of another, the new one is said first', async () => {
  const scene = new Scene().establish({ families: [VPNV4] });
  const former = local('10.1.0.0/24');
  scene.bus.publish([former]);
  await scene.heard();
  scene.bus.publish([withdrawn(former), local('10.2.0.0/24')]);
  assert.equal(await scene.heard(), ['+ipv4/mpls-vpn 10.2.0.0/24', '-ipv4/mpls-vpn 10.1.0.0/24']);
});

test('a slow peer hears of a route that changes meanwhile once, as it is in the end', async () => {
  const scene = new Scene().establish({ families: [VPNV4] });
  await scene.heard();
  scene.writable = false;
  scene.bus.publish([local('10.1.0.0/24')]);
  assert.equal(await scene.heard(), ['+ipv4/mpls-vpn 10.1.0.0/24']);
  const flapping = local('10.2.0.0/24');
  for (let round = 0; round < 5; round++) scene.bus.publish([flapping, withdrawn(flapping)]);
  scene.bus.publish([local('10.1.0.0/24', { label: 200 })]);
  assert.equal(await scene.heard(), []);
  scene.drain();
  assert.equal((await scene.heard()).toSorted(), [
    '+ipv4/mpls-vpn 10.1.0.0/24',
    '-ipv4/mpls-vpn 10.2.0.0/24',
  ]);
});

test('what is to be said in one turn goes out in one write, as it is in the end', async () => {
  const scene = new Scene().establish({ families: [VPNV4] });
  await scene.heard();
  scene.putOff = [];
  const flapping = local('10.2.0.0/24');
  for (const each of [local('10.1.0.0/24'), flapping, withdrawn(flapping)]) scene.bus.publish([each]);
  assert.is(scene.writes, 0);
  await scene.nextTurn();
  assert.is(scene.writes, 1);
  assert.equal((await scene.heard()).toSorted(), [
    '+ipv4/mpls-vpn 10.1.0.0/24',
    '-ipv4/mpls-vpn 10.2.0.0/24',
  ]);
});

test('what was to be said when the session ended is said to nobody', async () => {
  const scene = new Scene().establish({ families: [VPNV4] });
  await scene.heard();
  scene.putOff = [];
  scene.bus.publish([local('10.1.0.0/24')]);
  scene.lose();
  await scene.nextTurn();
  assert.is(scene.writes, 0);
  assert.not(scene.lines.some((line) => line.includes('sent routes')));
});

test('many messages in one read leave others their turn, and none of them is lost', async () => {
  const scene = new Scene().establish({ families: [VPNV4] });
  scene.putOff = [];
  // A clock on which every look takes longer than the peer may work.
  let time = 0;
  scene.scheduler.now = () => (time += 10);
  scene.send(...['10.1.0.0/24', '10.2.0.0/24', '10.3.0.0/24'].map((prefix) => announce(vpnv4Route(prefix))));
  const counts: number[] = [];
  for (let turn = 0; turn < 8; turn++) {
    counts.push(scene.bus.countRoutes(VPNV4, 'peer'));
    scene.pass(0);
    await scene.nextTurn();
  }
  assert.equal([...new Set(counts)], [1, 2, 3]);
});

test('what is malformed ends the session with a NOTIFICATION, and the next one works', async () => {
  const scene = new Scene().establish();
  await scene.heard();
  scene.send(Buffer.alloc(19));
  assert.equal(await scene.heard(), ['Message Header Error/Connection Not Synchronized']);
  assert.not.ok(scene.open);
  scene.pass(2);
  scene.establish();
});

test('a stop says Cease, closes, and leaves nothing behind', async () => {
  const scene = new Scene().establish();
  await scene.heard();
  scene.send(announce(vpnv4Route('10.9.0.0/24', { nextHop: pe1 })));
  await scene.peer.stop();
  assert.equal(await scene.heard(), ['Cease/Administrative Shutdown']);
  assert.not.ok(scene.open);
  assert.is(scene.bus.subscriptionCount, 0);
  assert.is(scene.bus.countRoutes(VPNV4, 'peer'), 0);
  scene.pass(300);
  assert.is(scene.connections, 1);
});

test('the log tells what a session does', async () => {
  const scene = new Scene();
  scene.bus.publish([local('10.1.0.0/24'), local('10.2.0.0/24')]);
  scene.establish({ families: [VPNV4, RTC], gracefulRestart: true });
  scene.send(membership(rt1), encodeEndOfRib(RTC));
  await scene.heard();
  scene.send(announce(local('10.9.0.0/24')));
  scene.send(encodeRouteRefresh({ afi: VPNV4.afi, subtype: 0, safi: VPNV4.safi }));
  scene.lose();
  assert.equal(scene.lines, [
    `DEBUG ${reflector}: Idle -> Connect`,
    `DEBUG ${reflector}: Connect -> OpenConfirm`,
    `DEBUG ${reflector}: OpenConfirm -> Established`,
    `INFO ${reflector}: session established, hold time 90 s, families: ipv4/mpls-vpn, ipv4/rtc`,
    'DEBUG received End-of-RIB of ipv4/rtc',
    'DEBUG received routes: 1, withdrawn or our own: 0, UPDATEs: 2',
    'DEBUG asks for routes with the route targets 64512:1',
    'DEBUG sent routes: 2, withdrawn: 0, UPDATEs: 1',
    'DEBUG sent End-of-RIB of ipv4/rtc',
    'DEBUG sent End-of-RIB of ipv4/mpls-vpn',
    'DEBUG received routes: 1, withdrawn or our own: 0, UPDATEs: 1',
    `DEBUG ${reflector}: asks for all routes of ipv4/mpls-vpn again`,
    'DEBUG sent routes: 2, withdrawn: 0, UPDATEs: 1',
    `DEBUG ${reflector}: Established -> Idle`,
    `WARNING ${reflector}: connection closed by the peer; next attempt in 1 s`,
  ]);
});

test.run();
