import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { cleanUp } from '../support/at-exit.ts';
import { evi, evpnPort, ipOf, ipvpnPort, macOf, macOnlyPort, vrf } from '../support/attachments.ts';
import { eventually, throughout } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { assertEstablished, instanceRoutes, peer, peerRoutes } from '../support/looking-glass.ts';
import { only } from '../support/only.ts';
import { type Daemon, startDaemon } from '../support/speakers/daemon.ts';
import { type Gobgp, startGobgp } from '../support/speakers/gobgp.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

/**
 * gobgpd as the route reflector of two compute nodes, and another gobgpd as a client without RT Constraint. Each test
 * has a network of its own; the last ones stop what the others need.
 */
const gobgp = suite('gobgp');

const REFLECTOR = '127.0.0.1';
const A = '127.0.0.2';
const B = '127.0.0.3';
const CLIENT = '127.0.0.7';
const VXLAN = 8;
const MPLS = 10;
const INGRESS_REPLICATION = 6;

let files: { readonly directory: string };
let port: number;
let reflector: Gobgp;
let client: Gobgp;
let a: Daemon;
let b: Daemon;

function startReflector(): Promise<Gobgp> {
  return startGobgp({ ...files, name: 'reflector', address: REFLECTOR, port });
}

async function startNode(name: string, address: string): Promise<Daemon> {
  const apiPort = await freePort();
  return startDaemon({ ...files, name, address, peers: [REFLECTOR], bgpPort: port, apiPort });
}

gobgp('the speakers start', async () => {
  files = { directory: temporaryDirectory().path };
  port = await freePort();
  reflector = await startReflector();
  client = await startGobgp({
    ...files,
    name: 'client',
    address: CLIENT,
    port,
    connectTo: REFLECTOR,
    families: ['evpn', 'vpnv4'],
  });
  [a, b] = await Promise.all([startNode('a', A), startNode('b', B)]);
});

gobgp.after(cleanUp);

gobgp('a session is established, as both sides see it', async () => {
  for (const node of [a, b]) {
    await eventually('established', () => assertEstablished(node.api, REFLECTOR));
  }
  const shown = await peer(a.api, REFLECTOR);
  assert.is(shown.rtc.active, true);
  assert.equal([...shown.active_families].sort(), [
    '(ipv4, flow-vpn)',
    '(ipv4, mpls-vpn)',
    '(ipv4, rtc)',
    '(l2vpn, evpn)',
  ]);
  await eventually('established at the reflector', async () => {
    const established = (await reflector.neighbours()).filter((neighbour) => neighbour.established);
    assert.equal(established.map((neighbour) => neighbour.address).sort(), [A, B, CLIENT]);
  });
});

gobgp('a port of an E-VPN is a MAC/IP and an inclusive multicast route, until it is detached', async () => {
  await a.api.attach(evpnPort(10, 1));
  await eventually('both routes are there', async () => {
    const routes = await reflector.receivedFrom(A, 'evpn');
    const multicast = only(routes.filter(({ type }) => type === 3));
    const { rd } = multicast;
    assert.match(rd!, /^127\.0\.0\.2:\d+$/);
    const common = {
      from: A,
      rd,
      nextHop: A,
      localPref: 100,
      routeTargets: ['64512:10'],
      encapsulations: [VXLAN],
    };
    const pmsi = { type: INGRESS_REPLICATION, label: 510, endpoint: A };
    assert.equal(multicast, { ...common, type: 3, ip: A, pmsi });
    const port = { mac: macOf(10, 1), ip: ipOf(10, 1), label: 510 };
    assert.equal(only(routes.filter(({ type }) => type === 2)), { ...common, type: 2, ...port });
  });
  await a.api.detach(evpnPort(10, 1));
  await eventually('both are gone', async () => {
    assert.equal(await reflector.receivedFrom(A, 'evpn'), []);
  });
});

gobgp('a port without address is a MAC-only route', async () => {
  await a.api.attach(macOnlyPort(11, 1));
  await eventually('the route is there', async () => {
    const routes = await reflector.receivedFrom(A, 'evpn');
    const route = only(routes.filter(({ type }) => type === 2));
    assert.is(route.mac, macOf(11, 1));
    assert.is(route.ip, undefined);
    assert.is(route.label, 511);
  });
  await a.api.detach(macOnlyPort(11, 1));
});

gobgp('a port of an IP VPN is a VPNv4 route, until it is detached', async () => {
  await a.api.attach(ipvpnPort(12, 1, { local_pref: 150 }));
  await eventually('the route is there', async () => {
    const { rd, label, ...route } = only(await reflector.receivedFrom(A, 'vpnv4'));
    assert.match(rd!, /^127\.0\.0\.2:\d+$/);
    assert.ok(label! >= 16, 'a label that is not reserved');
    assert.equal(route, {
      from: A,
      prefix: `${ipOf(12, 1)}/32`,
      nextHop: A,
      localPref: 150,
      routeTargets: ['64512:12'],
      encapsulations: [MPLS],
    });
  });
  await a.api.detach(ipvpnPort(12, 1));
  await eventually('it is gone', async () => {
    assert.equal(await reflector.receivedFrom(A, 'vpnv4'), []);
  });
});

gobgp('a port of one node is known to the other, until it is detached', async () => {
  await a.api.attach(evpnPort(13, 1));
  await b.api.attach(evpnPort(13, 2));
  for (const [node, other, host] of [
    [a, B, 2],
    [b, A, 1],
  ] as const) {
    await eventually('the other one is known', async () => {
      const routes = await instanceRoutes(node.api, evi(13));
      assert.is(routes.length, 2);
      only(routes.filter(({ name }) => name.startsWith('evpn:multicast')));
      const route = only(routes.filter(({ name }) => name.startsWith('evpn:macadv')));
      assert.ok(route.name.includes(macOf(13, host)), route.name);
      assert.is(route.nextHop, other);
      assert.is(route.source, `BGP-${REFLECTOR}`);
      assert.is(route.attributes['originator-id'], other);
      assert.is(route.attributes['cluster-list'], `[ ${REFLECTOR} ]`);
    });
  }
  await b.api.detach(evpnPort(13, 2));
  await eventually('it is gone', async () => {
    assert.equal(await instanceRoutes(a.api, evi(13)), []);
  });
  await a.api.detach(evpnPort(13, 1));
});

gobgp('routes that the reflector originates are imported, until they are withdrawn', async () => {
  const routes = [
    [
      'evpn',
      'macadv 52:54:00:aa:14:09 10.14.0.9 etag 0 label 914 rd 192.0.2.1:3 rt 64512:14 encap vxlan nexthop 192.0.2.1',
    ],
    [
      'evpn',
      'multicast 192.0.2.1 etag 0 rd 192.0.2.1:3 rt 64512:14 encap vxlan pmsi ingress-repl 914 192.0.2.1 nexthop 192.0.2.1',
    ],
    ['vpnv4', '10.99.14.0/24 label 814 rd 192.0.2.1:2 rt 64512:14 nexthop 192.0.2.1'],
  ] as const;
  await a.api.attach(evpnPort(14, 1));
  await a.api.attach(ipvpnPort(14, 1));
  for (const [family, words] of routes) await reflector.inject(family, words);
  await eventually('the EVI has those of its kind', async () => {
    const shown = await instanceRoutes(a.api, evi(14));
    assert.equal(shown.map(({ name }) => name).sort(), [
      'evpn:macadv::192.0.2.1:3:-:0:52:54:00:AA:14:09/48:10.14.0.9: label 57 (914)',
      'evpn:multicast::192.0.2.1:3:0:192.0.2.1',
    ]);
    const multicast = only(shown.filter(({ name }) => name.startsWith('evpn:multicast')));
    assert.is(multicast.attributes['pmsi-tunnel'], 'pmsi:ingressreplication:0:57(914):192.0.2.1');
  });
  await eventually('the VRF has the prefix', async () => {
    const { name } = only(await instanceRoutes(a.api, vrf(14)));
    assert.is(name, '10.99.14.0/24 label 814 next-hop 192.0.2.1 rd 192.0.2.1:2');
  });
  for (const [family, words] of routes) await reflector.withdraw(family, words);
  for (const instance of [evi(14), vrf(14)]) {
    await eventually('they are gone', async () => {
      assert.equal(await instanceRoutes(a.api, instance), []);
    });
  }
});

gobgp('the attributes of a route of a third speaker are shown', async () => {
  const route = '10.99.15.0/24 label 815 rd 192.0.2.2:2 rt 64512:15 med 77 nexthop 192.0.2.2';
  await a.api.attach(ipvpnPort(15, 1));
  await client.inject('vpnv4', route);
  await eventually('it is imported', async () => {
    const { attributes, routeTargets } = only(await instanceRoutes(a.api, vrf(15), 'received_routes'));
    assert.is(attributes['med'], '77');
    assert.is(attributes['originator-id'], CLIENT);
    assert.is(attributes['cluster-list'], `[ ${REFLECTOR} ]`);
    assert.match(attributes['extended-community']!, 'target:64512:15');
    assert.equal(routeTargets, ['target:64512:15']);
  });
  await client.withdraw('vpnv4', route);
  await eventually('it is gone', async () => {
    assert.equal(await instanceRoutes(a.api, vrf(15), 'received_routes'), []);
  });
});

gobgp('RT Constraint: our routes say what we import, and only that is sent to us', async () => {
  const wanted = async (): Promise<boolean> =>
    (await reflector.receivedFrom(A, 'rtc')).some(({ routeTarget }) => routeTarget === '64512:16');
  const received = async (): Promise<string[]> =>
    (await peerRoutes(a.api, REFLECTOR))
      .map(({ name }) => name)
      .filter((name) => name.startsWith('10.99.16.'));
  await reflector.inject('vpnv4', '10.99.16.0/24 label 816 rd 192.0.2.1:16 rt 64512:16 nexthop 192.0.2.1');
  assert.not(await wanted());
  await throughout('not sent unasked', async () => assert.equal(await received(), []), 1000);
  await a.api.attach(ipvpnPort(16, 1));
  await eventually('asked for', async () => assert.ok(await wanted()));
  await eventually('sent', async () => {
    assert.equal(await received(), ['10.99.16.0/24 label 816 next-hop 192.0.2.1 rd 192.0.2.1:16']);
  });
  await a.api.detach(ipvpnPort(16, 1));
  await eventually('no longer asked for', async () => assert.not(await wanted()));
});

gobgp('a reflector that restarts gets all routes again, and its own are imported again', async () => {
  const route =
    'macadv 52:54:00:aa:17:09 10.17.0.9 etag 0 label 917 rd 192.0.2.1:3 rt 64512:17 encap vxlan nexthop 192.0.2.1';
  const known = async (): Promise<string[]> =>
    (await reflector.receivedFrom(A, 'evpn')).map((one) => `${one.type} ${one.rd} ${one.ip}`).sort();
  await a.api.attach(evpnPort(17, 1));
  await eventually('known', async () =>
    assert.ok((await known()).some((text) => text.endsWith(ipOf(17, 1)))),
  );
  const before = await known();
  await reflector.program.stop('SIGKILL');
  await eventually('the loss is seen', async () => {
    assert.is.not((await peer(a.api, REFLECTOR)).protocol.state, 'Established');
    assert.equal(await peerRoutes(a.api, REFLECTOR), []);
  });
  reflector = await startReflector();
  await reflector.inject('evpn', route);
  for (const node of [a, b]) {
    await eventually('established again', () => assertEstablished(node.api, REFLECTOR), 45_000);
  }
  await eventually('all routes again', async () => assert.equal(await known(), before));
  await eventually('imported', async () => {
    assert.match(only(await instanceRoutes(a.api, evi(17))).name, '10.17.0.9');
  });
});

gobgp(
  'a daemon that is killed takes its routes with it, and has none that nobody attached again',
  async () => {
    const known = async (): Promise<boolean> =>
      (await reflector.routes('evpn')).some(({ mac }) => mac === macOf(18, 2));
    await b.api.attach(evpnPort(18, 2));
    await eventually('known', async () => assert.ok(await known()));
    await b.program.stop('SIGKILL');
    await eventually('gone', async () => assert.not(await known()));
    b = await startNode('b', B);
    await eventually('established again', () => assertEstablished(b.api, REFLECTOR), 20_000);
    assert.equal(await reflector.receivedFrom(B, 'evpn'), []);
    await b.api.attach(evpnPort(18, 2));
    await eventually('known again', async () => assert.ok(await known()));
  },
);

gobgp('a daemon that is stopped says so with a Cease', async () => {
  assert.equal(await b.program.stop('SIGTERM'), { status: 0, signal: null });
  await eventually('the reflector has received it', () => {
    const lines = reflector.program.output().split('\n');
    const notification = lines.find((line) => /notification/i.test(line) && line.includes(`"${B}"`));
    // RFC 4271 §4.5: code 6
    assert.match(notification ?? '', /"Code":6/);
  });
});

gobgp.run();
