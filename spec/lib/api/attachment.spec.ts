import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseAttach, parseDetach } from '../../../lib/api/attachment.ts';
import { routeTarget } from '../../../lib/net/route-target.ts';
import type { AttachRequest } from '../../../lib/vpn/request.ts';

const ipvpn = {
  vpn_type: 'ipvpn',
  vpn_instance_id: 'v1',
  mac_address: '52:54:00:00:00:01',
  ip_address: '10.0.0.1/24',
  gateway_ip: '10.0.0.254',
  import_rt: ['64512:1'],
  export_rt: ['64512:2'],
  local_port: { linuxif: 'tap1' },
};
const evpn = { ...ipvpn, vpn_type: 'evpn' };

const without = (body: object, name: string): object =>
  Object.fromEntries(Object.entries(body).filter(([key]) => key !== name));

test('an attach with nothing but what is mandatory', () => {
  const parsed = parseAttach(ipvpn);
  assert.equal(parsed, {
    ok: true,
    value: {
      vpnType: 'ipvpn',
      instanceId: 'v1',
      mac: '52:54:00:00:00:01',
      ip: { address: '10.0.0.1', length: 24 },
      macText: '52:54:00:00:00:01',
      ipText: '10.0.0.1/24',
      port: { interface: 'tap1', description: { linuxif: 'tap1' } },
      importTargets: [routeTarget('64512:1')],
      exportTargets: [routeTarget('64512:2')],
      gatewayIp: '10.0.0.254',
      advertiseSubnet: false,
      direction: 'both',
      vni: undefined,
      localPref: undefined,
      hashOrder: 0,
      description: undefined,
      instanceDescription: undefined,
      readvertise: undefined,
      attractTraffic: undefined,
      fallback: undefined,
      bridge: undefined,
    } satisfies AttachRequest,
  });
});

/** What is understood: a body, a member of the request, its value. */
const understood: [name: string, body: object, member: keyof AttachRequest, value: unknown][] = [
  [
    'a port as a name',
    { ...ipvpn, local_port: 'tap1' },
    'port',
    { interface: 'tap1', description: { linuxif: 'tap1' } },
  ],
  [
    'route targets in one string',
    { ...ipvpn, import_rt: '64512:1, 64512:2,,64512:1' },
    'importTargets',
    ['64512:1', '64512:2'],
  ],
  [
    'route targets of the other forms',
    { ...ipvpn, import_rt: ['65537:5', '192.0.2.1:7'] },
    'importTargets',
    ['65537L:5', '192.0.2.1:7'],
  ],
  [
    'a MAC with dashes, in capitals',
    { ...ipvpn, mac_address: '52-54-00-AA-00-01' },
    'mac',
    '52:54:00:aa:00:01',
  ],
  ['no IP in an evpn request', without(evpn, 'ip_address'), 'ip', undefined],
  [
    'IPv6 in an evpn request',
    { ...evpn, ip_address: '2001:DB8::1' },
    'ip',
    { address: '2001:db8::1', length: 128 },
  ],
  ['no gateway in an evpn request', without(evpn, 'gateway_ip'), 'gatewayIp', undefined],
  ['a VNI', { ...evpn, vni: 500 }, 'vni', 500],
  ['a VNI of 0, which is none', { ...evpn, vni: 0 }, 'vni', undefined],
  ['a preference of null, which is none', { ...ipvpn, local_pref: null }, 'localPref', undefined],
  ['a direction of null, which is both', { ...ipvpn, direction: null }, 'direction', 'both'],
  ['an instance id that is a number', { ...ipvpn, vpn_instance_id: 7 }, 'instanceId', '7'],
  [
    'readvertise',
    { ...ipvpn, readvertise: { from_rt: ['64512:8'], to_rt: ['64512:9'] } },
    'readvertise',
    { from: ['64512:8'], to: ['64512:9'] },
  ],
  ['readvertise of null, which is none', { ...ipvpn, readvertise: null }, 'readvertise', undefined],
  [
    'a fallback, kept as it is beside what it means',
    { ...ipvpn, fallback: { src_mac: 'AA-BB-CC-DD-EE-01', ovs_port_number: 2, ovs_resubmit: '(,2)' } },
    'fallback',
    {
      fallback: { srcMac: 'aa:bb:cc:dd:ee:01', dstMac: undefined, portName: undefined, portNumber: 2 },
      text: { src_mac: 'AA-BB-CC-DD-EE-01', ovs_port_number: 2, ovs_resubmit: '(,2)' },
    },
  ],
  [
    'a fallback with members of null',
    {
      ...evpn,
      fallback: { src_mac: null, dst_mac: 'aa:bb:cc:dd:ee:02', ovs_port_name: 'p', ovs_port_number: null },
    },
    'fallback',
    {
      fallback: { srcMac: undefined, dstMac: 'aa:bb:cc:dd:ee:02', portName: 'p', portNumber: undefined },
      text: { src_mac: null, dst_mac: 'aa:bb:cc:dd:ee:02', ovs_port_name: 'p', ovs_port_number: null },
    },
  ],
  [
    'an empty fallback',
    { ...ipvpn, fallback: {} },
    'fallback',
    {
      fallback: { srcMac: undefined, dstMac: undefined, portName: undefined, portNumber: undefined },
      text: {},
    },
  ],
  ['a fallback of null, which is none', { ...ipvpn, fallback: null }, 'fallback', undefined],
  ['members that nobody knows', { ...ipvpn, colour: 'blue' }, 'vni', undefined],
];
for (const [name, body, member, value] of understood) {
  test(`understood: ${name}`, () => {
    const parsed = parseAttach(body);
    assert.ok(parsed.ok, parsed.ok ? '' : parsed.fault);
    assert.equal(parsed.value[member], value);
  });
}

/** What is refused: a body, and what the answer must say. */
const refused: [name: string, body: unknown, text: RegExp][] = [
  ['a list', [], /a JSON object is expected, not \[\]/],
  ['null', null, /a JSON object is expected, not null/],
  ['no type', without(ipvpn, 'vpn_type'), /^missing instance_type: vpn_type, ipvpn or evpn, is expected$/],
  [
    'an unknown type',
    { ...ipvpn, vpn_type: 'l3vpn' },
    /^unknown vpn_type: l3vpn, where ipvpn or evpn is expected$/,
  ],
  ['no instance', without(ipvpn, 'vpn_instance_id'), /^Missing parameter: 'vpn_instance_id'$/],
  ['no port', without(ipvpn, 'local_port'), /^Missing parameter: 'local_port'$/],
  ['no IP for ipvpn', without(ipvpn, 'ip_address'), /^Missing parameter: 'ip_address'$/],
  ['no gateway for ipvpn', without(ipvpn, 'gateway_ip'), /^Missing parameter: 'gateway_ip'$/],
  ['a port without name', { ...ipvpn, local_port: {} }, /^Mandatory key is missing in local_port parameter/],
  [
    'a name that no interface can have',
    { ...ipvpn, local_port: 'tap1; reboot' },
    /local_port.linuxif tap1; reboot is not valid/,
  ],
  ['a MAC of letters', { ...ipvpn, mac_address: 'zz' }, /^MAC address zz is not valid/],
  ['a MAC of null', { ...ipvpn, mac_address: null }, /^MAC address null is not valid/],
  ['an IP out of range', { ...ipvpn, ip_address: '10.0.0.300' }, /^IP address 10\.0\.0\.300 is not valid/],
  [
    'a length out of range',
    { ...ipvpn, ip_address: '10.0.0.1/33' },
    /^IP address 10\.0\.0\.1\/33 is not valid/,
  ],
  ['IPv6 for ipvpn', { ...ipvpn, ip_address: '2001:db8::1' }, /an IPv4 address is expected/],
  [
    'advertise_subnet that is text',
    { ...ipvpn, advertise_subnet: 'true' },
    /^'advertise_subnet' must be a boolean, not /,
  ],
  ['a subnet in an evpn request', { ...evpn, advertise_subnet: true }, /'advertise_subnet' is for ipvpn/],
  [
    'an unknown direction',
    { ...ipvpn, direction: 'up' },
    /^direction should be one of: both, to-port, from-port, not /,
  ],
  [
    'a route target of letters',
    { ...ipvpn, import_rt: ['nonsense'] },
    /^import_rt\[0\]: route target nonsense is not valid/,
  ],
  [
    'a route target out of range',
    { ...ipvpn, export_rt: ['64512:4294967296'] },
    /^export_rt\[0\]: route target/,
  ],
  [
    'route targets that are a number',
    { ...ipvpn, export_rt: 3 },
    /^export_rt: a list of route targets is expected/,
  ],
  [
    'a MAC of a group',
    { ...ipvpn, mac_address: 'ff:ff:ff:ff:ff:ff' },
    /^MAC address ff:ff:ff:ff:ff:ff is not valid/,
  ],
  ['a MAC of zeros', { ...ipvpn, mac_address: '00:00:00:00:00:00' }, /^MAC address .* is not valid/],
  ['a bridge with more words', { ...evpn, linuxbr: 'a b' }, /^linuxbr: interface a b is not valid/],
  [
    'more route targets than a message holds',
    { ...evpn, export_rt: Array.from({ length: 401 }, (_, number) => `64512:${number}`) },
    /^export_rt: at most 400 route targets/,
  ],
  [
    'a negative preference',
    { ...ipvpn, local_pref: -1 },
    /^local_pref: an integer from 0 to 4294967295 is expected, not -1$/,
  ],
  ['a preference of letters', { ...ipvpn, local_pref: 'high' }, /^local_pref: an integer .* not "high"$/],
  ['a hash order of letters', { ...ipvpn, lb_consistent_hash_order: 'first' }, /^lb_consistent_hash_order: /],
  ['a VNI of 25 bits', { ...evpn, vni: 0x1000000 }, /^vni: /],
  ['a fallback that is text', { ...ipvpn, fallback: 'p' }, /^fallback: an object is expected, not "p"$/],
  [
    'a fallback from no MAC',
    { ...ipvpn, fallback: { src_mac: 'zz' } },
    /^fallback\.src_mac: MAC address zz is not valid: the address of one station is expected/,
  ],
  [
    'a fallback to the MAC of a group',
    { ...evpn, fallback: { dst_mac: 'ff:ff:ff:ff:ff:ff' } },
    /^fallback\.dst_mac: MAC address ff:ff:ff:ff:ff:ff is not valid/,
  ],
  [
    'a fallback to port 0',
    { ...ipvpn, fallback: { ovs_port_number: 0 } },
    /^fallback\.ovs_port_number: an integer from 1 to 65279 is expected, not 0$/,
  ],
  [
    'a fallback to a port by text',
    { ...ipvpn, fallback: { ovs_port_number: '2' } },
    /^fallback\.ovs_port_number: an integer from 1 to 65279 is expected, not "2"$/,
  ],
  [
    'a fallback to a port that no interface can be',
    { ...ipvpn, fallback: { ovs_port_name: 'a b' } },
    /^fallback\.ovs_port_name: port a b is not valid: a name of at most 63 characters is expected$/,
  ],
  ['half a readvertise', { ...ipvpn, readvertise: { from_rt: ['64512:8'] } }, /^readvertise\.to_rt: /],
  [
    'attract_traffic without classifier',
    {
      ...ipvpn,
      readvertise: { from_rt: ['64512:2'], to_rt: ['64512:3'] },
      attract_traffic: { redirect_rts: ['64512:7'] },
    },
    /^'attract_traffic' specified with no 'classifier'$/,
  ],
  [
    'attract_traffic without redirect targets',
    { ...ipvpn, attract_traffic: { classifier: { protocol: 'tcp' } } },
    /^attract_traffic\.redirect_rts: /,
  ],
];
for (const [name, body, text] of refused) {
  test(`refused: ${name}`, () => {
    const parsed = parseAttach(body);
    assert.ok(!parsed.ok);
    assert.match(parsed.fault, text);
  });
}

test('a detach needs no route targets, and does not look at those that are there', () => {
  assert.ok(parseDetach(without(without(ipvpn, 'import_rt'), 'gateway_ip')).ok);
  assert.ok(parseDetach({ ...ipvpn, import_rt: 'nonsense' }).ok);
});

test.run();
