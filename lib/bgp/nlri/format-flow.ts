import { FLOW_OPERATOR, type FlowComponent, type FlowMatch, type FlowMatchType } from './flow-component.ts';

/** The components as the looking glass shows them: `destination-ipv4 20.0.0.0/24 protocol =tcp`. */
export function formatFlowspecComponents(components: readonly FlowComponent[]): string {
  return components
    .map((component) =>
      'prefix' in component
        ? `${component.type}-ipv4 ${component.prefix}`
        : `${component.type} ${formatMatches(component.type, component.matches)}`,
    )
    .join(' ');
}

/** `=80`, or `[ >=80&<=90 =443 ]` */
function formatMatches(type: FlowMatchType, matches: readonly FlowMatch[]): string {
  const texts = matches.map((match, index) => {
    const joint = match.and ? '&' : index === 0 ? '' : ' ';
    return `${joint}${formatMatch(type, match)}`;
  });
  return texts.length === 1 ? texts[0]! : `[ ${texts.join('')} ]`;
}

function formatMatch(type: FlowMatchType, { operator, value }: FlowMatch): string {
  const bits = BITS[type];
  if (bits !== undefined) {
    const not = (operator & FLOW_OPERATOR.not) !== 0 ? '!' : '';
    const match = (operator & FLOW_OPERATOR.match) !== 0 ? '=' : '';
    return `${not}${match}${formatBits(bits, value)}`;
  }
  const comparison = COMPARISONS[operator & 7]!;
  if (comparison === 'false' || comparison === 'true') return comparison;
  const names: Partial<Record<FlowMatchType, Readonly<Record<number, string>>>> = VALUES;
  return `${comparison}${names[type]?.[Number(value)] ?? value}`;
}

/** The number of a protocol by the name that the looking glass shows, `udp`; undefined for others. */
export function protocolNumber(name: string): number | undefined {
  const found = Object.entries(VALUES.protocol).find(([, known]) => known === name);
  return found === undefined ? undefined : Number(found[0]);
}

/** By the three bits less, greater, equal. */
const COMPARISONS = ['false', '=', '>', '>=', '<', '<=', '!=', 'true'] as const;

function formatBits(names: readonly string[], value: number | bigint): string {
  if (value >= 1 << names.length) return `0x${value.toString(16)}`;
  const set = names.filter((_, bit) => (Number(value) & (1 << bit)) !== 0);
  return set.length > 0 ? set.join('+') : '0';
}

/** Names of bits, the lowest first. */
const BITS: Partial<Record<FlowMatchType, readonly string[]>> = {
  'tcp-flags': ['fin', 'syn', 'rst', 'push', 'ack', 'urg', 'ece', 'cwr', 'ns'],
  fragment: ['dont-fragment', 'is-fragment', 'first-fragment', 'last-fragment'],
};

const VALUES = {
  protocol: {
    1: 'icmp',
    2: 'igmp',
    6: 'tcp',
    8: 'egp',
    17: 'udp',
    46: 'rsvp',
    47: 'gre',
    50: 'esp',
    51: 'ah',
    89: 'ospf',
    94: 'ipip',
    103: 'pim',
    132: 'sctp',
  },
  'icmp-type': {
    0: 'echo-reply',
    3: 'unreachable',
    4: 'source-quench',
    5: 'redirect',
    8: 'echo-request',
    9: 'router-advertisement',
    10: 'router-solicit',
    11: 'time-exceeded',
    12: 'parameter-problem',
    13: 'timestamp',
    14: 'timestamp-reply',
    15: 'info-request',
    16: 'info-reply',
    17: 'mask-request',
    18: 'mask-reply',
    30: 'traceroute',
  },
} as const satisfies Partial<Record<FlowMatchType, Readonly<Record<number, string>>>>;
