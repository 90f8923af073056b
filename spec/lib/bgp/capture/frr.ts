import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makePathAttributes } from '../../../../lib/bgp/attribute/make-path-attributes.ts';
import { EVPN, VPNV4 } from '../../../../lib/bgp/family.ts';
import { encodeMacIp, encodeMulticast } from '../../../../lib/bgp/nlri/evpn.ts';
import { encodeVpnv4 } from '../../../../lib/bgp/nlri/vpnv4.ts';
import { encodeUpdates, type RouteAdvertisement } from '../../../../lib/bgp/update.ts';
import type { RouteDistinguisher } from '../../../../lib/net/route-distinguisher.ts';
import { routeTarget } from '../../../../lib/net/route-target.ts';
import { run, startProgram } from '../../../support/programs.ts';
import type { GoldenCase } from './golden-file.ts';
import { AS_NUMBER, connectPeer, FAMILY_CAPABILITIES } from './scripted-peer.ts';

const BGPD = '/usr/lib/frr/bgpd';
const ADDRESS = '127.0.0.21';
/** The client whose routes bgpd reflects, and the one that hears of them. */
const CLIENT = '127.0.0.22';
const LISTENER = '127.0.0.23';
const PORT = 17921;

const RD = `${CLIENT}:1` as RouteDistinguisher;
const VXLAN = [
  { kind: 'encapsulation', tunnelType: 8 },
  { kind: 'route-target', target: routeTarget('64512:1') },
] as const;

/** Routes for bgpd to reflect; all that it adds is its own. */
const REFLECTED: readonly (readonly [name: string, route: RouteAdvertisement])[] = [
  [
    'vpnv4-reflected',
    {
      family: VPNV4,
      ...encodeVpnv4({ rd: RD, prefix: { address: '10.1.0.0', length: 24 }, label: 100 }),
      attributes: makePathAttributes(
        { extendedCommunities: [{ kind: 'route-target', target: routeTarget('64512:1') }] },
        CLIENT,
      ),
    },
  ],
  [
    'evpn-mac-ipv4-reflected',
    {
      family: EVPN,
      ...encodeMacIp({ rd: RD, mac: '52:54:00:aa:00:01', ip: '10.9.0.7', label: 777 }),
      attributes: makePathAttributes(
        {
          localPref: 150,
          extendedCommunities: [...VXLAN, { kind: 'mac-mobility', sticky: false, sequence: 3 }],
        },
        CLIENT,
      ),
    },
  ],
  [
    'evpn-multicast-reflected',
    {
      family: EVPN,
      ...encodeMulticast({ rd: RD, ip: CLIENT }),
      attributes: makePathAttributes(
        {
          extendedCommunities: VXLAN,
          pmsiTunnel: { flags: 0, type: 6, label: 777, endpoint: CLIENT },
        },
        CLIENT,
      ),
    },
  ],
];

/** Of bgpd itself. */
const NETWORKS: readonly (readonly [name: string, family: string, network: string])[] = [
  ['vpnv4-network', 'ipv4 vpn', 'network 10.3.0.0/24 rd 64512:3 label 300'],
  [
    'evpn-prefix-network',
    'l2vpn evpn',
    'network 10.9.0.0/24 rd 64512:3 ethtag 0 label 777 esi 00:11:22:33:44:55:66:77:88:99 gwip 10.9.0.1 routermac 52:54:00:aa:00:ff',
  ],
];

/** bgpd alone, without zebra, as a route reflector. */
export async function captureFrr(directory: string): Promise<{
  readonly version: string;
  readonly cases: readonly GoldenCase[];
}> {
  const version = (await run([BGPD, '--version'])).split('\n')[0]!;
  const sockets = join(directory, 'frr');
  mkdirSync(sockets);
  const configuration = join(sockets, 'bgpd.conf');
  writeFileSync(configuration, CONFIGURATION);
  const program = startProgram(
    'frr',
    [
      ...[BGPD, '-f', configuration, '--vty_socket', sockets, '-i', join(sockets, 'pid'), '-P', '0'],
      ...['-l', ADDRESS, '-p', `${PORT}`, '--log', 'stdout', '-n', '-Z', '-S'],
    ],
    { directory },
  );
  const listener = await connectPeer(ADDRESS, PORT, { address: LISTENER });
  const client = await connectPeer(ADDRESS, PORT, { address: CLIENT, capabilities: FAMILY_CAPABILITIES });
  const cases: GoldenCase[] = [
    { name: 'open', how: 'its OPEN', messages: [listener.open] },
    { name: 'end-of-rib', how: 'after the session has come up', messages: await listener.take() },
  ];
  for (const [name, route] of REFLECTED) {
    for (const [verb, attributes] of [
      ['announce', route.attributes],
      ['withdraw', undefined],
    ] as const) {
      client.send(...encodeUpdates([{ ...route, attributes }], { fourOctetAs: false }));
      const how = `reflected to one client with 4-octet AS numbers, from another one without that ${verb}s it`;
      cases.push({ name: `${name}-${verb}`, how, messages: await listener.take() });
    }
  }
  for (const [name, family, network] of NETWORKS) {
    for (const [verb, command] of [
      ['announce', network],
      // FRR does not know its own word for the MAC of the router when it withdraws.
      ['withdraw', `no ${network.replace(/ routermac .*/, '')}`],
    ] as const) {
      const lines = ['configure terminal', `router bgp ${AS_NUMBER}`, `address-family ${family}`, command];
      await run(['vtysh', '--vty_socket', sockets, ...lines.flatMap((line) => ['-c', line])]);
      cases.push({
        ...{ name: `${name}-${verb}`, how: `address-family ${family}: ${command}` },
        messages: await listener.take(),
      });
    }
  }
  listener.close();
  client.close();
  await program.stop();
  return { version, cases };
}

const CONFIGURATION = `
router bgp ${AS_NUMBER}
 bgp router-id ${ADDRESS}
 bgp cluster-id ${ADDRESS}
 no bgp default ipv4-unicast
 bgp allow-martian-nexthop
 neighbor clients peer-group
 neighbor clients remote-as ${AS_NUMBER}
 neighbor clients passive
 neighbor clients advertisement-interval 0
 bgp listen range 127.0.0.0/8 peer-group clients
 address-family ipv4 vpn
  neighbor clients activate
  neighbor clients route-reflector-client
 exit-address-family
 address-family l2vpn evpn
  neighbor clients activate
  neighbor clients route-reflector-client
 exit-address-family
`;
