import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { driverOption } from '../../conf/configuration.ts';
import { formatConfigurationFault } from '../../conf/fault.ts';
import { vxlanDstPort } from '../../conf/options/dataplane.ts';
import { DIRECTORY, faults, file, load, loaded, MINIMUM, warnings } from './fixture.ts';

test('without a file everything has its default', () => {
  const result = load({ defaultFile: `${DIRECTORY}/none.conf` });
  assert.ok(result.ok);
  assert.equal(result.value, {
    files: [],
    usesDefaults: true,
    warnings: [],
    api: { host: '127.0.0.1', port: 8082 },
    bgp: { localAddress: '127.0.0.1', peers: [], myAs: 64512, enableRtc: true, bgpPort: 179 },
    common: { rootHelper: 'sudo', rootHelperDaemon: undefined },
    drivers: {
      ipvpn: dummy('127.0.0.1'),
      evpn: dummy('127.0.0.1'),
    },
    logging: { debug: false, levels: [], logFile: undefined, useJson: false, systemLog: undefined },
  });
});

function dummy(localAddress: string): unknown {
  return {
    driver: 'dummy',
    configuredDriver: 'dummy',
    localAddress,
    configuredLocalAddress: undefined,
    options: {},
  };
}

test('a complete file', () => {
  const { api, bgp, common, drivers, logging, usesDefaults } = loaded(`
[DEFAULT]
debug = True
log_dir = /var/log
log_file = b.log
[API]
host = localhost
port = 9000
[bgp]
local_address = eth0
peers = 192.0.2.2, rr.example.org,
  192.0.2.3
my_as = 65000
enable_rtc = no
bgp_port = 1790
[Common]
root_helper = sudo -n
root_helper_daemon =
[DATAPLANE_DRIVER_IPVPN]
mpls_interface = *gre*
[DATAPLANE_DRIVER_EVPN]
dataplane_driver = bagpipe.bgp.vpn.evpn.linux_vxlan.LinuxVXLANDataplaneDriver
dataplane_local_address = 192.0.2.20
vxlan_dst_port = 8472
`);
  assert.not(usesDefaults);
  assert.equal(api, { host: 'localhost', port: 9000 });
  assert.equal(bgp, {
    localAddress: '192.0.2.10',
    peers: ['192.0.2.2', 'rr.example.org', '192.0.2.3'],
    myAs: 65000,
    enableRtc: false,
    bgpPort: 1790,
  });
  assert.equal(common, { rootHelper: 'sudo -n', rootHelperDaemon: undefined });
  assert.equal(drivers.ipvpn, dummy('192.0.2.10'));
  assert.is(drivers.evpn.driver, 'linux');
  assert.is(drivers.evpn.localAddress, '192.0.2.20');
  assert.equal(drivers.evpn.options, { vxlan_dst_port: 8472 });
  assert.is(driverOption(drivers.evpn, vxlanDstPort), 8472);
  assert.is(driverOption(drivers.ipvpn, vxlanDstPort), 4789);
  assert.is(logging.debug, true);
  assert.is(logging.logFile, '/var/log/b.log');
});

test('later wins: the line, the file, the directory by name, the command line', () => {
  const one = file(`${MINIMUM}[API]\nport = 1\nport = 2\n[DEFAULT]\ndebug = on\nlog_file = one\n`);
  const two = file('[API]\nport = 3\nhost = two\n');
  file('[API]\nhost = ten\n[COMMON]\nroot_helper = ten\n', 'd/10.conf');
  file('[COMMON]\nroot_helper = twenty\n', 'd/20.conf');
  file('[COMMON]\nroot_helper = other\n', 'd/30.txt');
  const result = load({
    files: [one, two],
    directories: [`${DIRECTORY}/d`],
    defaultFile: file('[BGP]\nbgp_port = 1\n'),
    overrides: { debug: 'false' },
  });
  assert.ok(result.ok);
  assert.equal(result.value.api, { host: 'ten', port: 3 });
  assert.is(result.value.common.rootHelper, 'twenty');
  assert.is(result.value.bgp.bgpPort, 179, 'the default file is not read');
  assert.is(result.value.logging.debug, false);
  assert.is(result.value.logging.logFile, 'one');
  assert.equal(result.value.files.length, 4);
});

test('the default file is read if it is there, also before a directory', () => {
  const defaultFile = file(`${MINIMUM}[API]\nport = 1\n`);
  file('[API]\nport = 2\n', 'e/1.conf');
  const alone = load({ defaultFile });
  assert.ok(alone.ok && alone.value.api.port === 1 && !alone.value.usesDefaults);
  const both = load({ defaultFile, directories: [`${DIRECTORY}/e`] });
  assert.ok(both.ok && both.value.api.port === 2);
});

test('older names, unless the present one is in the same file', () => {
  assert.equal(loaded(`${MINIMUM}[API]\napi_host = old\napi_port = 1\n`).api, { host: 'old', port: 1 });
  assert.is(loaded(`${MINIMUM}[API]\nhost = new\napi_host = old\n`).api.host, 'new');
  const files = [file(`${MINIMUM}[API]\nhost = new\n`), file('[API]\napi_host = old\n')];
  const later = load({ files });
  assert.ok(later.ok && later.value.api.host === 'old');
});

const FAULTS: readonly [name: string, text: string, expected: readonly string[]][] = [
  [
    'what must be set',
    '[API]\nport = 1\n',
    [
      'f: [BGP] local_address: must be set: expected the IPv4 address of a host or the name of a network interface',
      'f: [BGP] my_as: must be set: expected an AS number from 1 to 65535',
    ],
  ],
  [
    'an empty AS number',
    `${MINIMUM}my_as =\n`,
    ['f: [BGP] my_as: must be set: expected an AS number from 1 to 65535'],
  ],
  [
    'an AS number of 4 octets',
    `${MINIMUM}my_as = 65536\n`,
    ['f:4: [BGP] my_as: "65536" is not valid: expected an AS number from 1 to 65535'],
  ],
  [
    'several at once, in the order of the lines',
    `${MINIMUM}enable_rtc = maybe\npeers = 192.0.2.300\n[API]\nport = 70000\nhost = a_b\n`,
    [
      'f:4: [BGP] enable_rtc: "maybe" is not valid: expected true, yes, on, 1, false, no, off or 0',
      'f:5: [BGP] peers: "192.0.2.300" is not valid: expected an IPv4 address or a host name, or several, separated by commas',
      'f:7: [API] port: "70000" is not valid: expected a port number from 1 to 65535',
      'f:8: [API] host: "a_b" is not valid: expected an IP address or a host name',
    ],
  ],
  [
    'a peer that is there twice',
    `${MINIMUM}peers = 192.0.2.2, rr.example, 192.0.2.3, RR.example\n`,
    [
      'f:4: [BGP] peers: "192.0.2.2, rr.example, 192.0.2.3, RR.example" is not valid: RR.example is there more than once',
    ],
  ],
  [
    'an interface that is not there',
    `${MINIMUM}local_address = eth9\n`,
    ['f:4: [BGP] local_address: "eth9" is not valid: interface eth9 does not exist'],
  ],
  [
    'an interface without an address',
    `${MINIMUM}[DATAPLANE_DRIVER_EVPN]\ndataplane_local_address = eth1\n`,
    [
      'f:5: [DATAPLANE_DRIVER_EVPN] dataplane_local_address: "eth1" is not valid: no IPv4 address found on interface eth1',
    ],
  ],
  [
    'a driver that does not exist',
    `${MINIMUM}[DATAPLANE_DRIVER_EVPN]\ndataplane_driver = foo\n`,
    [/^f:5: \[DATAPLANE_DRIVER_EVPN\] dataplane_driver: "foo" is not valid: expected one of dummy, /.source],
  ],
  [
    'an option of the selected driver',
    `${MINIMUM}[DATAPLANE_DRIVER_EVPN]\ndataplane_driver = linux\nvxlan_dst_port = 0\n`,
    ['f:6: [DATAPLANE_DRIVER_EVPN] vxlan_dst_port: "0" is not valid: expected a port number from 1 to 65535'],
  ],
  [
    'a reference to nothing',
    `${MINIMUM}peers = \${API.nosuch}\n`,
    [
      'f:4: [BGP] peers: "${API.nosuch}" is not valid: ${API.nosuch}: there is no such option to take the value of',
    ],
  ],
  [
    'a reference in a circle',
    `${MINIMUM}[API]\nhost = $API.port\nport = $host\n`,
    [
      'f:5: [API] host: "$API.port" is not valid: $API.port: $host: the option refers to itself',
      'f:6: [API] port: "$host" is not valid: $host: $API.port: the option refers to itself',
    ],
  ],
  ['a line that is none', `${MINIMUM}hello\n`, ['f:4: expected "name = value", found "hello"']],
];

for (const [name, text, expected] of FAULTS) {
  test(`refused: ${name}`, () => {
    const found = faults(text);
    assert.is(found.length, expected.length, found.join('\n'));
    for (const [index, message] of expected.entries()) {
      if (message.startsWith('^')) assert.match(found[index]!, new RegExp(message));
      else assert.is(found[index], message);
    }
  });
}

test('refused: files and directories that cannot be read', () => {
  const result = load({ files: ['/nonexistent/a.conf', DIRECTORY], directories: ['/nonexistent/d'] });
  assert.not(result.ok);
  if (result.ok) return;
  assert.equal(result.fault.map(formatConfigurationFault), [
    '/nonexistent/d: this configuration directory does not exist',
    '/nonexistent/a.conf: this configuration file does not exist',
    `${DIRECTORY}: this configuration file is a directory`,
  ]);
});

test('the command line is named where it is wrong', () => {
  assert.match(faults(MINIMUM, { overrides: { debug: 'x' } })[0]!, /^command line: \[DEFAULT\] debug: "x"/);
});

test('options of a driver that is not selected are not looked at', () => {
  assert.equal(faults(`${MINIMUM}[DATAPLANE_DRIVER_EVPN]\nvxlan_dst_port = x\n`), []);
});

test('options of the selected driver that do not go together', () => {
  const ovs = `${MINIMUM}[DATAPLANE_DRIVER_IPVPN]\ndataplane_driver = ovs\n`;
  assert.equal(faults(`${ovs}mpls_over_gre = False\ninput_table = 2\n`), [
    'f:6: [DATAPLANE_DRIVER_IPVPN] mpls_over_gre: "False" is not valid: expected auto or True, or an interface as mpls_interface (which is not set)',
    'f:7: [DATAPLANE_DRIVER_IPVPN] input_table: "2" is not valid: expected a table that is not ovs_table_id_start (1) and not the one after it',
  ]);
  assert.is(
    faults(`${ovs}ovs_table_id_start = x\ninput_table = 2\n`).length,
    1,
    'what is wrong alone comes first',
  );
  assert.equal(warnings(`${ovs}proxy_arp = yes\novsbr_interfaces_mtu = 1400\n`), [
    '[DATAPLANE_DRIVER_IPVPN] proxy_arp has no effect without arp_responder',
  ]);
});

test('warnings', () => {
  assert.equal(
    warnings(`${MINIMUM}foo = 1
[API]
api_port = 1
[elsewhere]
bar = 1
[DATAPLANE_DRIVER]
dataplane_driver = dummy
[DEFAULT]
use_stderr = true
log_color = false
log_file = /etc/bagpipe-bgp/log.conf
`),
    [
      'f:7: the section [elsewhere] is unknown, and ignored',
      'f:9: the section [DATAPLANE_DRIVER] has no effect any more: use [DATAPLANE_DRIVER_IPVPN] and [DATAPLANE_DRIVER_EVPN]',
      'f:4: [BGP] foo is unknown, and ignored',
      'f:6: [API] api_port is an older name: use port',
      'f:12: [DEFAULT] use_stderr is accepted and has no effect',
      '[DEFAULT] log_file = /etc/bagpipe-bgp/log.conf looks like a configuration file, and is ignored',
    ],
  );
});

test('a misspelt option: what may have been meant', () => {
  const hint = (section: string, name: string): string =>
    warnings(`${MINIMUM}[${section}]\n${name} = 1\n`)[0]!.split('ignored')[1]!;
  assert.is(hint('API', 'prot'), ': did you mean port?');
  assert.is(hint('api', 'PORT'), ': did you mean port?');
  assert.is(hint('BGP', 'my-as'), ': did you mean my_as?');
  assert.is(hint('BGP', 'local_adress'), ': did you mean local_address?');
  assert.is(hint('BGP', 'port'), '');
  assert.is(hint('API', 'x'), '');
});

test('faults of several files: by file, then by line, what is in none at the end', () => {
  const files = [file('[API]\nport = x\nhost = a_b\n'), file('[BGP]\nlocal_address = eth0\nbgp_port = x\n')];
  const result = load({ files, overrides: { debug: 'x' } });
  assert.not(result.ok);
  if (result.ok) return;
  const [one, two] = files;
  const places = result.fault.map(({ where, option }) => `${where} ${option}`);
  assert.equal(places.slice(0, 3), [`${one}:2 port`, `${one}:3 host`, `${two}:3 bgp_port`]);
  assert.equal(new Set(places.slice(3)), new Set(['command line debug', `${one}, ${two} my_as`]));
});

test('class names of drivers, bare or with the package of any release', () => {
  const name = (vpnType: 'ipvpn' | 'evpn', driver: string): string =>
    loaded(`${MINIMUM}[DATAPLANE_DRIVER_${vpnType.toUpperCase()}]\ndataplane_driver = ${driver}\n`).drivers[
      vpnType
    ].driver;
  for (const prefix of ['', 'bagpipe.bgp.vpn.evpn.', 'networking_bagpipe.bagpipe_bgp.vpn.evpn.']) {
    assert.is(name('evpn', `${prefix}DummyDataplaneDriver`), 'dummy');
    assert.is(name('evpn', `${prefix}linux_vxlan.LinuxVXLANDataplaneDriver`), 'linux');
  }
  assert.is(name('ipvpn', 'networking_bagpipe.bagpipe_bgp.vpn.ipvpn.DummyDataplaneDriver'), 'dummy');
  const wrong = `${MINIMUM}[DATAPLANE_DRIVER_EVPN]\ndataplane_driver = bagpipe.bgp.vpn.evpn.linux\n`;
  assert.is(faults(wrong).length, 1);
});

test('levels of components', () => {
  const levels = (text: string): unknown =>
    loaded(`${MINIMUM}[DEFAULT]\ndefault_log_levels = ${text}\n`).logging.levels;
  assert.equal(levels(''), []);
  assert.equal(levels('bgp=DEBUG, vpn.evi = warn,\n  api=Critical'), [
    { component: 'bgp', level: 'DEBUG' },
    { component: 'vpn.evi', level: 'WARNING' },
    { component: 'api', level: 'CRITICAL' },
  ]);
  for (const text of ['bgp', 'bgp=', '=DEBUG', 'bgp=LOUD', 'bgp=DEBUG, x', 'b g=INFO']) {
    const [fault] = faults(`${MINIMUM}[DEFAULT]\ndefault_log_levels = ${text}\n`);
    assert.ok(fault?.startsWith(`f:5: [DEFAULT] default_log_levels: "${text}" is not valid: `), fault);
    assert.match(fault!, /expected component=LEVEL with one of the levels DEBUG, .* separated by commas$/);
  }
});

test('levels of Python loggers: one warning', () => {
  const of = (text: string): readonly string[] =>
    warnings(`${MINIMUM}[DEFAULT]\ndefault_log_levels = ${text}\n`);
  const consequence = 'without effect (they begin with api, bgp, daemon, dataplane, vpn)';
  assert.equal(of('bgp.peer=DEBUG'), []);
  assert.equal(of('bgp=DEBUG,amqp=WARN'), [
    `[DEFAULT] default_log_levels: no part of this program is called amqp: ${consequence}`,
  ]);
  assert.equal(of('amqp=WARN,boto=WARN,networking_bagpipe.bagpipe_bgp.engine=TRACE,a=INFO,b=INFO'), [
    `[DEFAULT] default_log_levels: no part of this program is called amqp, boto, networking_bagpipe.bagpipe_bgp.engine and 2 more: ${consequence}`,
  ]);
});

test('who asks for the log of the system', () => {
  const systemLog = (text: string): unknown => loaded(`${MINIMUM}[DEFAULT]\n${text}`).logging.systemLog;
  assert.is(systemLog('use_syslog = false'), undefined);
  assert.is(systemLog('use_syslog = true'), 'use_syslog');
  assert.is(systemLog('use_syslog = true\nuse_journal = true'), 'use_journal');
});

test('where the log goes', () => {
  const logFile = (text: string): string | undefined =>
    loaded(`${MINIMUM}[DEFAULT]\n${text}`).logging.logFile;
  assert.is(logFile(''), undefined);
  assert.is(logFile('log_file ='), undefined);
  assert.is(logFile('logfile = a.log'), 'a.log');
  assert.is(logFile('logdir = /l'), '/l/bagpipe-bgp.log');
  assert.is(logFile('log_dir = /l\nlog_file = /m/a.log'), '/m/a.log');
});

test('references', () => {
  const value = (text: string): string =>
    loaded(`${MINIMUM}[API]\nport = 81\nhost = a\n${text}`).common.rootHelper;
  assert.is(value('[COMMON]\nroot_helper = x$API.port'), 'x81');
  assert.is(value('[COMMON]\nroot_helper = ${API.host}b'), 'ab');
  assert.is(value('[COMMON]\nroot_helper = ${bgp.bgp_port}'), '179', 'a default');
  assert.is(value('[COMMON]\nroot_helper = $log_file\n[DEFAULT]\nlog_file = ${API.host}.log'), 'a.log');
  assert.is(value('[COMMON]\nroot_helper = $root_helper_daemon\nroot_helper_daemon = d'), 'd');
  assert.is(value('[COMMON]\nroot_helper = a$$b \\$c $ 5$'), 'a$b $c $ 5$');
});

test.run();
