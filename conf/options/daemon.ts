import { option, optionWithoutDefault } from '../option.ts';
import {
  boolean,
  host,
  integer,
  ipv4Host,
  ipv4OrInterface,
  listOf,
  port,
  optionalText,
  text,
} from '../value-type.ts';

/** What the daemon as a whole is told: the sections [API], [BGP] and [COMMON]. */

export const apiHost = option('API', 'host', {
  type: host,
  default: '127.0.0.1',
  olderNames: ['api_host'],
  help: 'Address or host name on which the REST API and the looking glass listen. There is no authentication: keep it on loopback unless the network is trusted.',
});

export const apiPort = option('API', 'port', {
  type: port,
  default: 8082,
  olderNames: ['api_port'],
  help: 'TCP port of the REST API and the looking glass.',
});

export const localAddress = option('BGP', 'local_address', {
  type: ipv4OrInterface,
  default: '127.0.0.1',
  mandatory: true,
  help: 'IPv4 address of this node: BGP identifier, source of the BGP sessions, part of route distinguishers, and next hop of what is advertised unless a dataplane has its own address. The name of an interface stands for its first IPv4 address.',
});

export const peers = option('BGP', 'peers', {
  type: listOf(ipv4Host),
  default: [],
  help: 'Route reflectors or other iBGP peers to connect to: IPv4 addresses or host names, separated by commas. Without any, routes are exchanged between the VPN instances of this node only.',
});

export const myAs = option('BGP', 'my_as', {
  type: integer(1, 65535, 'an AS number'),
  default: 64512,
  mandatory: true,
  help: 'Autonomous system number. The sessions are iBGP: the peers have the same one.',
});

export const enableRtc = option('BGP', 'enable_rtc', {
  type: boolean,
  default: true,
  help: 'Offer RT Constraint (RFC 4684) to the peers, so that they send only routes that an instance here imports.',
});

export const bgpPort = option('BGP', 'bgp_port', {
  type: port,
  default: 179,
  help: 'TCP port on which the peers listen. The daemon itself accepts no BGP connection.',
});

export const rootHelper = option('COMMON', 'root_helper', {
  type: text,
  default: 'sudo',
  help: 'Words put before a command that needs privileges. May be empty. Not used by a daemon that runs as root.',
});

export const rootHelperDaemon = optionWithoutDefault('COMMON', 'root_helper_daemon', {
  type: optionalText,
  noEffect: true,
  help: 'Command that starts the rootwrap daemon of the original. Commands are run in batches here, so that such a process brings nothing: root_helper is used.',
});

export const DAEMON_OPTIONS = [
  apiHost,
  apiPort,
  localAddress,
  peers,
  myAs,
  enableRtc,
  bgpPort,
  rootHelper,
  rootHelperDaemon,
] as const;
