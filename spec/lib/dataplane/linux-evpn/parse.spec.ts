import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Layout, tunnelMtu } from '../../../../lib/dataplane/linux-evpn/layout.ts';
import { parseLinks, shieldKeys, withShields } from '../../../../lib/dataplane/linux-evpn/links.ts';
import {
  parseFdb,
  parseFdbAnswers,
  parseNeighbourAnswers,
  parseNeighbours,
} from '../../../../lib/dataplane/linux-evpn/tables.ts';
import { pairRow } from '../../../../lib/dataplane/linux-evpn/veth-pair.ts';

/** `ip -j -d addr` of iproute2 6.1 on Linux 6.18, some counters left out. */
const LINKS = `[
{"ifindex":1,"ifname":"lo","flags":["LOOPBACK","UP","LOWER_UP"],"mtu":65536,"qdisc":"noqueue","operstate":"UNKNOWN","group":"default","txqlen":1000,"link_type":"loopback","address":"00:00:00:00:00:00","broadcast":"00:00:00:00:00:00","promiscuity":0,"addr_info":[{"family":"inet","local":"127.0.0.1","prefixlen":8,"scope":"host","label":"lo","valid_life_time":4294967295,"preferred_life_time":4294967295},{"family":"inet","local":"192.0.2.1","prefixlen":32,"scope":"global","label":"lo","valid_life_time":4294967295,"preferred_life_time":4294967295}]},
{"ifindex":2,"ifname":"evpn---n1","flags":["BROADCAST","MULTICAST","UP","LOWER_UP"],"mtu":1450,"qdisc":"noqueue","operstate":"UP","group":"default","txqlen":1000,"link_type":"ether","address":"0e:00:00:00:00:01","broadcast":"ff:ff:ff:ff:ff:ff","promiscuity":0,"linkinfo":{"info_kind":"bridge","info_data":{"forward_delay":0,"hello_time":200,"max_age":2000,"ageing_time":30000,"stp_state":0,"priority":32768,"vlan_filtering":0,"bridge_id":"8000.e:0:0:0:0:1","mcast_snooping":0,"gc_timer":0.07}},"addr_info":[]},
{"ifindex":3,"ifname":"vxlan--n1","flags":["BROADCAST","MULTICAST","UP","LOWER_UP"],"mtu":1450,"qdisc":"noqueue","master":"evpn---n1","operstate":"UNKNOWN","group":"default","txqlen":1000,"link_type":"ether","address":"5a:67:bb:fa:21:96","broadcast":"ff:ff:ff:ff:ff:ff","promiscuity":1,"linkinfo":{"info_kind":"vxlan","info_data":{"id":16,"local":"10.77.0.1","port_range":{"low":0,"high":0},"port":4789,"learning":false,"ttl":0,"df":"unset","ageing":300,"udp_csum":true,"udp_zero_csum6_tx":false,"udp_zero_csum6_rx":false},"info_slave_kind":"bridge","info_slave_data":{"state":"forwarding","priority":32,"cost":100,"hairpin":false,"guard":false,"learning":false,"flood":true,"id":"0x8001","mcast_flood":true,"bcast_flood":true,"neigh_suppress":true,"vlan_tunnel":false,"isolated":true,"locked":false}},"addr_info":[]},
{},
{"ifindex":5,"ifname":"vxlan-42","flags":["BROADCAST","MULTICAST"],"mtu":1500,"link_type":"ether","address":"5a:67:bb:fa:21:97","linkinfo":{"info_kind":"vxlan","info_data":{"id":42,"local6":"2001:db8::1","port":8472,"learning":true,"proxy":true}},"addr_info":[]},
{"ifindex":7,"link_index":6,"ifname":"eth-u","flags":["BROADCAST","MULTICAST","UP","LOWER_UP"],"mtu":2000,"qdisc":"noqueue","operstate":"UP","group":"default","txqlen":1000,"link_type":"ether","address":"c6:c2:af:8d:67:59","broadcast":"ff:ff:ff:ff:ff:ff","link_netnsid":0,"promiscuity":0,"linkinfo":{"info_kind":"veth"},"addr_info":[{"family":"inet","local":"10.77.0.1","prefixlen":24,"scope":"global","label":"eth-u","valid_life_time":4294967295,"preferred_life_time":4294967295},{"family":"inet6","local":"fe80::c4c2:afff:fe8d:6759","prefixlen":64,"scope":"link","valid_life_time":4294967295,"preferred_life_time":4294967295}]}
]`;

function links() {
  const parsed = parseLinks(LINKS);
  if (!parsed.ok) throw new Error(parsed.fault);
  return new Map(parsed.value.map((link) => [link.name, link]));
}

test('links: kinds, flags and addresses; an interface that vanished is left out', () => {
  assert.equal([...links().keys()], ['lo', 'evpn---n1', 'vxlan--n1', 'vxlan-42', 'eth-u']);
  const bridge = links().get('evpn---n1')!;
  assert.is(bridge.kind, 'bridge');
  assert.ok(bridge.isQuietBridge && bridge.up);
  assert.equal(links().get('eth-u')?.addresses, ['10.77.0.1', 'fe80::c4c2:afff:fe8d:6759']);
});

test('links: VXLAN parameters', () => {
  const device = links().get('vxlan--n1')!;
  assert.equal(device.vxlan, { vni: 16, local: '10.77.0.1', dstPort: 4789, proxy: false, learning: false });
  assert.ok(device.isGuardedPort);
  assert.is(device.master, 'evpn---n1');
  const foreign = links().get('vxlan-42')!;
  assert.equal(foreign.vxlan, { vni: 42, local: '2001:db8::1', dstPort: 8472, proxy: true, learning: true });
  assert.not(foreign.isGuardedPort);
});

test('links: the other end of a pair, unless it is in another namespace', () => {
  const end = (more: object) => ({ ifname: 'a', flags: [], mtu: 1500, ...more });
  const veth = { linkinfo: { info_kind: 'veth' } };
  const parsed = parseLinks(
    JSON.stringify([
      end({ link: 'b', ...veth }),
      end({ link: null, ...veth }),
      end({ link_index: 7, link_netnsid: 0, ...veth }),
      end({ link: 'eth0', linkinfo: { info_kind: 'vlan' } }),
    ]),
  );
  assert.ok(parsed.ok);
  assert.equal(
    parsed.value.map(({ peer }) => peer),
    ['b', undefined, undefined, undefined],
  );
});

test('links: a bridge of ours is shielded if sysctl says so', () => {
  const all = [...links().values(), { ...links().get('evpn---n1')!, name: 'evpn---a.b' }];
  assert.equal(shieldKeys(all), [
    'net/ipv4/conf/evpn---n1/rp_filter',
    'net/ipv4/conf/evpn---n1/arp_ignore',
    'net/ipv4/conf/evpn---a.b/rp_filter',
    'net/ipv4/conf/evpn---a.b/arp_ignore',
  ]);
  const answer = (name: string, rpFilter: number, arpIgnore: number): string =>
    `net.ipv4.conf.${name}.rp_filter = ${rpFilter}\nnet.ipv4.conf.${name}.arp_ignore = ${arpIgnore}\n`;
  const shielded = (text: string): string[] =>
    withShields(all, text)
      .filter((link) => link.isShielded)
      .map((link) => link.name);
  assert.equal(shielded(''), []);
  assert.equal(shielded(answer('evpn---n1', 0, 8)), []);
  assert.equal(shielded(answer('evpn---n1', 1, 1)), []);
  assert.equal(shielded(answer('evpn---n1', 2, 8)), ['evpn---n1']);
  assert.equal(shielded(answer('evpn---a/b', 1, 8)), ['evpn---a.b']);
});

test('MTU of the tunnel: that of the underlay less the outer headers', () => {
  const node = { vxlanDstPort: 4789, links: links() };
  assert.is(tunnelMtu({ ...node, localAddress: '10.77.0.1' }), 1950);
  assert.is(tunnelMtu({ ...node, localAddress: 'fe80::c4c2:afff:fe8d:6759' }), 1930);
  assert.is(tunnelMtu({ ...node, localAddress: '192.0.2.1' }), 1450, 'loopback');
  assert.is(tunnelMtu({ ...node, localAddress: '203.0.113.1' }), 1450, 'unknown address');
});

test('MTU of a pair: that of the tunnel, and never above 9000', () => {
  const state = { kind: 'veth-pair', instance: 1, interface: 'evpn1-ipvpn2', peer: 'ipvpn2-evpn1' } as const;
  const mtuOf = (mtu: number) => pairRow(state, { mtu } as Layout).mtu;
  assert.equal([1450, 8950, 9000, 65_485].map(mtuOf), [1450, 8950, 9000, 9000]);
});

/** `bridge -j fdb show br evpn---n1`. */
const FDB = `[{"mac":"33:33:00:00:00:01","ifname":"evpn---n1","flags":["self"],"state":"permanent"},{"mac":"0e:00:00:00:00:01","ifname":"evpn---n1","flags":[],"master":"evpn---n1","state":"permanent"},{"mac":"02:00:00:00:00:02","ifname":"vxlan--n1","flags":["sticky"],"master":"evpn---n1","state":"static"},{"mac":"02:00:00:00:00:02","ifname":"vxlan--n1","vlan":1,"flags":[],"master":"evpn---n1","state":"static"},{"mac":"02:00:00:00:00:07","ifname":"tap1","flags":[],"master":"evpn---n1","state":""},{"mac":"02:00:00:00:00:02","ifname":"vxlan--n1","dst":"10.77.0.3","flags":["self"],"state":"permanent"},{"mac":"00:00:00:00:00:00","ifname":"vxlan--n1","dst":"10.77.0.2","vni":20,"flags":["self"],"state":"permanent"}]`;

test('FDB: static, learned, tunnelled', () => {
  const parsed = parseFdb(FDB);
  assert.ok(parsed.ok);
  const remote = { mac: '02:00:00:00:00:02', interface: 'vxlan--n1' };
  const inBridge = { master: 'evpn---n1', isStatic: true, isSticky: true, dst: undefined, vni: undefined };
  assert.equal(parsed.value.slice(2), [
    { ...remote, ...inBridge },
    { ...remote, ...inBridge, isSticky: false },
    { ...inBridge, mac: '02:00:00:00:00:07', interface: 'tap1', isStatic: false, isSticky: false },
    { ...remote, master: undefined, isStatic: false, isSticky: false, dst: '10.77.0.3', vni: undefined },
    {
      ...remote,
      mac: '00:00:00:00:00:00',
      master: undefined,
      isStatic: false,
      isSticky: false,
      dst: '10.77.0.2',
      vni: 20,
    },
  ]);
});

test('neighbours', () => {
  const text =
    '[{"dst":"13.0.0.2","lladdr":"02:00:00:00:00:02","state":["PERMANENT"]},{"dst":"13.0.0.3","state":["FAILED"]}]';
  const parsed = parseNeighbours(text);
  assert.ok(parsed.ok);
  assert.equal(parsed.value, [{ ip: '13.0.0.2', mac: '02:00:00:00:00:02' }]);
});

test('answers about single entries: a line for each that is there', () => {
  const fdb = parseFdbAnswers(
    `[{"mac":"02:00:00:00:00:02","ifname":"vxlan--n1","flags":["sticky"],"master":"evpn---n1","state":"static"}]
[{"mac":"02:00:00:00:00:02","ifname":"vxlan--n1","dst":"10.77.0.2","vni":20,"flags":["self"],"state":"permanent"}]
`,
  );
  assert.ok(fdb.ok);
  assert.equal(
    fdb.value.map(({ mac, master, dst, isSticky }) => [mac, master, dst, isSticky]),
    [
      ['02:00:00:00:00:02', 'evpn---n1', undefined, true],
      ['02:00:00:00:00:02', undefined, '10.77.0.2', false],
    ],
  );
  assert.equal(parseFdbAnswers(''), { ok: true, value: [] });
  assert.not(parseFdbAnswers('Dump was interrupted').ok);
  assert.equal(
    parseNeighbourAnswers(`13.0.0.2 dev evpn---n1 lladdr 02:00:00:00:00:02 PERMANENT
13.0.0.3 dev evpn---n1 FAILED
2001:db8::2 dev brq lladdr 02:00:00:00:00:03 PERMANENT
`),
    {
      ok: true,
      value: [
        { ip: '13.0.0.2', mac: '02:00:00:00:00:02', device: 'evpn---n1' },
        { ip: '2001:db8::2', mac: '02:00:00:00:00:03', device: 'brq' },
      ],
    },
  );
});

test('no output is an empty table, other text is a fault', () => {
  assert.equal(parseFdb(''), { ok: true, value: [] });
  assert.equal(parseNeighbours('\n'), { ok: true, value: [] });
  for (const parse of [parseLinks, parseFdb, parseNeighbours]) {
    assert.not(parse('Dump was interrupted').ok);
    assert.not(parse('{}').ok);
  }
});

test.run();
