import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { checkDriverOptions } from '../../conf/driver-checks.ts';
import { formatConfigurationFault } from '../../conf/fault.ts';
import { parseIni } from '../../conf/ini.ts';
import { DATAPLANE_SECTIONS } from '../../conf/options/dataplane.ts';
import { OptionReader } from '../../conf/reader.ts';
import { optionsOf } from '../../conf/schema.ts';
import { mergeSettings } from '../../conf/settings.ts';
import { failure } from '../../lib/result.ts';

const SECTION = DATAPLANE_SECTIONS.ipvpn;

interface Said {
  readonly faults: readonly string[];
  readonly warnings: readonly string[];
}

/** What is said of these lines in the section of IP VPNs, of which the first is line 2. */
function checked(lines: readonly string[], driver = 'ovs'): Said {
  const content = parseIni([`[${SECTION}]`, ...lines, ''].join('\n'), 'f');
  if (!content.ok) throw new Error('the file cannot be read');
  const reader = new OptionReader(mergeSettings([content.value]).settings, undefined, () => failure('none'));
  const options = optionsOf(SECTION).filter(({ drivers }) => drivers?.includes(driver));
  const values = Object.fromEntries(options.map((option) => [option.name, reader.read(option)]));
  assert.equal(reader.faults, [], 'each option for itself is right');
  const warnings = checkDriverOptions(reader, 'ipvpn', {
    driver,
    configuredDriver: driver,
    localAddress: '192.0.2.1',
    configuredLocalAddress: undefined,
    options: values,
  });
  return { faults: reader.faults.map(formatConfigurationFault), warnings };
}

const RIGHT: readonly (readonly [name: string, lines: readonly string[]])[] = [
  ['the defaults', []],
  ['tables after that of the input', ['input_table = 10', 'ovs_table_id_start = 11']],
  ['tables before that of the input', ['input_table = 10', 'ovs_table_id_start = 8']],
  ['the last tables', ['ovs_table_id_start = 252']],
  ['GRE, by an interface that is none', ['mpls_interface = *gre*']],
  ['GRE, whatever the interface', ['mpls_over_gre = True', 'mpls_interface = eth0']],
  ['no GRE', ['mpls_over_gre = False', 'mpls_interface = eth0']],
  ['the table of the input may be the last', ['input_table = 253']],
  ['VXLAN beside GRE, of another name', ['vxlan_encap = true', 'gre_tunnel = vxlan2']],
  ['the name of the VXLAN port without VXLAN', ['gre_tunnel = vxlan']],
  [
    'a name of a GRE port that is not made',
    ['vxlan_encap = true', 'gre_tunnel = vxlan', 'mpls_interface = eth0'],
  ],
  ['an interface that is not used', ['vxlan_encap = true', 'mpls_over_gre = True', 'mpls_interface = vxlan']],
  ['GRE to every node', ['gre_tunnel_options = remote_ip=flow, packet_type=legacy_l3']],
  [
    'options of a GRE port that is not made',
    ['gre_tunnel_options = remote_ip=192.0.2.9', 'mpls_interface = eth0'],
  ],
  ['the largest MTU', ['ovsbr_interfaces_mtu = 9000']],
  ['the gateway alone', ['arp_responder = true']],
  ['all addresses', ['arp_responder = true', 'proxy_arp = true']],
];
for (const [name, lines] of RIGHT) {
  test(`right: ${name}`, () => assert.equal(checked(lines), { faults: [], warnings: [] }));
}

const NO_INTERFACE = 'expected auto or True, or an interface as mpls_interface';
const NOT_VXLAN = 'expected a port that is not vxlan, which is that of vxlan_encap';
const WRONG: readonly (readonly [lines: readonly string[], expected: string])[] = [
  [
    ['ovs_table_id_start = 0'],
    `f:2: [${SECTION}] ovs_table_id_start: "0" is not valid: expected a table that is not input_table (0)`,
  ],
  [
    ['input_table = 1'],
    `f:2: [${SECTION}] input_table: "1" is not valid: expected a table that is not ovs_table_id_start (1) and not the one after it`,
  ],
  [
    ['ovs_table_id_start = 5', 'input_table = 6'],
    `f:3: [${SECTION}] input_table: "6" is not valid: expected a table that is not ovs_table_id_start (5) and not the one after it`,
  ],
  [
    ['mpls_over_gre = False'],
    `f:2: [${SECTION}] mpls_over_gre: "False" is not valid: ${NO_INTERFACE} (which is not set)`,
  ],
  [
    ['mpls_interface = *gre*', 'mpls_over_gre = False'],
    `f:3: [${SECTION}] mpls_over_gre: "False" is not valid: ${NO_INTERFACE} (which is *gre*)`,
  ],
  [
    ['mpls_interface = *udp*'],
    `f:2: [${SECTION}] mpls_interface: "*udp*" is not valid: expected the name of an interface, or *gre*, with driver ovs`,
  ],
  [
    ['gre_tunnel = vxlan', 'vxlan_encap = true'],
    `f:2: [${SECTION}] gre_tunnel: "vxlan" is not valid: ${NOT_VXLAN}`,
  ],
  [
    ['mpls_interface = vxlan', 'vxlan_encap = true'],
    `f:2: [${SECTION}] mpls_interface: "vxlan" is not valid: ${NOT_VXLAN}`,
  ],
  [
    ['gre_tunnel_options = packet_type=legacy_l3, remote_ip=192.0.2.9'],
    `f:2: [${SECTION}] gre_tunnel_options: "packet_type=legacy_l3, remote_ip=192.0.2.9" is not valid: remote_ip=192.0.2.9: expected remote_ip=flow, or none: the port leads to every node`,
  ],
];
for (const [lines, expected] of WRONG) {
  test(`refused: ${lines.join(', ')}`, () =>
    assert.equal(checked(lines), { faults: [expected], warnings: [] }));
}

test('a word on proxy_arp without arp_responder', () => {
  const warnings = [`[${SECTION}] proxy_arp has no effect without arp_responder`];
  assert.equal(checked(['proxy_arp = true']), { faults: [], warnings });
});

test('a word on an MTU that user space does not bear', () => {
  const warnings = [
    `[${SECTION}] ovsbr_interfaces_mtu is above 9000: Open vSwitch in user space may corrupt packets of such interfaces`,
  ];
  assert.equal(checked(['ovsbr_interfaces_mtu = 9001']), { faults: [], warnings });
});

test('what another driver does not read is not looked at', () => {
  const lines = [
    ...['ovs_table_id_start = 0', 'mpls_over_gre = False', 'proxy_arp = true'],
    ...['mpls_interface = *udp*', 'gre_tunnel_options = remote_ip=192.0.2.9', 'ovsbr_interfaces_mtu = 65535'],
  ];
  assert.equal(checked(lines, 'linux'), { faults: [], warnings: [] });
});

test('a word on driver linux without a way to other nodes', () => {
  const warnings = [
    `[${SECTION}] mpls_interface is not set: VRFs of this node reach each other, but no other node`,
  ];
  assert.equal(checked([], 'linux'), { faults: [], warnings });
});

test.run();
