import type { PlannedPort } from './plan.ts';

/** One process to run: its words, none of which a shell sees, and whether it may fail. */
export interface PlannedCommand {
  readonly words: readonly string[];
  /** It removes something that may not be there. */
  readonly mayFail?: true;
}

export type NetnsPort = Extract<PlannedPort, { readonly kind: 'netns' }>;

/**
 * Large frames pass between the two ends, but not more than 9000 bytes: beyond that Open vSwitch in user space
 * corrupts packets. What the namespace itself sends leaves room for any encapsulation.
 */
const PAIR_MTU = '9000';
const INSIDE_MTU = '1420';
/** With a VLAN, the end of the pair in the namespace; the VLAN interface on it has the name that was asked for. */
const TRUNK = 'ns2vpn-raw';

export function addNamespace({ netns }: NetnsPort): readonly PlannedCommand[] {
  return [{ words: ['ip', 'netns', 'add', netns] }];
}

/** Makes the pair of interfaces, after whatever is left of an earlier one. */
export function makePair(port: NetnsPort, vlan: number | undefined): readonly PlannedCommand[] {
  const end = vlan === undefined ? port.inside : TRUNK;
  const pair: readonly PlannedCommand[] = [
    { words: inside(port, 'link', 'delete', 'dev', port.inside), mayFail: true },
    { words: ['ovs-vsctl', '--if-exists', 'del-port', port.outside], mayFail: true },
    { words: ['ip', 'link', 'delete', 'dev', port.outside], mayFail: true },
    {
      words: [
        ...['ip', 'link', 'add', 'name', port.outside, 'mtu', PAIR_MTU, 'type', 'veth'],
        ...['peer', 'name', end, 'mtu', PAIR_MTU, 'netns', port.netns],
      ],
    },
  ];
  if (vlan === undefined) return pair;
  const id = String(vlan);
  return [
    ...pair,
    { words: inside(port, 'link', 'set', 'dev', TRUNK, 'up') },
    { words: inside(port, 'link', 'add', 'link', TRUNK, 'name', port.inside, 'type', 'vlan', 'id', id) },
  ];
}

/** Brings both ends to the state that is wanted, whatever it was. */
export function configurePair(
  port: NetnsPort,
  ip: string,
  gateway: string,
  mac: string | undefined,
): readonly PlannedCommand[] {
  const family = ip.includes(':') ? '-6' : '-4';
  const address = mac === undefined ? [] : ['address', mac];
  const commands: readonly PlannedCommand[] = [
    { words: ['ip', 'link', 'set', 'dev', port.outside, 'up'] },
    { words: inside(port, 'link', 'set', 'dev', 'lo', 'up') },
    { words: inside(port, 'link', 'set', 'dev', port.inside, ...address, 'mtu', INSIDE_MTU, 'up') },
    { words: inside(port, family, 'address', 'flush', 'dev', port.inside, 'scope', 'global') },
    { words: inside(port, 'address', 'add', ip, 'dev', port.inside) },
  ];
  if (gateway === ip.split('/')[0]) return commands;
  const route = ['route', 'replace', 'default', 'via', gateway, 'dev', port.inside];
  return [...commands, { words: inside(port, family, ...route) }];
}

/** Prints the inner interface as JSON; fails if there is none. */
export function showInside(port: NetnsPort): readonly string[] {
  return inside(port, '-json', 'link', 'show', 'dev', port.inside);
}

export function showOutside(port: NetnsPort): readonly string[] {
  return ['ip', '-json', 'link', 'show', 'dev', port.outside];
}

/** The MAC address in what these two print. */
export function linkAddress(json: string): string | undefined {
  const links = JSON.parse(json) as readonly { readonly address?: string }[];
  return links[0]?.address;
}

export function plugIntoOvs(bridge: string, name: string): PlannedCommand {
  return { words: ['ovs-vsctl', '--may-exist', 'add-port', bridge, name] };
}

function inside(port: NetnsPort, ...words: readonly string[]): readonly string[] {
  return ['ip', '-netns', port.netns, ...words];
}
