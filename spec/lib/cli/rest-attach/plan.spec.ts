import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { RestAttachArguments } from '../../../../lib/cli/rest-attach/arguments.ts';
import { lastButOneAddress } from '../../../../lib/cli/rest-attach/gateway.ts';
import { plan } from '../../../../lib/cli/rest-attach/plan.ts';
import { requestBody } from '../../../../lib/cli/rest-attach/request.ts';

/** What the program takes for given when the command line says no more than is needed. */
const LEAST: RestAttachArguments = {
  attach: true,
  networkType: 'ipvpn',
  port: 'tap1',
  ip: '10.0.0.1',
  vpnInstanceId: 'bagpipe-test',
  rt: [],
  importRt: [],
  exportRt: [],
  direction: 'both',
  if2vpn: 'tovpn',
  ovsBridge: 'br-int',
  readvFromRt: [],
  readvToRt: [],
  redirectRts: [],
  attractToRt: [],
  staticDestinationPrefix: [],
  lbConsistentHashOrder: 0,
  vni: 0,
  localPref: 0,
};

const BODY = {
  import_rt: ['64512:512'],
  export_rt: ['64512:512'],
  local_port: { linuxif: 'tap1' },
  vpn_instance_id: 'ipvpn-bagpipe-test',
  vpn_type: 'ipvpn',
  gateway_ip: '10.0.0.254',
  mac_address: '52:54:00:99:99:22',
  ip_address: '10.0.0.1/24',
  advertise_subnet: false,
  readvertise: null,
  attract_traffic: {},
  lb_consistent_hash_order: 0,
  vni: 0,
  direction: 'both',
};

type Arguments = Partial<Record<keyof RestAttachArguments, unknown>>;

function given(args: Arguments): RestAttachArguments {
  return { ...LEAST, ...args } as RestAttachArguments;
}

const REQUESTS: readonly [name: string, args: Arguments, body: Readonly<Record<string, unknown>>][] = [
  ['the least', {}, {}],
  [
    'a subnet',
    { ip: '10.0.0.1/26', advertiseSubnet: true },
    { ip_address: '10.0.0.1/26', gateway_ip: '10.0.0.62', advertise_subnet: true },
  ],
  [
    'IPv6',
    { ip: '2001:DB8::1' },
    { ip_address: '2001:db8::1/64', gateway_ip: '2001:db8::ffff:ffff:ffff:fffe' },
  ],
  [
    'a gateway',
    { ip: '10.0.0.1/32', gatewayIp: '10.0.0.9' },
    { ip_address: '10.0.0.1/32', gateway_ip: '10.0.0.9' },
  ],
  ['an instance', { vpnInstanceId: 'blue' }, { vpn_instance_id: 'blue' }],
  [
    'RTs',
    { rt: ['1:1'], importRt: ['1:2'], exportRt: ['1:3'] },
    { import_rt: ['1:1', '1:2'], export_rt: ['1:1', '1:3'] },
  ],
  ['an import RT only', { importRt: ['1:2'] }, { import_rt: ['1:2'], export_rt: [] }],
  [
    'evpn',
    { networkType: 'evpn', mac: '52-54-00-00-00-0A', vni: 5, localPref: 7, lbConsistentHashOrder: 3 },
    {
      ...{
        vpn_type: 'evpn',
        vpn_instance_id: 'evpn-bagpipe-test',
        import_rt: ['64512:513'],
        export_rt: ['64512:513'],
      },
      ...{ mac_address: '52:54:00:00:00:0a', vni: 5, local_pref: 7, lb_consistent_hash_order: 3 },
    },
  ],
  [
    'an E-VPN as port',
    { port: 'evpn:e1', direction: 'to-port' },
    { local_port: { evpn: { id: 'e1' } }, direction: 'to-port' },
  ],
  [
    'a namespace',
    { port: 'netns', vpnInstanceId: 'a-long-instance-name' },
    { vpn_instance_id: 'a-long-instance-name', local_port: { linuxif: 'ns-a-long-insta' } },
  ],
  ['a namespace and an interface', { port: 'netns:tapx', netns: 'n' }, { local_port: { linuxif: 'tapx' } }],
  [
    'a port in OVS',
    { ovsPreplug: true },
    { local_port: { linuxif: 'tap1', ovs: { port_name: 'tap1', plugged: true } } },
  ],
  [
    'a VLAN of it',
    { ovsPreplug: true, ovsVlan: 7 },
    { local_port: { linuxif: 'tap1', ovs: { port_name: 'tap1', plugged: true, vlan: 7 } } },
  ],
  [
    'readvertise',
    { readvFromRt: ['1:1'], readvToRt: ['1:2'] },
    { readvertise: { from_rt: ['1:1'], to_rt: ['1:2'] } },
  ],
  [
    'attract',
    {
      redirectRts: ['1:9'],
      attractToRt: ['1:3'],
      staticDestinationPrefix: ['1.1.1.1/32'],
      destinationPort: '80',
      protocol: 'udp',
    },
    {
      attract_traffic: {
        redirect_rts: ['1:9'],
        classifier: { destinationPort: '80', protocol: 'udp' },
        to_rt: ['1:3'],
        static_destination_prefixes: ['1.1.1.1/32'],
      },
    },
  ],
  [
    'attract to where it is readvertised',
    { redirectRts: ['1:9'], sourcePrefix: '1.0.0.0/8' },
    { attract_traffic: { redirect_rts: ['1:9'], classifier: { sourcePrefix: '1.0.0.0/8' } } },
  ],
];

for (const [name, args, expected] of REQUESTS) {
  test(`request: ${name}`, () => {
    const planned = plan(given(args));
    if (!planned.ok) throw new Error(planned.fault);
    const body = requestBody(given(args), planned.value, planned.value.mac ?? BODY.mac_address);
    assert.equal(JSON.parse(JSON.stringify(body)), { ...BODY, ...expected });
  });
}

const REFUSED: readonly [args: Arguments, message: RegExp][] = [
  [{ attach: undefined }, /^Need to specify --attach or --detach$/],
  [{ detach: true }, /^Need to specify exactly one of --attach and --detach$/],
  [{ networkType: undefined }, /^Need to specify --network-type$/],
  [{ port: undefined }, /^Need to specify --port <localport>$/],
  [{ ip: undefined }, /^Need to specify --ip$/],
  [{ networkType: 'evpn' }, /^Need to specify --mac for an E-VPN/],
  [{ networkType: 'evpn', port: 'evpn:e' }, /E-VPN can only be plugged into an IP VPN/],
  [{ port: 'evpn:' }, /expected evpn:<instance id>/],
  [{ port: 'a b' }, /expected the name of an interface/],
  [{ port: 'netns', netns: '../x' }, /--netns/],
  [{ port: 'netns:too-long-for-a-name' }, /cannot be the name of an interface/],
  [{ ip: '10.0.0' }, /--ip 10.0.0: expected/],
  [{ ip: '10.0.0.1/33' }, /expected <address> or <address>\/<length>/],
  [{ ip: '10.0.0.1/32' }, /Need to specify --gateway-ip/],
  [{ mac: 'x' }, /--mac x: expected a MAC address/],
  [{ redirectRts: ['1:1'] }, /need each other/],
  [{ protocol: 'tcp' }, /need each other/],
  [{ readvFromRt: ['1:1'] }, /^--readv-from-rt needs --readv-to-rt$/],
  [{ attractToRt: ['1:1'] }, /^--attract-to-rt needs --redirect-rts$/],
  [{ staticDestinationPrefix: ['1.1.1.1/32'] }, /^--attract-to-rt and --static-destination-prefix need each/],
  [
    { redirectRts: ['1:9'], protocol: 'tcp', attractToRt: ['1:3'] },
    /^--attract-to-rt and --static-destination-prefix need each other$/,
  ],
  [{ ovsVlan: 7 }, /^--ovs-vlan needs --ovs-preplug$/],
];

for (const [args, message] of REFUSED) {
  test(`refused: ${JSON.stringify(args)}`, () => {
    const planned = plan(given(args));
    assert.not(planned.ok);
    if (!planned.ok) assert.match(planned.fault, message);
  });
}

test('the last but one address', () => {
  assert.is(lastButOneAddress('10.0.0.1/24'), '10.0.0.254');
  assert.is(lastButOneAddress('10.0.5.1/16'), '10.0.255.254');
  assert.is(lastButOneAddress('10.0.0.1/31'), '10.0.0.0');
  assert.is(lastButOneAddress('10.0.0.1/0'), '255.255.255.254');
  assert.is(lastButOneAddress('10.0.0.1/32'), undefined);
  assert.is(lastButOneAddress('2001:db8::1/126'), '2001:db8::2');
});

test.run();
