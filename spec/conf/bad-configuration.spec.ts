import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { formatConfigurationFault } from '../../conf/fault.ts';
import { configurationHelp } from '../../conf/help.ts';
import { parseIni } from '../../conf/ini.ts';
import { OptionReader } from '../../conf/reader.ts';
import { findOption, OPTIONS } from '../../conf/schema.ts';
import { mergeSettings } from '../../conf/settings.ts';
import { failure } from '../../lib/result.ts';
import { run } from '../bin/fixture.ts';
import { freePort } from '../support/free-port.ts';
import { DIRECTORY, faults, file, load, loaded, MINIMUM, warnings } from './fixture.ts';

const BOOLEAN = 'expected true, yes, on, 1, false, no, off or 0';
const PORT = 'expected a port number from 1 to 65535';
const AS = 'expected an AS number from 1 to 65535';
const ADDRESS = 'expected the IPv4 address of a host or the name of a network interface';
const PEERS = 'expected an IPv4 address or a host name, or several, separated by commas';
const HOST = 'expected an IP address or a host name';
const NAME = 'expected the name of an interface, at most 15 characters';
const TABLE = 'expected a table number from 0 to 253';
const FIRST_TABLE = 'expected a table number from 0 to 252';
const UINT64 = 'expected an integer from 0 to 18446744073709551615';

/** One option set to one wrong value, and what is said of it after place, section, option and value. */
type Wrong = readonly [section: string, option: string, value: string, said: string];

const WRONG: readonly Wrong[] = [
  ['DEFAULT', 'debug', 'verbose', BOOLEAN],
  ['DEFAULT', 'use_json', 'json', BOOLEAN],
  ['API', 'host', 'a_b', HOST],
  ['API', 'host', '127.0.0.256', HOST],
  ['API', 'host', 'http://localhost', HOST],
  ['API', 'host', 'localhost:8082', HOST],
  ['API', 'host', '', HOST],
  ['API', 'api_host', 'a b', HOST],
  ['API', 'port', 'http', PORT],
  ['API', 'port', '0', PORT],
  ['API', 'port', '65536', PORT],
  ['API', 'port', '-1', PORT],
  ['API', 'port', '8082.0', PORT],
  ['API', 'port', '0x1f92', PORT],
  ['API', 'port', '8082 # the default', PORT],
  ['API', 'port', '９', PORT],
  ['API', 'api_port', '1e3', PORT],
  ['BGP', 'local_address', '10.0.0.300', ADDRESS],
  ['BGP', 'local_address', '10.0.0', ADDRESS],
  ['BGP', 'local_address', '0.0.0.0', ADDRESS],
  ['BGP', 'local_address', '224.0.0.1', ADDRESS],
  ['BGP', 'local_address', '255.255.255.255', ADDRESS],
  ['BGP', 'local_address', '10.0.0.1/24', ADDRESS],
  ['BGP', 'local_address', '2001:db8::1', ADDRESS],
  ['BGP', 'local_address', 'eth0 eth1', ADDRESS],
  ['BGP', 'local_address', 'sixteen-chars-xx', ADDRESS],
  ['BGP', 'local_address', 'eth9', 'interface eth9 does not exist'],
  ['BGP', 'local_address', 'eth1', 'no IPv4 address found on interface eth1'],
  ['BGP', 'peers', '2001:db8::1', PEERS],
  ['BGP', 'peers', '10.0.0.1 10.0.0.2', PEERS],
  ['BGP', 'peers', '10.0.0.1; 10.0.0.2', PEERS],
  ['BGP', 'peers', '10.0.0.1:179', PEERS],
  ['BGP', 'peers', '10.0.0.1, 10.0.0.256', `10.0.0.256: ${PEERS}`],
  ['BGP', 'peers', '10.0.0.1, rr_1, rr_2', `rr_1: ${PEERS}`],
  ['BGP', 'peers', '10.0.0.1, 10.0.0.1', '10.0.0.1 is there more than once'],
  ['BGP', 'my_as', 'AS64512', AS],
  ['BGP', 'my_as', '0', AS],
  ['BGP', 'my_as', '65536', AS],
  ['BGP', 'my_as', '-64512', AS],
  ['BGP', 'my_as', '1.10', AS],
  ['BGP', 'my_as', '64512,64513', AS],
  ['BGP', 'my_as', '99999999999999999999999', AS],
  ['BGP', 'enable_rtc', 'maybe', BOOLEAN],
  ['BGP', 'enable_rtc', '2', BOOLEAN],
  ['BGP', 'enable_rtc', '', BOOLEAN],
  ['BGP', 'bgp_port', 'bgp', PORT],
  ['BGP', 'bgp_port', '100000', PORT],
  ['BGP', 'bgp_port', '$my_ass', '$my_ass: there is no such option to take the value of'],
  ['BGP', 'bgp_port', '${API.nosuch}', '${API.nosuch}: there is no such option to take the value of'],
  ['BGP', 'bgp_port', '$bgp_port', '$bgp_port: the option refers to itself'],
  ['COMMON', 'root_helper', 'su\0do', 'expected text'],
  ['COMMON', 'root_helper_daemon', '\0', 'expected text'],
  ['DATAPLANE_DRIVER_IPVPN', 'dataplane_local_address', '10.0.0.300', ADDRESS],
  ['DATAPLANE_DRIVER_IPVPN', 'dataplane_local_address', 'eth9', 'interface eth9 does not exist'],
  [
    'DATAPLANE_DRIVER_IPVPN',
    'mpls_interface',
    'eth0 eth1',
    'expected the name of an interface, *gre* or *udp*',
  ],
  ['DATAPLANE_DRIVER_IPVPN', 'mpls_interface', '*mpls*', 'expected the name of an interface, *gre* or *udp*'],
  ['DATAPLANE_DRIVER_IPVPN', 'mpls_over_gre', 'yes', 'expected one of auto, True, False'],
  ['DATAPLANE_DRIVER_IPVPN', 'proxy_arp', 'yess', BOOLEAN],
  ['DATAPLANE_DRIVER_IPVPN', 'arp_responder', '-', BOOLEAN],
  ['DATAPLANE_DRIVER_IPVPN', 'vxlan_encap', 'vxlan', BOOLEAN],
  ['DATAPLANE_DRIVER_IPVPN', 'ovs_bridge', 'br/mpls', NAME],
  ['DATAPLANE_DRIVER_IPVPN', 'input_table', '254', TABLE],
  ['DATAPLANE_DRIVER_IPVPN', 'input_table', 'zero', TABLE],
  ['DATAPLANE_DRIVER_IPVPN', 'ovs_table_id_start', '-1', FIRST_TABLE],
  ['DATAPLANE_DRIVER_IPVPN', 'ovs_table_id_start', '253', FIRST_TABLE],
  ['DATAPLANE_DRIVER_IPVPN', 'gre_tunnel', 'mpls_gre_tunnel_1', NAME],
  [
    'DATAPLANE_DRIVER_IPVPN',
    'gre_tunnel_options',
    'legacy_l3',
    'expected key=value, or several, separated by commas',
  ],
  [
    'DATAPLANE_DRIVER_IPVPN',
    'gre_tunnel_options',
    'a=1, b',
    'b: expected key=value, or several, separated by commas',
  ],
  ['DATAPLANE_DRIVER_IPVPN', 'ovsbr_interfaces_mtu', '67', 'expected an integer from 68 to 65535'],
  ['DATAPLANE_DRIVER_IPVPN', 'hash_method', 'random', 'expected one of hash, dp_hash'],
  ['DATAPLANE_DRIVER_IPVPN', 'hash_method_param', '18446744073709551616', UINT64],
  [
    'DATAPLANE_DRIVER_IPVPN',
    'hash_fields',
    'ip_src, \0',
    '\0: expected text, or several, separated by commas',
  ],
  ['DATAPLANE_DRIVER_EVPN', 'dataplane_local_address', '::1', ADDRESS],
  ['DATAPLANE_DRIVER_EVPN', 'dataplane_local_address', 'eth1', 'no IPv4 address found on interface eth1'],
  ['DATAPLANE_DRIVER_EVPN', 'vxlan_dst_port', 'vxlan', PORT],
  ['DATAPLANE_DRIVER_EVPN', 'vxlan_dst_port', '65536', PORT],
  ['DATAPLANE_DRIVER_EVPN', 'ovs_bridge', 'br tun', NAME],
];

/** Options of which the loader says more than their type knows, and those of logging. */
const ELSEWHERE = /^(dataplane_driver|DEFAULT\..*)$/;

/** What the loader's own reader says, also of options of drivers that are not selected. */
function said([section, name, value]: Wrong): readonly string[] {
  const content = parseIni(`[${section}]\n${name} = ${value}\n`, 'f');
  if (!content.ok) throw new Error('the file cannot be read');
  const { settings } = mergeSettings([content.value]);
  const reader = new OptionReader(settings, undefined, (interfaceName) =>
    failure(
      interfaceName === 'eth1'
        ? 'no IPv4 address found on interface eth1'
        : `interface ${interfaceName} does not exist`,
    ),
  );
  const option = findOption(section, name);
  if (option === undefined) throw new Error('there is no such option');
  if (option.name.endsWith('local_address'))
    reader.readAddress(option as Parameters<typeof reader.readAddress>[0]);
  else reader.read(option);
  return reader.faults.map(formatConfigurationFault);
}

for (const row of WRONG) {
  const [section, name, value, message] = row;
  test(`refused: [${section}] ${name} = ${JSON.stringify(value)}`, () => {
    const option = findOption(section, name)!;
    const isRead = option.drivers === undefined && !option.noEffect;
    const shown = `[${section}] ${option.name}: "${value}" is not valid: ${message}`;
    if (message.includes('more than once'))
      assert.equal(faults(`${MINIMUM}${name} = ${value}\n`), [`f:4: ${shown}`]);
    else assert.equal(said(row), [`f:2: ${shown}`]);
    if (!isRead) return;
    // The loader says so too, with the line of the file.
    const found = faults(`${MINIMUM}[${section}]\n${name} = ${value}\n`);
    assert.ok(found.includes(`f:5: ${shown}`), found.join('\n'));
  });
}

test('there is a wrong value of every option that can have one', () => {
  const covered = new Set(WRONG.map(([section, name]) => findOption(section, name)));
  const missing = OPTIONS.filter((option) => !covered.has(option))
    .map(({ section, name }) => `${section === 'DEFAULT' ? 'DEFAULT.' : ''}${name}`)
    .filter((name) => !ELSEWHERE.test(name));
  assert.equal(missing, []);
});

/** Drivers: names that are none here, and options that exclude each other. */
const DRIVERS: readonly (readonly [section: string, value: string])[] = [
  ['DATAPLANE_DRIVER_IPVPN', 'foo'],
  ['DATAPLANE_DRIVER_IPVPN', ''],
  ['DATAPLANE_DRIVER_IPVPN', 'Dummy'],
  ['DATAPLANE_DRIVER_EVPN', 'linux, ovs'],
  ['DATAPLANE_DRIVER_EVPN', 'bagpipe.bgp.vpn.evpn.linux'],
  ['DATAPLANE_DRIVER_EVPN', 'bagpipe.bgp.vpn.ipvpn.DummyDataplaneDriver'],
];

for (const [section, value] of DRIVERS) {
  test(`refused: the driver ${JSON.stringify(value)}`, () => {
    const text = `${MINIMUM}[${section}]\ndataplane_driver = ${value}\n`;
    const [message, ...others] = faults(text);
    assert.equal(others, []);
    // The names that can be had grow with the drivers.
    assert.match(message!, /: expected one of dummy(, \w+)*$/);
    const start = `f:5: [${section}] dataplane_driver: "${value}" is not valid: expected one of `;
    assert.is(message!.slice(0, start.length), start);
  });
}

/** Files that cannot be taken apart; the whole text of what is said. */
const BROKEN: readonly (readonly [name: string, content: string | Buffer, expected: readonly string[]])[] = [
  ['no section', 'port = 1\n', ['f:1: expected a section, such as [BGP], before the first option']],
  ['a section without end', '[BGP\n', ['f:1: expected a section name between brackets, found "[BGP"']],
  ['a section without a name', '[]\n', ['f:1: expected a section name between brackets, found "[]"']],
  [
    'something after a section',
    '[BGP] # ours\n',
    ['f:1: expected a section name between brackets, found "[BGP] # ours"'],
  ],
  ['a line without a sign', `${MINIMUM}enable_rtc\n`, ['f:4: expected "name = value", found "enable_rtc"']],
  ['a line without a name', `${MINIMUM}= true\n`, ['f:4: there is no option name before the sign']],
  [
    'an option that is indented',
    '[BGP]\n  my_as = 1\n',
    ['f:2: a line with leading blanks continues a value, and there is none'],
  ],
  [
    'a continuation after a comment',
    `${MINIMUM}peers = 10.0.0.1,\n# the other\n  10.0.0.2\n`,
    ['f:6: a line with leading blanks continues a value, and there is none'],
  ],
  ['JSON', '{"BGP": {}}', ['f:1: expected a section, such as [BGP], before the first option']],
  [
    'YAML',
    'BGP:\n  my_as: 1\n',
    [
      'f:1: expected a section, such as [BGP], before the first option',
      'f:2: a line with leading blanks continues a value, and there is none',
    ],
  ],
  [
    'not UTF-8',
    Buffer.from(`${MINIMUM}# Route-Reflector für Köln\n`, 'latin1'),
    ['f:4: expected text in UTF-8, found bytes that are none'],
  ],
  [
    'UTF-16',
    Buffer.from(`\uFEFF${MINIMUM}`, 'utf16le'),
    ['f:1: expected text in UTF-8, found bytes that are none'],
  ],
  [
    'not UTF-8 in the last line',
    Buffer.from([91, 65, 93, 10, 255]),
    ['f:2: expected text in UTF-8, found bytes that are none'],
  ],
  ['nothing', '', [`f: [BGP] local_address: must be set: ${ADDRESS}`, `f: [BGP] my_as: must be set: ${AS}`]],
  [
    'only comments',
    '# [BGP]\n# my_as = 1\n',
    [`f: [BGP] local_address: must be set: ${ADDRESS}`, `f: [BGP] my_as: must be set: ${AS}`],
  ],
  ['no local_address', '[BGP]\nmy_as = 1\n', [`f: [BGP] local_address: must be set: ${ADDRESS}`]],
  ['no my_as', '[BGP]\nlocal_address = eth0\n', [`f: [BGP] my_as: must be set: ${AS}`]],
  ['an empty my_as', `${MINIMUM}my_as =\n`, [`f: [BGP] my_as: must be set: ${AS}`]],
];

for (const [name, content, expected] of BROKEN) {
  test(`refused: ${name}`, () => {
    const path = file('');
    writeFileSync(path, content);
    const result = load({ files: [path] });
    const messages = result.ok ? [] : result.fault.map(formatConfigurationFault);
    assert.equal(
      messages,
      expected.map((message) => message.replace(/^f/, path)),
    );
  });
}

test('refused: files and directories that cannot be read', () => {
  const regular = file(MINIMUM);
  const refusals: readonly (readonly [Parameters<typeof load>[0], string])[] = [
    [
      { files: [join(DIRECTORY, 'none.conf')] },
      `${DIRECTORY}/none.conf: this configuration file does not exist`,
    ],
    [{ files: [DIRECTORY] }, `${DIRECTORY}: this configuration file is a directory`],
    [{ files: [join(regular, 'x')] }, `${regular}/x: this configuration file is not a directory`],
    [
      { directories: [join(DIRECTORY, 'none')] },
      `${DIRECTORY}/none: this configuration directory does not exist`,
    ],
    [{ directories: [regular] }, `${regular}: this configuration directory is not a directory`],
    [{ files: [''] }, ': this configuration file does not exist'],
  ];
  for (const [sources, expected] of refusals) {
    const result = load(sources);
    assert.equal(result.ok ? [] : result.fault.map(formatConfigurationFault), [expected]);
  }
});

test('refused: a file that this user may not read', () => {
  const path = file(MINIMUM);
  // Root may read everything, and becomes nobody for this: the directory of the file is closed to others.
  const isRoot = process.getuid?.() === 0;
  if (isRoot) process.seteuid!(65534);
  try {
    if (!isRoot) return;
    const result = load({ files: [path] });
    assert.equal(result.ok ? [] : result.fault.map(formatConfigurationFault), [
      `${path}: this configuration file may not be read by this user`,
    ]);
  } finally {
    if (isRoot) process.seteuid!(0);
  }
});

/** What is accepted, as the original does, and yet deserves a word. */
const WARNED: readonly (readonly [name: string, text: string, expected: readonly string[]])[] = [
  ['an unknown option', 'foo = 1\n', ['f:4: [BGP] foo is unknown, and ignored']],
  [
    'a misspelt option',
    'peer = 10.0.0.1\n',
    ['f:4: [BGP] peer is unknown, and ignored: did you mean peers?'],
  ],
  [
    'an option in capitals',
    'PEERS = 10.0.0.1\n',
    ['f:4: [BGP] PEERS is unknown, and ignored: did you mean peers?'],
  ],
  [
    'an option with dashes',
    'enable-rtc = 1\n',
    ['f:4: [BGP] enable-rtc is unknown, and ignored: did you mean enable_rtc?'],
  ],
  ['an option of another section', 'root_helper = x\n', ['f:4: [BGP] root_helper is unknown, and ignored']],
  ['an unknown section', '[elsewhere]\nfoo = 1\n', ['f:4: the section [elsewhere] is unknown, and ignored']],
  [
    'a misspelt section',
    '[BPG]\npeers = x\n',
    ['f:4: the section [BPG] is unknown, and ignored: did you mean [BGP]?'],
  ],
  [
    'a misspelt long section',
    '[dataplane-driver-evpn]\nfoo = 1\n',
    [
      'f:4: the section [dataplane-driver-evpn] is unknown, and ignored: did you mean [DATAPLANE_DRIVER_EVPN]?',
    ],
  ],
  [
    'the section of old releases',
    '[DATAPLANE_DRIVER]\n',
    [
      'f:4: the section [DATAPLANE_DRIVER] has no effect any more: use [DATAPLANE_DRIVER_IPVPN] and [DATAPLANE_DRIVER_EVPN]',
    ],
  ],
  [
    'an option twice',
    'bgp_port = 179\n[bgp]\nbgp_port = 1790\n',
    ['f:6: [bgp] bgp_port is set again: the value of f:4 does not count'],
  ],
  ['an older name', '[API]\napi_host = localhost\n', ['f:5: [API] api_host is an older name: use host']],
  [
    'an option without effect',
    '[COMMON]\nroot_helper_daemon = x\n',
    ['f:5: [COMMON] root_helper_daemon is accepted and has no effect'],
  ],
];

for (const [name, text, expected] of WARNED) {
  test(`a word on ${name}`, () => {
    assert.equal(warnings(`${MINIMUM}${text}`), expected);
  });
}

test('sections in lower case, interfaces in place of addresses, older names', () => {
  const { bgp, api, drivers } = loaded(`
[bgp]
local_address = eth0
my_as = 64512
[api]
api_host = ::1
api_port = 8083
[dataplane_driver_evpn]
dataplane_local_address = eth0
[dataplane_driver_ipvpn]
dataplane_local_address = 192.0.2.7
`);
  assert.is(bgp.localAddress, '192.0.2.10');
  assert.equal(api, { host: '::1', port: 8083 });
  assert.is(drivers.evpn.localAddress, '192.0.2.10');
  assert.is(drivers.ipvpn.localAddress, '192.0.2.7');
});

/** The whole program, where the message comes out at standard error and the status is 1. */
const PROGRAM: readonly (readonly [name: string, text: string, expected: readonly string[]])[] = [
  ['an empty file', '', BROKEN.find(([name]) => name === 'nothing')![2]],
  ['a wrong AS number', `${MINIMUM}my_as = x\n`, [`f:4: [BGP] my_as: "x" is not valid: ${AS}`]],
  [
    'an interface that is not there',
    `${MINIMUM}[bgp]\nlocal_address = nosuch0\n`,
    ['f:5: [BGP] local_address: "nosuch0" is not valid: interface nosuch0 does not exist'],
  ],
  [
    'a wrong peer',
    `${MINIMUM}peers = 10.0.0.1, a_b\n`,
    [`f:4: [BGP] peers: "10.0.0.1, a_b" is not valid: a_b: ${PEERS}`],
  ],
  ['broken syntax', `${MINIMUM}what\n`, ['f:4: expected "name = value", found "what"']],
  [
    'several things',
    `${MINIMUM}enable_rtc = perhaps\n[API]\nport = 0\n`,
    [
      `f:4: [BGP] enable_rtc: "perhaps" is not valid: ${BOOLEAN}`,
      `f:6: [API] port: "0" is not valid: ${PORT}`,
    ],
  ],
];

for (const [name, text, expected] of PROGRAM) {
  test(`bagpipe-bgp ends with status 1: ${name}`, async () => {
    const path = file(text);
    const { status, stdout, stderr } = await run('bagpipe-bgp', '--config-file', path);
    assert.is(status, 1);
    assert.is(stdout, '');
    const lines = stderr.split('\n').map((line) => line.replaceAll(path, 'f'));
    assert.equal(
      lines,
      expected.map((message) => `bagpipe-bgp: ${message}`),
    );
  });
}

test('bagpipe-bgp ends with status 1: no such file', async () => {
  const path = join(DIRECTORY, 'none.conf');
  const { status, stderr } = await run('bagpipe-bgp', '--config-file', path);
  assert.is(status, 1);
  assert.is(stderr, `bagpipe-bgp: ${path}: this configuration file does not exist`);
});

test('bagpipe-bgp ends with status 1: an address that this node does not have', async () => {
  const port = await freePort();
  const path = file(`${MINIMUM}[API]\nhost = 192.0.2.99\nport = ${port}\n`);
  const { status, stderr } = await run('bagpipe-bgp', '--config-file', path);
  assert.is(status, 1);
  assert.is(
    stderr,
    `bagpipe-bgp: the API cannot listen on 192.0.2.99:${port}: no interface of this node has that address; correct [API] host`,
  );
});

test('bagpipe-bgp --help explains every option that does something', async () => {
  const { status, stdout } = await run('bagpipe-bgp', '--help');
  assert.is(status, 0);
  assert.ok(stdout.includes(configurationHelp().trim()));
});

test.run();
