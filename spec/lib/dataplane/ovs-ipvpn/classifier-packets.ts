import type { FlowComponent, FlowMatch } from '../../../../lib/bgp/nlri/flow-component.ts';
import { ipv4ToNumber } from '../../../../lib/net/ip-address.ts';

/** What a packet says of itself; of what it does not have, the values mean nothing. */
export interface Packet {
  readonly source: number;
  readonly destination: number;
  readonly protocol: number;
  readonly dscp: number;
  readonly fragment: 'none' | 'first' | 'middle' | 'last';
  readonly dontFragment: boolean;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly icmpType: number;
  readonly icmpCode: number;
  readonly tcpFlags: number;
}

const WITH_PORTS = [6, 17];

/**
 * Whether the packet is meant, as RFC 8955 §4.2.2 says it, for a system that finds ports and ICMP types in no fragment, and
 * TCP flags in the first one.
 */
export function isMeant(components: readonly FlowComponent[], packet: Packet): boolean {
  return components.every((component) => {
    if ('prefix' in component) {
      const address = component.type === 'source' ? packet.source : packet.destination;
      return isInPrefix(address, component.prefix);
    }
    const { type, matches } = component;
    const numbers = (...values: number[]): boolean => values.some((value) => holds(matches, value, compares));
    const isWhole = packet.fragment === 'none';
    const isTcp = packet.protocol === 6;
    const hasPorts = isWhole && WITH_PORTS.includes(packet.protocol);
    const isIcmp = isWhole && packet.protocol === 1;
    switch (type) {
      case 'protocol':
        return numbers(packet.protocol);
      case 'port':
        return hasPorts && numbers(packet.sourcePort, packet.destinationPort);
      case 'destination-port':
        return hasPorts && numbers(packet.destinationPort);
      case 'source-port':
        return hasPorts && numbers(packet.sourcePort);
      case 'icmp-type':
        return isIcmp && numbers(packet.icmpType);
      case 'icmp-code':
        return isIcmp && numbers(packet.icmpCode);
      case 'tcp-flags':
        return isTcp && (isWhole || packet.fragment === 'first') && holds(matches, packet.tcpFlags, hasBits);
      case 'dscp':
        return holds(
          matches.map((match) => ({ ...match, value: Number(match.value) % 64 })),
          packet.dscp,
          compares,
        );
      case 'fragment':
        return holds(
          matches.map((match) => ({ ...match, value: Number(match.value) % 16 })),
          fragmentBits(packet),
          hasBits,
        );
      case 'packet-length':
        throw new Error('packets here have no length');
    }
  });
}

function isInPrefix(address: number, prefix: string): boolean {
  const [network, length] = prefix.split('/');
  const spare = 2 ** (32 - Number(length));
  return Math.floor(address / spare) === Math.floor(ipv4ToNumber(network!) / spare);
}

/** Term by term: what the sequence says of those before is true so far, and of the alternative that is open. */
function holds(
  matches: readonly FlowMatch[],
  value: number,
  test: (match: FlowMatch, value: number) => boolean,
): boolean {
  let before = false;
  let open = false;
  for (const [index, match] of matches.entries()) {
    if (index > 0 && match.and) {
      open &&= test(match, value);
    } else {
      before ||= open;
      open = test(match, value);
    }
  }
  return before || open;
}

function compares({ operator, value: wanted }: FlowMatch, value: number): boolean {
  return (
    ((operator & 4) !== 0 && value < wanted) ||
    ((operator & 2) !== 0 && value > wanted) ||
    ((operator & 1) !== 0 && BigInt(value) === BigInt(wanted))
  );
}

function hasBits({ operator, value: wanted }: FlowMatch, value: number): boolean {
  const common = BigInt(value) & BigInt(wanted);
  const found = (operator & 1) !== 0 ? common === BigInt(wanted) : common !== 0n;
  return (operator & 2) !== 0 ? !found : found;
}

function fragmentBits({ fragment, dontFragment }: Packet): number {
  return (dontFragment ? 1 : 0) + { none: 0, first: 4, middle: 2, last: 2 + 8 }[fragment];
}

/** Whether Open vSwitch finds that the packet fulfils a match, in the syntax of ovs-ofctl. */
export function fulfils(packet: Packet, match: string): boolean {
  const isWhole = packet.fragment === 'none';
  const port = (value: number): number => (isWhole ? value : 0);
  return match.split(',').every((word) => {
    const [name, text = ''] = word.split('=');
    switch (name) {
      case 'ip':
        return true;
      case 'icmp':
        return packet.protocol === 1;
      case 'tcp':
        return packet.protocol === 6;
      case 'udp':
        return packet.protocol === 17;
      case 'sctp':
        return packet.protocol === 132;
      case 'nw_proto':
        return packet.protocol === Number(text);
      case 'nw_src':
        return isInPrefix(packet.source, text.includes('/') ? text : `${text}/32`);
      case 'nw_dst':
        return isInPrefix(packet.destination, text.includes('/') ? text : `${text}/32`);
      case 'tp_src':
        return isMasked(port(packet.sourcePort), text);
      case 'tp_dst':
        return isMasked(port(packet.destinationPort), text);
      case 'icmp_type':
        return port(packet.icmpType) === Number(text);
      case 'icmp_code':
        return port(packet.icmpCode) === Number(text);
      case 'tcp_flags':
        return isMasked(isWhole || packet.fragment === 'first' ? packet.tcpFlags : 0, text);
      case 'nw_tos':
        return packet.dscp * 4 === Number(text);
      case 'nw_frag':
        return FRAGMENTS[packet.fragment].includes(text);
      default:
        throw new Error(`a field that Open vSwitch does not have: ${word}`);
    }
  });
}

const FRAGMENTS: Readonly<Record<Packet['fragment'], readonly string[]>> = {
  none: ['no', 'not_later'],
  first: ['yes', 'first', 'not_later'],
  middle: ['yes', 'later'],
  last: ['yes', 'later'],
};

function isMasked(value: number, text: string): boolean {
  const [wanted, mask = '0xffff'] = text.split('/');
  return (value & Number(mask)) === Number(wanted);
}
