import { badAttach, EVI_PORT, VRF_PORT, type BadRequest, type Row } from './scene.ts';

const MAC = 'the address of one station is expected, six bytes in hexadecimal, like 52:54:00:01:02:03';
const IPV4 = 'an IPv4 address is expected, with or without a prefix length, like 10.0.0.1 or 10.0.0.1/24';
const IP =
  'an IPv4 or IPv6 address is expected, with or without a prefix length, like 10.0.0.1 or 10.0.0.1/24';
const INTERFACE = 'the name of an interface is expected, at most 15 characters';
const LONG = 'x'.repeat(300);
const CUT = `${'x'.repeat(77)}...`;

/** Attachments to a VRF, one thing wrong in each. */
const VRF: readonly Row[] = [
  ['no vpn_type', { vpn_type: undefined }, 'missing instance_type: vpn_type, ipvpn or evpn, is expected'],
  ['an unknown vpn_type', { vpn_type: 'foo' }, 'unknown vpn_type: foo, where ipvpn or evpn is expected'],
  [
    'a vpn_type in capitals',
    { vpn_type: 'IPVPN' },
    'unknown vpn_type: IPVPN, where ipvpn or evpn is expected',
  ],
  ['vpn_type null', { vpn_type: null }, 'unknown vpn_type: null, where ipvpn or evpn is expected'],
  [
    'vpn_type a list',
    { vpn_type: ['ipvpn'] },
    'unknown vpn_type: ["ipvpn"], where ipvpn or evpn is expected',
  ],
  [
    'vpn_type a very long word',
    { vpn_type: LONG },
    `unknown vpn_type: ${CUT}, where ipvpn or evpn is expected`,
  ],
  [
    'vpn_type __proto__',
    { vpn_type: '__proto__' },
    'unknown vpn_type: __proto__, where ipvpn or evpn is expected',
  ],

  ['no vpn_instance_id', { vpn_instance_id: undefined }, "Missing parameter: 'vpn_instance_id'"],
  [
    'vpn_instance_id null',
    { vpn_instance_id: null },
    'vpn_instance_id null is not valid: a name of at most 255 characters is expected',
  ],
  [
    'vpn_instance_id empty',
    { vpn_instance_id: '' },
    'vpn_instance_id "" is not valid: a name of at most 255 characters is expected',
  ],
  [
    'vpn_instance_id too long',
    { vpn_instance_id: LONG },
    `vpn_instance_id ${CUT} is not valid: a name of at most 255 characters is expected`,
  ],
  [
    'vpn_instance_id half a character',
    { vpn_instance_id: 'a\ud800' },
    'vpn_instance_id "a\\ud800" is not valid: a name of at most 255 characters is expected',
  ],
  [
    'vpn_instance_id true',
    { vpn_instance_id: true },
    'vpn_instance_id true is not valid: a name of at most 255 characters is expected',
  ],
  [
    'vpn_instance_id an object',
    { vpn_instance_id: { id: 'v1' } },
    'vpn_instance_id {"id":"v1"} is not valid: a name of at most 255 characters is expected',
  ],

  ['no mac_address', { mac_address: undefined }, "Missing parameter: 'mac_address'"],
  ['mac_address null', { mac_address: null }, `MAC address null is not valid: ${MAC}`],
  [
    'mac_address a number',
    { mac_address: 90520730730497 },
    `MAC address 90520730730497 is not valid: ${MAC}`,
  ],
  ['mac_address no MAC', { mac_address: 'zz' }, `MAC address zz is not valid: ${MAC}`],
  [
    'mac_address of five bytes',
    { mac_address: '52:54:00:00:01' },
    `MAC address 52:54:00:00:01 is not valid: ${MAC}`,
  ],
  [
    'mac_address an EUI-64',
    { mac_address: '52:54:00:ff:fe:00:00:01' },
    `MAC address 52:54:00:ff:fe:00:00:01 is not valid: ${MAC}`,
  ],
  [
    'mac_address of all',
    { mac_address: 'ff:ff:ff:ff:ff:ff' },
    `MAC address ff:ff:ff:ff:ff:ff is not valid: ${MAC}`,
  ],
  [
    'mac_address of a group',
    { mac_address: '01:00:5e:00:00:01' },
    `MAC address 01:00:5e:00:00:01 is not valid: ${MAC}`,
  ],
  [
    'mac_address of nobody',
    { mac_address: '00:00:00:00:00:00' },
    `MAC address 00:00:00:00:00:00 is not valid: ${MAC}`,
  ],
  [
    'mac_address in other digits',
    { mac_address: '５2:54:00:00:00:01' },
    `MAC address ５2:54:00:00:00:01 is not valid: ${MAC}`,
  ],

  ['no ip_address', { ip_address: undefined }, "Missing parameter: 'ip_address'"],
  ['ip_address null', { ip_address: null }, `IP address null is not valid: ${IPV4}`],
  ['ip_address empty', { ip_address: '' }, `IP address "" is not valid: ${IPV4}`],
  ['ip_address a number', { ip_address: 167772161 }, `IP address 167772161 is not valid: ${IPV4}`],
  ['ip_address a list', { ip_address: ['10.0.0.9'] }, `IP address ["10.0.0.9"] is not valid: ${IPV4}`],
  ['ip_address out of range', { ip_address: '10.0.0.300' }, `IP address 10.0.0.300 is not valid: ${IPV4}`],
  ['ip_address in short form', { ip_address: '10.1' }, `IP address 10.1 is not valid: ${IPV4}`],
  ['ip_address in octal', { ip_address: '010.0.0.1' }, `IP address 010.0.0.1 is not valid: ${IPV4}`],
  ['ip_address of length 33', { ip_address: '10.0.0.9/33' }, `IP address 10.0.0.9/33 is not valid: ${IPV4}`],
  ['ip_address of length -1', { ip_address: '10.0.0.9/-1' }, `IP address 10.0.0.9/-1 is not valid: ${IPV4}`],
  ['ip_address of no length', { ip_address: '10.0.0.9/' }, `IP address 10.0.0.9/ is not valid: ${IPV4}`],
  [
    'ip_address with a mask',
    { ip_address: '10.0.0.9/255.255.255.0' },
    `IP address 10.0.0.9/255.255.255.0 is not valid: ${IPV4}`,
  ],
  [
    'ip_address with two lengths',
    { ip_address: '10.0.0.9/24/24' },
    `IP address 10.0.0.9/24/24 is not valid: ${IPV4}`,
  ],
  ['ip_address with blanks', { ip_address: ' 10.0.0.9' }, `IP address " 10.0.0.9" is not valid: ${IPV4}`],
  [
    'ip_address with a NUL',
    { ip_address: '10.0.0.9\u0000' },
    `IP address "10.0.0.9\\u0000" is not valid: ${IPV4}`,
  ],
  ['ip_address IPv6', { ip_address: '2001:db8::9' }, `IP address 2001:db8::9 is not valid: ${IPV4}`],
  [
    'ip_address IPv4 in IPv6',
    { ip_address: '::ffff:10.0.0.9' },
    `IP address ::ffff:10.0.0.9 is not valid: ${IPV4}`,
  ],

  ['no local_port', { local_port: undefined }, "Missing parameter: 'local_port'"],
  [
    'local_port null',
    { local_port: null },
    'local_port null is not valid: an object with linuxif, or a name, is expected',
  ],
  [
    'local_port a number',
    { local_port: 5 },
    'local_port 5 is not valid: an object with linuxif, or a name, is expected',
  ],
  [
    'local_port a list',
    { local_port: ['tap9'] },
    'local_port ["tap9"] is not valid: an object with linuxif, or a name, is expected',
  ],
  [
    'local_port empty',
    { local_port: {} },
    'Mandatory key is missing in local_port parameter (linuxif, or evpn)',
  ],
  [
    'local_port with something else',
    { local_port: { ovs: { plugged: true } } },
    'Mandatory key is missing in local_port parameter (linuxif, or evpn)',
  ],
  ['local_port an empty name', { local_port: '' }, `local_port.linuxif "" is not valid: ${INTERFACE}`],
  ['linuxif null', { local_port: { linuxif: null } }, `local_port.linuxif null is not valid: ${INTERFACE}`],
  ['linuxif a number', { local_port: { linuxif: 9 } }, `local_port.linuxif 9 is not valid: ${INTERFACE}`],
  [
    'linuxif of 16 characters',
    { local_port: { linuxif: 'tap0123456789012' } },
    `local_port.linuxif tap0123456789012 is not valid: ${INTERFACE}`,
  ],
  [
    'linuxif an option',
    { local_port: { linuxif: '-all' } },
    `local_port.linuxif -all is not valid: ${INTERFACE}`,
  ],
  [
    'linuxif a path',
    { local_port: { linuxif: '../etc' } },
    `local_port.linuxif ../etc is not valid: ${INTERFACE}`,
  ],
  [
    'linuxif two commands',
    { local_port: { linuxif: 'tap9;reboot' } },
    `local_port.linuxif tap9;reboot is not valid: ${INTERFACE}`,
  ],
  [
    'linuxif two lines',
    { local_port: { linuxif: 'tap9\nlink' } },
    `local_port.linuxif "tap9\\nlink" is not valid: ${INTERFACE}`,
  ],
  [
    'linuxif in other letters',
    { local_port: { linuxif: 'tap９' } },
    `local_port.linuxif tap９ is not valid: ${INTERFACE}`,
  ],

  ['no gateway_ip', { gateway_ip: undefined }, "Missing parameter: 'gateway_ip'"],
  ['gateway_ip a number', { gateway_ip: 5 }, 'gateway_ip: text is expected, not 5'],
  ['gateway_ip an object', { gateway_ip: {} }, 'gateway_ip: text is expected, not {}'],
  ['advertise_subnet null', { advertise_subnet: null }, "'advertise_subnet' must be a boolean, not null"],
  ['advertise_subnet text', { advertise_subnet: 'true' }, `'advertise_subnet' must be a boolean, not "true"`],
  ['advertise_subnet 1', { advertise_subnet: 1 }, "'advertise_subnet' must be a boolean, not 1"],
  [
    'an unknown direction',
    { direction: 'up' },
    'direction should be one of: both, to-port, from-port, not up',
  ],
  [
    'direction a list',
    { direction: ['both'] },
    'direction should be one of: both, to-port, from-port, not ["both"]',
  ],
  ['direction true', { direction: true }, 'direction should be one of: both, to-port, from-port, not true'],
  [
    'a direction beyond the driver',
    { direction: 'to-port' },
    'Unsupported direction: to-port (driver dummy has both)',
  ],
  [
    'another direction beyond the driver',
    { direction: 'from-port' },
    'Unsupported direction: from-port (driver dummy has both)',
  ],

  ['vni text', { vni: '500' }, 'vni: an integer from 0 to 16777215 is expected, not "500"'],
  ['vni negative', { vni: -1 }, 'vni: an integer from 0 to 16777215 is expected, not -1'],
  ['vni of 25 bits', { vni: 16777216 }, 'vni: an integer from 0 to 16777215 is expected, not 16777216'],
  ['vni a fraction', { vni: 1.5 }, 'vni: an integer from 0 to 16777215 is expected, not 1.5'],
  ['vni huge', { vni: 1e300 }, 'vni: an integer from 0 to 16777215 is expected, not 1e+300'],
  ['vni a boolean', { vni: true }, 'vni: an integer from 0 to 16777215 is expected, not true'],
  [
    'local_pref text',
    { local_pref: '100' },
    'local_pref: an integer from 0 to 4294967295 is expected, not "100"',
  ],
  [
    'local_pref negative',
    { local_pref: -1 },
    'local_pref: an integer from 0 to 4294967295 is expected, not -1',
  ],
  [
    'local_pref of 33 bits',
    { local_pref: 2 ** 32 },
    'local_pref: an integer from 0 to 4294967295 is expected, not 4294967296',
  ],
  [
    'local_pref a list',
    { local_pref: [1] },
    'local_pref: an integer from 0 to 4294967295 is expected, not [1]',
  ],
  [
    'lb_consistent_hash_order null',
    { lb_consistent_hash_order: null },
    'lb_consistent_hash_order: an integer from 0 to 4294967295 is expected, not null',
  ],
  [
    'lb_consistent_hash_order text',
    { lb_consistent_hash_order: '5' },
    'lb_consistent_hash_order: an integer from 0 to 4294967295 is expected, not "5"',
  ],
  [
    'lb_consistent_hash_order of 33 bits',
    { lb_consistent_hash_order: 1e10 },
    'lb_consistent_hash_order: an integer from 0 to 4294967295 is expected, not 10000000000',
  ],
  ['description a number', { description: 5 }, 'description: text or an object is expected, not 5'],
  ['description a list', { description: ['a'] }, 'description: text or an object is expected, not ["a"]'],
  [
    'instance_description an object',
    { instance_description: {} },
    'instance_description: text is expected, not {}',
  ],
  ['fallback text', { fallback: 'br-int' }, 'fallback: an object is expected, not "br-int"'],
  [
    'fallback.src_mac a number',
    { fallback: { src_mac: 5 } },
    'fallback.src_mac: MAC address 5 is not valid: the address of one station is expected, six bytes in hexadecimal, like 52:54:00:01:02:03',
  ],
  [
    'fallback.dst_mac of a group',
    { fallback: { dst_mac: '01:00:5e:00:00:01' } },
    'fallback.dst_mac: MAC address 01:00:5e:00:00:01 is not valid: the address of one station is expected, six bytes in hexadecimal, like 52:54:00:01:02:03',
  ],
  [
    'fallback.ovs_port_name with a blank',
    { fallback: { ovs_port_name: 'patch x' } },
    'fallback.ovs_port_name: port patch x is not valid: a name of at most 63 characters is expected',
  ],
  [
    'fallback.ovs_port_number 0',
    { fallback: { ovs_port_number: 0 } },
    'fallback.ovs_port_number: an integer from 1 to 65279 is expected, not 0',
  ],
  [
    'fallback.ovs_port_number text',
    { fallback: { ovs_port_number: '2' } },
    'fallback.ovs_port_number: an integer from 1 to 65279 is expected, not "2"',
  ],
  ['fallback a list', { fallback: [1] }, 'fallback: an object is expected, not [1]'],
  [
    'linuxbr a number',
    { linuxbr: 5 },
    'linuxbr: interface 5 is not valid: a name of at most 15 characters is expected',
  ],
  [
    'linuxbr too long',
    { linuxbr: 'brq0123456789abc' },
    'linuxbr: interface brq0123456789abc is not valid: a name of at most 15 characters is expected',
  ],
];

/** Attachments to an EVI, where it differs. */
const EVI: readonly Row[] = [
  ['ip_address null', { ip_address: null }, `IP address null is not valid: ${IP}`],
  ['ip_address with a zone', { ip_address: 'fe80::1%eth0' }, `IP address fe80::1%eth0 is not valid: ${IP}`],
  [
    'ip_address of length 129',
    { ip_address: '2001:db8::9/129' },
    `IP address 2001:db8::9/129 is not valid: ${IP}`,
  ],
  ['ip_address with two gaps', { ip_address: '2001::db8::9' }, `IP address 2001::db8::9 is not valid: ${IP}`],
  [
    'a subnet',
    { ip_address: '10.9.0.0/24', advertise_subnet: true },
    "'advertise_subnet' is for ipvpn: an E-VPN route is for one address",
  ],
  ['no import_rt', { import_rt: undefined }, "Missing parameter: 'import_rt'"],
  [
    'a direction beyond the driver',
    { direction: 'to-port' },
    'Unsupported direction: to-port (driver dummy has both)',
  ],
];

export const BAD_PARAMETERS: readonly BadRequest[] = [
  ...VRF.map((row) => badAttach(VRF_PORT, row)),
  ...EVI.map((row) => badAttach(EVI_PORT, row)),
];
