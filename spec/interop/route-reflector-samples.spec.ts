import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Attachment } from '../support/api-client.ts';
import { cleanUp } from '../support/at-exit.ts';
import { evi, evpnPort, ipOf, ipvpnPort, macOf, routeTargetOf, vrf } from '../support/attachments.ts';
import { eventually, throughout } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { assertEstablished, instanceRoutes, peer, peerRoutes } from '../support/looking-glass.ts';
import type { Program } from '../support/programs.ts';
import { startBird } from '../support/speakers/bird.ts';
import { type Daemon, startDaemon } from '../support/speakers/daemon.ts';
import { startFrr } from '../support/speakers/frr.ts';
import { type Gobgp, startGobgp } from '../support/speakers/gobgp.ts';
import { hostOf, readReflectorSample } from '../support/speakers/reflector-sample.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

/**
 * Each sample of conf/route-reflectors, as it is but for addresses and port, in the program that it is for: the
 * reflector is host 1 of its network, two compute nodes that the sample does not name are hosts 2 and 3.
 */
interface Sample {
  readonly name: string;
  readonly file: string;
  readonly network: number;
  /** What a session has in common with the nodes, as the looking glass writes it. */
  readonly families: readonly string[];
  readonly start: (options: ReflectorOptions) => Promise<Reflector>;
}

interface ReflectorOptions {
  readonly directory: string;
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly configuration: string;
}

interface Reflector {
  readonly program: Program;
  /** Where FlowSpec-VPN is supported. */
  readonly gobgp?: Gobgp;
}

const EVPN = '(l2vpn, evpn)';
const VPNV4 = '(ipv4, mpls-vpn)';
const FLOWSPEC_VPN = '(ipv4, flow-vpn)';
const RTC = '(ipv4, rtc)';

const SAMPLES: readonly Sample[] = [
  {
    name: 'GoBGP',
    file: 'gobgpd.toml',
    network: 31,
    families: [FLOWSPEC_VPN, VPNV4, RTC, EVPN],
    start: async (options) => {
      const gobgp = await startGobgp(options);
      return { program: gobgp.program, gobgp };
    },
  },
  {
    name: 'FRRouting',
    file: 'frr.conf',
    network: 32,
    families: [VPNV4, EVPN],
    start: async (options) => {
      // Next hops in 127.0.0.0/8 are for this test alone.
      const configuration = `${options.configuration}\nrouter bgp 64512\n bgp allow-martian-nexthop\n`;
      const frr = await startFrr({ ...options, configuration });
      // It starts whatever it does not understand. One line is not for it, but for zebra.
      const unknown = frr.program.output().match(/(?<=No such command on config line \d+: ).*/g);
      assert.equal([...new Set(unknown)], ['ip nht resolve-via-default']);
      return frr;
    },
  },
  { name: 'BIRD', file: 'bird.conf', network: 33, families: [VPNV4], start: startBird },
];

/** What the route targets of each test are numbered by. */
const NETWORK = { ipvpn: 20, evpn: 21, unwanted: 22, flowspec: 23, restart: 24 };

for (const sample of SAMPLES) testSample(sample);

function testSample(sample: Sample): void {
  const test = suite(`sample of ${sample.name}`);
  const [REFLECTOR, A, B] = [hostOf(sample, 1), hostOf(sample, 2), hostOf(sample, 3)];
  const has = (family: string): boolean => sample.families.includes(family);
  let files: { readonly directory: string };
  let port: number;
  let reflector: Reflector;
  let a: Daemon;
  let b: Daemon;

  const startReflector = (): Promise<Reflector> => {
    const configuration = readReflectorSample(sample.file, { network: sample.network, port });
    return sample.start({ ...files, name: 'reflector', address: REFLECTOR, port, configuration });
  };
  const startNode = async (name: string, address: string): Promise<Daemon> => {
    const apiPort = await freePort();
    return startDaemon({ ...files, name, address, peers: [REFLECTOR], bgpPort: port, apiPort });
  };
  /** What has to hold at both nodes of a pair: what one attaches, the other sees, until it is detached. */
  const areSeen = async (
    instance: string,
    attachments: readonly [Attachment, Attachment],
    names: readonly [readonly RegExp[], readonly RegExp[]],
  ): Promise<void> => {
    const [ofA, ofB] = attachments;
    await a.api.attach(ofA);
    await b.api.attach(ofB);
    for (const [node, expected, nextHop] of [
      [a, names[1], B],
      [b, names[0], A],
    ] as const) {
      for (const which of ['received_routes', 'best_routes'] as const) {
        await eventually(`${which} of ${instance}`, async () => {
          const routes = (await instanceRoutes(node.api, instance, which)).filter(
            ({ source }) => source === `BGP-${REFLECTOR}`,
          );
          assert.is(routes.length, expected.length);
          for (const name of expected) assert.ok(routes.some((route) => name.test(route.name)));
          for (const { attributes, ...route } of routes) {
            assert.is(route.nextHop, nextHop);
            assert.is(attributes['originator-id'], nextHop);
            assert.is(attributes['cluster-list'], `[ ${REFLECTOR} ]`);
          }
        });
      }
    }
    await b.api.detach(ofB);
    await eventually('withdrawn', async () => {
      assert.equal(await instanceRoutes(a.api, instance, 'received_routes'), []);
    });
    await a.api.detach(ofA);
  };

  test('the reflector and two nodes start', async () => {
    files = { directory: temporaryDirectory().path };
    port = await freePort(REFLECTOR);
    reflector = await startReflector();
    [a, b] = await Promise.all([startNode('a', A), startNode('b', B)]);
  });

  test.after(cleanUp);

  test('sessions are established with the families and the hold time that the sample promises', async () => {
    for (const node of [a, b]) {
      await eventually('established', () => assertEstablished(node.api, REFLECTOR));
      const { active_families, protocol, rtc } = await peer(node.api, REFLECTOR);
      assert.equal([...active_families].sort(), [...sample.families].sort());
      assert.is(protocol.hold_time, 90);
      assert.is(rtc.active, has(RTC));
    }
  });

  test('ports of an IP VPN are known to the other node until they are detached', async () => {
    const network = NETWORK.ipvpn;
    const route = (host: number): RegExp[] => [new RegExp(`^${ipOf(network, host)}/32 `)];
    await areSeen(vrf(network), [ipvpnPort(network, 1), ipvpnPort(network, 2)], [route(1), route(2)]);
  });

  if (has(EVPN)) {
    test('ports of an E-VPN are known to the other node until they are detached', async () => {
      const network = NETWORK.evpn;
      const route = (host: number): RegExp[] => [
        new RegExp(`^evpn:macadv:.*${macOf(network, host)}.*${ipOf(network, host)}`, 'i'),
        /^evpn:multicast:/,
      ];
      await areSeen(evi(network), [evpnPort(network, 1), evpnPort(network, 2)], [route(1), route(2)]);
    });
  }

  test(
    has(RTC)
      ? 'a route that the other node does not import is not sent to it'
      : 'a route that the other node does not import is sent to it all the same, and not used',
    async () => {
      const [unwanted, wanted] = [ipvpnPort(NETWORK.unwanted, 1), ipvpnPort(NETWORK.ipvpn, 1)];
      const received = async (network: number): Promise<number> =>
        (await peerRoutes(b.api, REFLECTOR)).filter(({ name }) => name.startsWith(`${ipOf(network, 1)}/32 `))
          .length;
      await b.api.attach(ipvpnPort(NETWORK.ipvpn, 2));
      await a.api.attach(unwanted);
      await a.api.attach(wanted);
      await eventually('the wanted one is there', async () => assert.is(await received(NETWORK.ipvpn), 1));
      const expected = has(RTC) ? 0 : 1;
      await throughout(
        'sent on or not',
        async () => assert.is(await received(NETWORK.unwanted), expected),
        500,
      );
      assert.is((await instanceRoutes(b.api, vrf(NETWORK.ipvpn), 'received_routes')).length, 1);
      for (const one of [unwanted, wanted]) await a.api.detach(one);
      await b.api.detach(ipvpnPort(NETWORK.ipvpn, 2));
      await eventually('withdrawn', async () => assert.equal(await peerRoutes(b.api, REFLECTOR), []));
    },
  );

  if (has(FLOWSPEC_VPN)) {
    test('a FlowSpec-VPN route is sent to the node that imports it, until it is withdrawn', async () => {
      const words = (network: number): string =>
        `rd 192.0.2.9:${network} match destination 10.99.${network}.0/24 protocol tcp destination-port ==80 ` +
        `then redirect 64512:99 rt ${routeTargetOf(network)}`;
      const flows = async (): Promise<string[]> =>
        JSON.stringify(await a.api.lookingGlass('bgp/routes')).match(/10\.99\.\d+\.0\/24/g) ?? [];
      const [wanted, unwanted] = [words(NETWORK.flowspec), words(NETWORK.unwanted)];
      await a.api.attach(ipvpnPort(NETWORK.flowspec, 1));
      for (const one of [unwanted, wanted]) await reflector.gobgp!.inject('ipv4-l3vpn-flowspec', one);
      await eventually('received', async () => assert.equal(await flows(), ['10.99.23.0/24']));
      for (const one of [unwanted, wanted]) await reflector.gobgp!.withdraw('ipv4-l3vpn-flowspec', one);
      await eventually('withdrawn', async () => assert.equal(await flows(), []));
      await a.api.detach(ipvpnPort(NETWORK.flowspec, 1));
    });
  }

  test('after a restart of the reflector all is as before', async () => {
    const network = NETWORK.restart;
    const seen = async (count: number): Promise<void> => {
      assert.is((await instanceRoutes(a.api, vrf(network), 'received_routes')).length, count);
    };
    await a.api.attach(ipvpnPort(network, 1));
    await b.api.attach(ipvpnPort(network, 2));
    await eventually('seen', () => seen(1));
    await reflector.program.stop();
    await eventually('lost', () => seen(0));
    reflector = await startReflector();
    await eventually('seen again', () => seen(1), 45_000);
  });

  test('a node that is killed takes its routes with it', async () => {
    await b.program.stop('SIGKILL');
    await eventually('gone', async () => {
      assert.equal(await instanceRoutes(a.api, vrf(NETWORK.restart), 'received_routes'), []);
    });
  });

  test.run();
}
