import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makePathAttributes } from '../../../../lib/bgp/attribute/make-path-attributes.ts';
import { RTC } from '../../../../lib/bgp/family.ts';
import { encodeRtc } from '../../../../lib/bgp/nlri/rtc.ts';
import { encodeUpdates } from '../../../../lib/bgp/update.ts';
import { routeTarget } from '../../../../lib/net/route-target.ts';
import { run, startProgram } from '../../../support/programs.ts';
import type { GoldenCase } from './golden-file.ts';
import { AS_NUMBER, connectPeer, type ScriptedPeer } from './scripted-peer.ts';

const ADDRESS = '127.0.0.11';
const PEER = '127.0.0.12';
const PORT = 17911;

const MEMBERSHIP = { as: AS_NUMBER, target: routeTarget('64512:1') };

/** Family as `gobgp -a` has it, name of the case, and the words that add the route. */
const ROUTES: readonly (readonly [family: string, name: string, words: string])[] = [
  ['vpnv4', 'vpnv4', '10.1.0.0/24 label 100 rd 192.0.2.1:1 rt 64512:1 nexthop 192.0.2.1'],
  [
    'vpnv4',
    'vpnv4-forms',
    '10.2.0.0/15 label 1048575 rd 1.1:7 rt 64512:1 1.1:10 192.0.2.1:200 nexthop 192.0.2.1 med 5 local-pref 200',
  ],
  ['vpnv4', 'vpnv4-default', '0.0.0.0/0 label 16 rd 64512:9 rt 64512:1 nexthop 192.0.2.1'],
  [
    'evpn',
    'evpn-ethernet-ad',
    'a-d esi ARBITRARY 11:22:33:44:55:66:77:88:99 etag 5 label 100 rd 192.0.2.1:3 rt 64512:1 encap vxlan',
  ],
  [
    'evpn',
    'evpn-mac',
    'macadv 52:54:00:aa:00:01 0.0.0.0 etag 0 label 777 rd 192.0.2.1:3 rt 64512:1 encap vxlan',
  ],
  [
    'evpn',
    'evpn-mac-ipv4',
    'macadv 52:54:00:aa:00:01 10.9.0.7 etag 0 label 777 rd 192.0.2.1:3 rt 64512:1 encap vxlan router-mac 52:54:00:aa:00:ff',
  ],
  [
    'evpn',
    'evpn-mac-ipv6-segment',
    'macadv 52:54:00:aa:00:01 2001:db8::7 esi ARBITRARY 11:22:33:44:55:66:77:88:99 etag 5 label 777 rd 192.0.2.1:3 rt 64512:1 default-gateway',
  ],
  [
    'evpn',
    'evpn-multicast',
    'multicast 192.0.2.1 etag 0 rd 192.0.2.1:3 rt 64512:1 encap vxlan pmsi ingress-repl 777 192.0.2.1',
  ],
  [
    'evpn',
    'evpn-segment',
    'esi 192.0.2.1 esi ARBITRARY 11:22:33:44:55:66:77:88:99 rd 192.0.2.1:0 rt 64512:1',
  ],
  [
    'evpn',
    'evpn-prefix',
    'prefix 10.9.0.0/24 gw 10.9.0.1 etag 0 label 777 rd 192.0.2.1:3 rt 64512:1 encap vxlan',
  ],
  [
    'evpn',
    'evpn-prefix-ipv6',
    'prefix 2001:db8:1::/48 etag 0 label 777 rd 192.0.2.1:3 rt 64512:1 encap vxlan',
  ],
  [
    'ipv4-l3vpn-flowspec',
    'flowspec-redirect',
    'rd 192.0.2.1:5 match destination 20.0.0.0/24 protocol tcp destination-port ==80 then redirect 64512:99 rt 64512:1',
  ],
  [
    'ipv4-l3vpn-flowspec',
    'flowspec-all-components',
    'rd 64512:5 match destination 20.0.0.0/24 source 10.0.4.0/22 protocol ==udp destination-port >=80 &<=90 ==443 source-port ==1000 icmp-type ==8 tcp-flags =S =!A packet-length >=1000 &<=1500 dscp ==46 fragment =is-fragment then rate-limit 0 rt 64512:1',
  ],
];

/** gobgpd as a plain iBGP neighbour that waits for the scripted peer. */
export async function captureGobgp(directory: string): Promise<{
  readonly version: string;
  readonly cases: readonly GoldenCase[];
}> {
  const version = await run(['gobgpd', '--version']);
  const socket = join(directory, 'gobgp.sock');
  const configuration = join(directory, 'gobgp.toml');
  writeFileSync(configuration, CONFIGURATION);
  const program = startProgram(
    'gobgp',
    ['gobgpd', '-f', configuration, '--api-hosts', `unix://${socket}`, '--pprof-disable'],
    { directory },
  );
  const tell = (words: string): Promise<string> =>
    run(['gobgp', '--target', `unix://${socket}`, ...words.split(' ')]);
  const peer = await connectPeer(ADDRESS, PORT, { address: PEER });
  const cases: GoldenCase[] = [{ name: 'open', how: 'its OPEN', messages: [peer.open] }];
  const take = async (name: string, words: string): Promise<void> => {
    const output = await tell(words);
    if (output.trim() !== '') throw new Error(`gobgp ${words}: ${output}`);
    cases.push({ name, how: `gobgp ${words}`, messages: await peer.take() });
  };
  subscribe(peer);
  cases.push({
    name: 'end-of-rib',
    how: 'after the session has come up, and an RTC route for 64512:1 has been received',
    messages: await peer.take(),
  });
  for (const [family, name, words] of ROUTES) {
    await take(`${name}-announce`, `global rib -a ${family} add ${words}`);
    await take(`${name}-withdraw`, `global rib -a ${family} del ${words}`);
  }
  await take('rtc-announce', 'vrf add v1 rd 192.0.2.1:1 rt both 64512:77');
  await take('rtc-withdraw', 'vrf del v1');
  peer.close();
  await program.stop();
  return { version, cases };
}

/** gobgpd sends what RT Constraint lets through. It does not survive a default route when a VRF is deleted. */
function subscribe(peer: ScriptedPeer): void {
  const route = { family: RTC, ...encodeRtc(MEMBERSHIP), attributes: makePathAttributes({}, PEER) };
  peer.send(...encodeUpdates([route], { fourOctetAs: true }));
}

const CONFIGURATION = `
[global.config]
  as = ${AS_NUMBER}
  router-id = "${ADDRESS}"
  port = ${PORT}
  local-address-list = ["${ADDRESS}"]
[[neighbors]]
  [neighbors.config]
    neighbor-address = "${PEER}"
    peer-as = ${AS_NUMBER}
  [neighbors.transport.config]
    passive-mode = true
    local-address = "${ADDRESS}"
  [neighbors.graceful-restart.config]
    enabled = true
    restart-time = 120
${['l3vpn-ipv4-unicast', 'l2vpn-evpn', 'l3vpn-ipv4-flowspec', 'rtc'].map(familySection).join('')}`;

function familySection(name: string): string {
  return `  [[neighbors.afi-safis]]
    [neighbors.afi-safis.config]
      afi-safi-name = "${name}"
    [neighbors.afi-safis.mp-graceful-restart.config]
      enabled = true
`;
}
