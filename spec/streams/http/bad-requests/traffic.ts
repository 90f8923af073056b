import { badAttach, VRF_PORT, type BadRequest, type Row } from './scene.ts';

/** What is passed on and attracted; each is checked beside a new instance, which must not be there afterwards. */
const NEW = { vpn_instance_id: 'new' };
const READVERTISE = { from_rt: ['64512:20'], to_rt: ['64512:30'] };
const ATTRACT = {
  redirect_rts: ['64512:40'],
  to_rt: ['64512:30'],
  static_destination_prefixes: ['10.8.0.0/16'],
  classifier: { destinationPort: '80' },
};
const LIST = 'a list of route targets is expected, like ["64512:1"], not';
const TARGET = '<AS number>:<number> or <IPv4 address>:<number> is expected, like 64512:1';
const ONE_TARGET =
  "attract_traffic requires exactly one RT to be provided in 'readvertise/to_rt' and 'attract_traffic/to_rt'";
const PREFIX = 'an IPv4 prefix is expected, like 10.0.0.0/24, not';
const PORTS = 'a port or a range is expected, like "80" or "80:90", not';
const PROTOCOL = 'the name or the number of an IP protocol is expected, like "udp" or 17, not';

const READVERTISED: readonly Row[] = [
  ['readvertise text', '64512:1', 'readvertise: an object with from_rt and to_rt is expected, not 64512:1'],
  [
    'readvertise a list',
    ['64512:1'],
    'readvertise: an object with from_rt and to_rt is expected, not ["64512:1"]',
  ],
  ['readvertise without to_rt', { from_rt: [] }, `readvertise.to_rt: ${LIST} undefined`],
  ['readvertise without from_rt', { to_rt: [] }, `readvertise.from_rt: ${LIST} undefined`],
  [
    'readvertise.from_rt text',
    { ...READVERTISE, from_rt: '64512:1' },
    `readvertise.from_rt: ${LIST} 64512:1`,
  ],
  ['readvertise.to_rt null', { ...READVERTISE, to_rt: null }, `readvertise.to_rt: ${LIST} null`],
  [
    'readvertise.from_rt with something wrong in it',
    { ...READVERTISE, from_rt: ['64512:20', 'foo'] },
    `readvertise.from_rt[1]: route target foo is not valid: ${TARGET}`,
  ],
].map(([name, readvertise, reason]) => [name, { ...NEW, readvertise }, reason] as Row);

const ATTRACTED: readonly Row[] = [
  [
    'attract_traffic text',
    'all',
    'attract_traffic: an object with redirect_rts and classifier is expected, not all',
  ],
  [
    'attract_traffic without redirect_rts',
    { ...ATTRACT, redirect_rts: undefined },
    `attract_traffic.redirect_rts: ${LIST} undefined`,
  ],
  [
    'attract_traffic.redirect_rts text',
    { ...ATTRACT, redirect_rts: '64512:40' },
    `attract_traffic.redirect_rts: ${LIST} 64512:40`,
  ],
  [
    'attract_traffic.redirect_rts with something wrong in it',
    { ...ATTRACT, redirect_rts: [40] },
    `attract_traffic.redirect_rts[0]: route target 40 is not valid: ${TARGET}`,
  ],
  [
    'attract_traffic without classifier',
    { ...ATTRACT, classifier: undefined },
    "'attract_traffic' specified with no 'classifier'",
  ],
  ['attract_traffic.to_rt of two', { ...ATTRACT, to_rt: ['64512:30', '64512:31'] }, ONE_TARGET],
  [
    'attract_traffic.to_rt text',
    { ...ATTRACT, to_rt: '64512:30' },
    `attract_traffic.to_rt: ${LIST} 64512:30`,
  ],
  [
    'attract_traffic.to_rt without prefixes',
    { ...ATTRACT, static_destination_prefixes: undefined },
    "'attract_traffic/to_rt' specified without 'static_destination_prefixes'",
  ],
  [
    'static_destination_prefixes text',
    { ...ATTRACT, static_destination_prefixes: '10.8.0.0/16' },
    'attract_traffic.static_destination_prefixes: a list of IPv4 prefixes is expected, like ["10.0.0.0/24"], not 10.8.0.0/16',
  ],
  [
    'static_destination_prefixes with something wrong in it',
    { ...ATTRACT, static_destination_prefixes: ['10.8.0.0/16', '10.8.0.0/33'] },
    'attract_traffic.static_destination_prefixes[1]: an IPv4 prefix is expected, not 10.8.0.0/33',
  ],
  [
    'static_destination_prefixes of IPv6',
    { ...ATTRACT, static_destination_prefixes: ['2001:db8::/32'] },
    'attract_traffic.static_destination_prefixes[0]: an IPv4 prefix is expected, not 2001:db8::/32',
  ],
].map(([name, attract_traffic, reason]) => [name, { ...NEW, attract_traffic }, reason] as Row);

const TOGETHER: readonly Row[] = [
  [
    'attract_traffic without a target of readvertise',
    { ...NEW, readvertise: { ...READVERTISE, to_rt: [] }, attract_traffic: ATTRACT },
    ONE_TARGET,
  ],
  [
    'two targets of readvertise and attract_traffic',
    { ...NEW, readvertise: { ...READVERTISE, to_rt: ['64512:30', '64512:31'] }, attract_traffic: ATTRACT },
    ONE_TARGET,
  ],
  [
    'other targets of readvertise and attract_traffic',
    { ...NEW, readvertise: { ...READVERTISE, to_rt: ['64512:31'] }, attract_traffic: ATTRACT },
    "if both are set, then 'attract_traffic/to_rt' and 'readvertise/to_rt' have to be equal",
  ],
];

const classifier = (name: string, members: unknown, reason: string): Row => [
  `classifier: ${name}`,
  { ...NEW, attract_traffic: { ...ATTRACT, classifier: members } },
  `attract_traffic.classifier${reason}`,
];

const CLASSIFIERS: readonly Row[] = [
  classifier('text', 'tcp', ': an object is expected, like {"destinationPort": "80"}, not tcp'),
  classifier('a list', [{}], ': an object is expected, like {"destinationPort": "80"}, not [{}]'),
  classifier(
    'an unknown member',
    { dscp: 1 },
    '.dscp: not known; there are sourcePrefix, destinationPrefix, sourcePort, destinationPort, protocol',
  ),
  classifier(
    'sourcePrefix too long',
    { sourcePrefix: '10.0.0.0/33' },
    `.sourcePrefix: ${PREFIX} 10.0.0.0/33`,
  ),
  classifier(
    'sourcePrefix IPv6',
    { sourcePrefix: '2001:db8::/32' },
    `.sourcePrefix: ${PREFIX} 2001:db8::/32`,
  ),
  classifier('sourcePrefix a list', { sourcePrefix: [] }, `.sourcePrefix: ${PREFIX} []`),
  classifier(
    'destinationPrefix no prefix',
    { destinationPrefix: 'any' },
    `.destinationPrefix: ${PREFIX} any`,
  ),
  classifier('sourcePort a name', { sourcePort: 'http' }, `.sourcePort: ${PORTS} http`),
  classifier('sourcePort too large', { sourcePort: '65536' }, `.sourcePort: ${PORTS} 65536`),
  classifier('sourcePort negative', { sourcePort: -1 }, `.sourcePort: ${PORTS} -1`),
  classifier('destinationPort backwards', { destinationPort: '90:80' }, `.destinationPort: ${PORTS} 90:80`),
  classifier('destinationPort open', { destinationPort: '80:' }, `.destinationPort: ${PORTS} 80:`),
  classifier('destinationPort of three', { destinationPort: '1:2:3' }, `.destinationPort: ${PORTS} 1:2:3`),
  classifier('destinationPort with a dash', { destinationPort: '80-90' }, `.destinationPort: ${PORTS} 80-90`),
  classifier('protocol unknown', { protocol: 'foo' }, `.protocol: ${PROTOCOL} foo`),
  classifier('protocol too large', { protocol: 256 }, `.protocol: ${PROTOCOL} 256`),
];

export const BAD_TRAFFIC: readonly BadRequest[] = [
  ...READVERTISED,
  ...ATTRACTED,
  ...TOGETHER,
  ...CLASSIFIERS,
].map((row) => badAttach(VRF_PORT, row));
