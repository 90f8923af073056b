import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { cleanUp } from '../support/at-exit.ts';
import { evi, evpnPort, ipOf, ipvpnPort, macOf, vrf } from '../support/attachments.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { assertEstablished, instanceRoutes, peer, peerRoutes } from '../support/looking-glass.ts';
import { only } from '../support/only.ts';
import { type Daemon, startDaemon } from '../support/speakers/daemon.ts';
import { type Frr, startFrr } from '../support/speakers/frr.ts';
import { type FrrRoute, readFrrEvpn, readFrrVpnv4 } from '../support/speakers/frr-route.ts';
import { type Gobgp, startGobgp } from '../support/speakers/gobgp.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

/**
 * bgpd of FRR as the route reflector of two compute nodes. It has no RT Constraint, so that everything is sent to
 * everybody, also back to where it came from; and it offers graceful restart. A gobgpd is a third client.
 */
const frr = suite('frr');

const REFLECTOR = '127.0.0.11';
const A = '127.0.0.12';
const B = '127.0.0.13';
const CLIENT = '127.0.0.17';

let files: { readonly directory: string };
let port: number;
let reflector: Frr;
let client: Gobgp;
let a: Daemon;
let b: Daemon;

function startReflector(): Promise<Frr> {
  return startFrr({ ...files, name: 'reflector', address: REFLECTOR, port });
}

async function startNode(name: string, address: string): Promise<Daemon> {
  const apiPort = await freePort();
  return startDaemon({ ...files, name, address, peers: [REFLECTOR], bgpPort: port, apiPort });
}

async function evpnRoutes(from: string): Promise<FrrRoute[]> {
  const routes = readFrrEvpn(await reflector.show('show bgp l2vpn evpn route detail'));
  return routes.filter((route) => route.from === from);
}

async function vpnv4Routes(from: string): Promise<FrrRoute[]> {
  return readFrrVpnv4(await reflector.show('show bgp ipv4 vpn')).filter((route) => route.from === from);
}

frr('the speakers start', async () => {
  files = { directory: temporaryDirectory().path };
  port = await freePort(REFLECTOR);
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

frr.after(cleanUp);

interface FrrNeighbour {
  readonly bgpState: string;
  readonly gracefulRestartInfo: { readonly endOfRibRecv: Readonly<Record<string, boolean>> };
}

async function neighbour(address: string): Promise<FrrNeighbour> {
  const shown = (await reflector.show(`show bgp neighbors ${address}`)) as Record<string, FrrNeighbour>;
  return shown[address]!;
}

frr('a session is established without RT Constraint, as both sides see it', async () => {
  for (const [node, address] of [
    [a, A],
    [b, B],
  ] as const) {
    await eventually('established', () => assertEstablished(node.api, REFLECTOR));
    assert.is((await neighbour(address)).bgpState, 'Established');
  }
  const shown = await peer(a.api, REFLECTOR);
  assert.is(shown.rtc.active, false);
  assert.equal([...shown.active_families].sort(), ['(ipv4, mpls-vpn)', '(l2vpn, evpn)']);
});

frr('a speaker that offers graceful restart is sent an End-of-RIB for each family', async () => {
  await eventually('received', () => {
    const log = reflector.program.output();
    for (const family of ['IPv4 VPN', 'L2VPN EVPN']) {
      assert.match(log, new RegExp(`rcvd End-of-RIB for ${family} from ${A}`));
    }
  });
});

frr('a port of an E-VPN is a MAC/IP and an inclusive multicast route, until it is detached', async () => {
  await a.api.attach(evpnPort(10, 1));
  await eventually('both routes are there', async () => {
    const routes = await evpnRoutes(A);
    const multicast = only(routes.filter(({ type }) => type === 3));
    const { rd } = multicast;
    assert.match(rd, /^127\.0\.0\.12:\d+$/);
    const common = { from: A, rd, nextHop: A, localPref: 100, communities: 'RT:64512:10 ET:8' };
    const pmsi = { tunnelType: 'Ingress Replication', label: 510 };
    assert.equal(multicast, { ...common, type: 3, ip: A, pmsi });
    const port = { mac: macOf(10, 1), ip: ipOf(10, 1), vni: 510 };
    assert.equal(only(routes.filter(({ type }) => type === 2)), { ...common, type: 2, ...port });
  });
  await a.api.detach(evpnPort(10, 1));
  await eventually('both are gone', async () => assert.equal(await evpnRoutes(A), []));
});

frr('a port of an IP VPN is a VPNv4 route, until it is detached', async () => {
  await a.api.attach(ipvpnPort(12, 1, { local_pref: 150 }));
  await eventually('the route is there', async () => {
    const { rd, ...route } = only(await vpnv4Routes(A));
    assert.match(rd, /^127\.0\.0\.12:\d+$/);
    assert.equal(route, { from: A, nextHop: A, localPref: 150, prefix: `${ipOf(12, 1)}/32` });
  });
  await a.api.detach(ipvpnPort(12, 1));
  await eventually('it is gone', async () => assert.equal(await vpnv4Routes(A), []));
});

frr('ports of the nodes are known to each other, and nobody imports what comes back to him', async () => {
  for (const [node, host] of [
    [a, 1],
    [b, 2],
  ] as const) {
    await node.api.attach(evpnPort(13, host));
    await node.api.attach(ipvpnPort(13, host));
  }
  for (const [node, other, host] of [
    [a, B, 2],
    [b, A, 1],
  ] as const) {
    await eventually('the EVI has the two routes of the other', async () => {
      const routes = await instanceRoutes(node.api, evi(13), 'received_routes');
      assert.is(routes.length, 2);
      const route = only(routes.filter(({ name }) => name.startsWith('evpn:macadv')));
      assert.match(route.name, macOf(13, host));
      assert.is(route.nextHop, other);
      assert.is(route.attributes['originator-id'], other);
      assert.is(route.attributes['cluster-list'], `[ ${REFLECTOR} ]`);
    });
    await eventually('the VRF has the route of the other', async () => {
      const route = only(await instanceRoutes(node.api, vrf(13), 'received_routes'));
      assert.match(route.name, `${ipOf(13, host)}/32`);
      assert.is(route.nextHop, other);
    });
  }
  await b.api.detach(evpnPort(13, 2));
  await b.api.detach(ipvpnPort(13, 2));
  for (const instance of [evi(13), vrf(13)]) {
    await eventually('they are gone', async () => {
      assert.equal(await instanceRoutes(a.api, instance, 'received_routes'), []);
    });
  }
});

frr('routes of a third speaker are imported with their attributes, until they are withdrawn', async () => {
  const routes = [
    [
      'evpn',
      'macadv 52:54:00:aa:14:09 10.14.0.9 etag 0 label 914 rd 192.0.2.1:3 rt 64512:14 encap vxlan nexthop 192.0.2.1',
    ],
    ['vpnv4', '10.99.14.0/24 label 814 rd 192.0.2.1:2 rt 64512:14 med 77 nexthop 192.0.2.1'],
  ] as const;
  await a.api.attach(evpnPort(14, 1));
  await a.api.attach(ipvpnPort(14, 1));
  for (const [family, words] of routes) await client.inject(family, words);
  await eventually('the EVI has its route', async () => {
    const { name } = only(await instanceRoutes(a.api, evi(14)));
    assert.is(name, 'evpn:macadv::192.0.2.1:3:-:0:52:54:00:AA:14:09/48:10.14.0.9: label 57 (914)');
  });
  await eventually('the VRF has its route', async () => {
    const { name, attributes } = only(await instanceRoutes(a.api, vrf(14)));
    assert.is(name, '10.99.14.0/24 label 814 next-hop 192.0.2.1 rd 192.0.2.1:2');
    assert.is(attributes['med'], '77');
    assert.is(attributes['originator-id'], CLIENT);
  });
  for (const [family, words] of routes) await client.withdraw(family, words);
  for (const instance of [evi(14), vrf(14)]) {
    await eventually('they are gone', async () => assert.equal(await instanceRoutes(a.api, instance), []));
  }
});

frr('a reflector that restarts gets all routes again', async () => {
  const known = async (): Promise<string[]> =>
    [...(await evpnRoutes(A)), ...(await vpnv4Routes(A))].map((one) => JSON.stringify(one)).sort();
  await a.api.attach(evpnPort(17, 1));
  await eventually('known', async () =>
    assert.ok((await evpnRoutes(A)).some(({ ip }) => ip === ipOf(17, 1))),
  );
  const before = await known();
  await reflector.program.stop('SIGKILL');
  await eventually('the loss is seen', async () => {
    assert.is.not((await peer(a.api, REFLECTOR)).protocol.state, 'Established');
    assert.equal(await peerRoutes(a.api, REFLECTOR), []);
  });
  reflector = await startReflector();
  for (const node of [a, b]) {
    await eventually('established again', () => assertEstablished(node.api, REFLECTOR), 45_000);
  }
  await eventually('all routes again', async () => assert.equal(await known(), before));
});

frr('a daemon that is killed takes its routes with it', async () => {
  await b.api.attach(evpnPort(18, 2));
  await eventually('known', async () =>
    assert.ok((await evpnRoutes(B)).some(({ mac }) => mac === macOf(18, 2))),
  );
  await b.program.stop('SIGKILL');
  await eventually('gone', async () => assert.equal(await evpnRoutes(B), []));
});

frr('a daemon that is stopped says so with a Cease', async () => {
  assert.equal(await a.program.stop('SIGTERM'), { status: 0, signal: null });
  await eventually('the reflector has received it', () => {
    // RFC 4271 §4.5: code 6
    assert.match(reflector.program.output(), new RegExp(`received from neighbor \\*?${A}.* 6/\\d`));
  });
});

frr.run();
