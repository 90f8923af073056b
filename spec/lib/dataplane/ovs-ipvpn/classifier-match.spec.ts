import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { FlowComponent, FlowMatchType } from '../../../../lib/bgp/nlri/flow-component.ts';
import { classifierMatches, MOST_MATCHES } from '../../../../lib/dataplane/ovs-ipvpn/classifier-match.ts';
import { needs } from '../../../support/needs.ts';
import { ipv4 } from '../../bgp/arbitraries.ts';
import { fulfils, isMeant, type Packet } from './classifier-packets.ts';

/** Conditions in the notation of `[ =80 >=90&<=95 ]`, for bit fields `=2` (all of the bits), `2` (any) and `!`. */
function rule(type: FlowMatchType, text: string): FlowComponent {
  const matches = text.split(' ').flatMap((term) =>
    term.split('&').map((part, index) => {
      const [, operator, value] = /^(false|true|[<>=!]*)(.*)$/.exec(part)!;
      return { and: index > 0, operator: operatorOf(type, operator!), value: Number(value) };
    }),
  );
  return { type, matches };
}

function operatorOf(type: FlowMatchType, text: string): number {
  if (type === 'tcp-flags' || type === 'fragment') {
    return (text.includes('!') ? 2 : 0) + (text.includes('=') ? 1 : 0);
  }
  return { false: 0, '=': 1, '>': 2, '>=': 3, '<': 4, '<=': 5, '!=': 6, true: 7 }[text]!;
}

const TO_HOST: FlowComponent = { type: 'destination', prefix: '12.0.0.1/32' };
const FROM_NETWORK: FlowComponent = { type: 'source', prefix: '10.1.2.3/16' };
const IS_TCP = rule('protocol', '=6');

const TABLE: readonly (readonly [name: string, components: readonly FlowComponent[], matches: string[]])[] = [
  ['no rules: all of IPv4', [], ['ip']],
  ['a host, from a network', [TO_HOST, FROM_NETWORK], ['ip,nw_src=10.1.0.0/16,nw_dst=12.0.0.1']],
  ['everywhere', [{ type: 'destination', prefix: '0.0.0.0/0' }], ['ip']],
  [
    'TCP to ports 80 to 85',
    [TO_HOST, IS_TCP, rule('destination-port', '>=80&<=85')],
    ['tcp,nw_dst=12.0.0.1,tp_dst=0x50/0xfffc', 'tcp,nw_dst=12.0.0.1,tp_dst=0x54/0xfffe'],
  ],
  ['one port', [IS_TCP, rule('destination-port', '=80')], ['tcp,tp_dst=80']],
  ['a port of whatever has ports', [rule('source-port', '=53')], ['tcp,tp_src=53', 'udp,tp_src=53']],
  [
    'both ports',
    [rule('protocol', '=17'), rule('destination-port', '=53 =123'), rule('source-port', '>=65534')],
    ['udp,tp_src=0xfffe/0xfffe,tp_dst=53', 'udp,tp_src=0xfffe/0xfffe,tp_dst=123'],
  ],
  ['either port', [IS_TCP, rule('port', '=80')], ['tcp,tp_src=80', 'tcp,tp_dst=80']],
  [
    'either port, of those to which both are limited',
    [IS_TCP, rule('port', '=80'), rule('destination-port', '=80 =443'), rule('source-port', '=80 =443')],
    ['tcp,tp_src=80,tp_dst=80', 'tcp,tp_src=80,tp_dst=443', 'tcp,tp_src=443,tp_dst=80'],
  ],
  [
    'either port, which one of them is anyway',
    [IS_TCP, rule('port', '<90'), rule('destination-port', '=80')],
    ['tcp,tp_dst=80'],
  ],
  ['any port: no fragments, they show none', [IS_TCP, rule('port', 'true0')], ['tcp,nw_frag=no']],
  [
    'ports with 0 among them: no fragments, which show it',
    [IS_TCP, rule('destination-port', '<=2')],
    ['tcp,tp_dst=0x0/0xfffe,nw_frag=no', 'tcp,tp_dst=2'],
  ],
  ['a protocol without a name', [rule('protocol', '=47 =89')], ['ip,nw_proto=47', 'ip,nw_proto=89']],
  [
    'ports of all but TCP',
    [rule('protocol', '!=6'), rule('port', '=7&=7 =7&=8')],
    ['udp,tp_src=7', 'udp,tp_dst=7'],
  ],
  ['a protocol whose ports are not meant', [rule('protocol', '=132')], ['sctp']],
  ['ICMP, without saying so', [rule('icmp-type', '=8')], ['icmp,icmp_type=8']],
  [
    'a code',
    [rule('icmp-type', '=3'), rule('icmp-code', '=0 =4')],
    ['icmp,icmp_type=3,icmp_code=0', 'icmp,icmp_type=3,icmp_code=4'],
  ],
  ['type 0 is what fragments show', [rule('icmp-type', '=0')], ['icmp,icmp_type=0,nw_frag=no']],
  ['all types', [rule('icmp-type', '>=0')], ['icmp,nw_frag=no']],
  ['SYN, not ACK', [rule('tcp-flags', '=2&!=16')], ['tcp,tcp_flags=0x2/0x12']],
  ['SYN or ACK', [rule('tcp-flags', '=2 =16')], ['tcp,tcp_flags=0x2/0x12', 'tcp,tcp_flags=0x10/0x10']],
  ['any of two flags', [rule('tcp-flags', '18')], ['tcp,tcp_flags=0x2/0x12', 'tcp,tcp_flags=0x10/0x10']],
  [
    'without a flag: no later fragments, which show none',
    [rule('tcp-flags', '!=2')],
    ['tcp,tcp_flags=0x0/0x2,nw_frag=not_later'],
  ],
  ['the data offset is no flag', [rule('tcp-flags', '=4098')], []],
  [
    'flags to a port',
    [rule('destination-port', '=80'), rule('tcp-flags', '=2')],
    ['tcp,tp_dst=80,tcp_flags=0x2/0x2'],
  ],
  ['code points', [rule('dscp', '=46 =0')], ['ip,nw_tos=0', 'ip,nw_tos=184']],
  ['a code point: of the octet six bits count', [rule('dscp', '=174')], ['ip,nw_tos=184']],
  ['later fragments', [rule('fragment', '=2')], ['ip,nw_frag=later']],
  ['first fragments', [rule('fragment', '=4')], ['ip,nw_frag=first']],
  ['fragments', [rule('fragment', '6')], ['ip,nw_frag=yes']],
  ['no fragments', [rule('fragment', '!6')], ['ip,nw_frag=no']],
  ['all but first fragments', [rule('fragment', '!4')], ['ip,nw_frag=no', 'ip,nw_frag=later']],
  ['all but later fragments', [rule('fragment', '!=2')], ['ip,nw_frag=not_later']],
  ['later fragments or the last of them', [rule('fragment', '=2 =8')], ['ip,nw_frag=later']],
  ['later fragments do not have ports', [rule('port', '=80'), rule('fragment', '=2')], []],
  [
    'a port, of whole packets',
    [IS_TCP, rule('source-port', '=80'), rule('fragment', '!6')],
    ['tcp,tp_src=80,nw_frag=no'],
  ],
  [
    '"and" at the beginning is none',
    [
      {
        type: 'protocol',
        matches: [
          { and: true, operator: 1, value: 6 },
          { and: false, operator: 1, value: 1 },
        ],
      },
    ],
    ['icmp', 'tcp'],
  ],
  ['never', [rule('protocol', 'false0')], []],
  ['a port that there is not', [rule('port', '=65536')], []],
  ['nothing is larger', [rule('protocol', '>255')], []],
  ['ports smaller than one that there is not', [IS_TCP, rule('port', '<65536')], ['tcp,nw_frag=no']],
  [
    'too large for a number',
    [{ type: 'protocol', matches: [{ and: false, operator: 5, value: 0xffff_ffff_ffff_ffffn }] }],
    ['ip'],
  ],
  ['ports of ICMP', [rule('protocol', '=1'), rule('port', '=80')], []],
  ['ports of a packet with an ICMP type', [rule('port', '=80'), rule('icmp-type', '!=8')], []],
];

for (const [name, components, matches] of TABLE) {
  test(name, () => {
    assert.equal(classifierMatches(components), { ok: true, value: matches });
  });
}

test('what Open vSwitch cannot match is named', () => {
  const fault = (...components: FlowComponent[]): string => {
    const result = classifierMatches(components);
    return result.ok ? 'none' : result.fault;
  };
  assert.is(fault(IS_TCP, rule('packet-length', '<100')), 'packet-length: Open vSwitch cannot match it');
  assert.is(fault(rule('fragment', '=1')), 'fragment: dont-fragment is nothing that Open vSwitch can match');
  assert.is(fault(rule('fragment', '=8')), 'fragment: last-fragment is nothing that Open vSwitch can match');
  assert.is(
    fault({ type: 'source', prefix: '2001:db8::/32' }),
    'source: an IPv4 prefix is expected, like 10.0.0.0/24, not "2001:db8::/32"',
  );
  assert.is(fault(IS_TCP, IS_TCP), 'a component is there twice');
});

test('so many flows are not made: the number is told', () => {
  const odd = (most: number): string =>
    Array.from({ length: most }, (_, index) => `=${2 * index + 1}`).join(' ');
  const ports = (sources: number, destinations: number): readonly FlowComponent[] => [
    IS_TCP,
    rule('source-port', odd(sources)),
    rule('destination-port', odd(destinations)),
  ];
  const most = classifierMatches(ports(64, 64));
  assert.is(most.ok && most.value.length, MOST_MATCHES);
  assert.equal(classifierMatches(ports(64, 65)), {
    ok: false,
    fault: 'takes 4160 flows, and at most 4096 are made',
  });
  const begin = process.cpuUsage();
  assert.equal(classifierMatches([...ports(1000, 1000), rule('port', odd(999))]), {
    ok: false,
    fault: 'takes 999999 flows, and at most 4096 are made',
  });
  assert.ok(process.cpuUsage(begin).user < 1_000_000);
});

/** Those of a small set that come up together, and of all. */
const number = (most: number, ...few: readonly number[]): fc.Arbitrary<number> =>
  fc.oneof(fc.constantFrom(0, 1, ...few, most - 1, most), fc.integer({ min: 0, max: most }));

const value = {
  protocol: number(255, 1, 6, 17, 132),
  port: number(65535, 79, 80, 81, 443),
  octet: number(255, 3, 8),
  flags: number(0xfff, 2, 16, 18),
  dscp: number(63, 46),
};

const matching = (
  type: FlowMatchType,
  values: fc.Arbitrary<number>,
  operators: number,
): fc.Arbitrary<FlowComponent> => {
  const match = fc.record(
    {
      and: fc.boolean(),
      operator: fc.integer({ min: 0, max: operators }),
      value: fc.oneof({ arbitrary: values, weight: 20 }, fc.constantFrom(65536, 2 ** 40, 2n ** 60n)),
    },
    { noNullPrototype: true },
  );
  return fc.array(match, { minLength: 1, maxLength: 3 }).map((matches) => ({ type, matches }));
};

const prefix = (type: 'source' | 'destination'): fc.Arbitrary<FlowComponent> =>
  fc
    .tuple(fc.oneof(fc.constantFrom('10.0.0.0', '10.0.0.1'), ipv4), fc.constantFrom(0, 1, 8, 31, 32))
    .map(([address, length]) => ({ type, prefix: `${address}/${length}` }));

const components: fc.Arbitrary<readonly FlowComponent[]> = fc
  .subarray(
    [
      prefix('destination'),
      prefix('source'),
      matching('protocol', value.protocol, 7),
      matching('port', value.port, 7),
      matching('destination-port', value.port, 7),
      matching('source-port', value.port, 7),
      matching('icmp-type', value.octet, 7),
      matching('icmp-code', value.octet, 7),
      matching('tcp-flags', value.flags, 3),
      matching('dscp', value.dscp, 7),
      matching('fragment', number(15, 2, 4, 6), 3),
    ],
    { minLength: 1, maxLength: 4 },
  )
  .chain((parts) => fc.tuple(...parts));

const address = fc.oneof(fc.constantFrom(0x0a00_0000, 0x0a00_0001), fc.integer({ min: 0, max: 0xffff_ffff }));

const packet: fc.Arbitrary<Packet> = fc.record({
  source: address,
  destination: address,
  protocol: fc.oneof(fc.constantFrom(1, 6, 17, 132), value.protocol),
  dscp: value.dscp,
  fragment: fc.oneof(
    { arbitrary: fc.constant('none' as const), weight: 3 },
    fc.constantFrom('first' as const, 'middle' as const, 'last' as const),
  ),
  dontFragment: fc.boolean(),
  sourcePort: value.port,
  destinationPort: value.port,
  icmpType: value.octet,
  icmpCode: value.octet,
  tcpFlags: value.flags,
});

test('the matches are fulfilled by the packets that are meant, and by no others', () => {
  let met = 0;
  let missed = 0;
  fc.assert(
    fc.property(components, fc.array(packet, { minLength: 10, maxLength: 20 }), (rules, packets) => {
      const matches = classifierMatches(rules);
      if (!matches.ok) return;
      for (const each of packets) {
        const meant = isMeant(rules, each);
        if (meant) met += 1;
        else missed += 1;
        assert.is(
          matches.value.some((match) => fulfils(each, match)),
          meant,
          JSON.stringify([each, matches.value.slice(0, 10)]),
        );
      }
    }),
    { numRuns: 2000 },
  );
  assert.ok(met > 1000 && missed > 1000, `${met} met, ${missed} missed`);
});

test('rules that mean the same have the same matches', () => {
  const same = (a: FlowComponent, b: FlowComponent): void => {
    assert.equal(classifierMatches([a]), classifierMatches([b]));
  };
  same(rule('port', '>=80&<=85'), rule('port', '=85 =84 =83 =80 >80&<83'));
  same(rule('tcp-flags', '=2 =16'), rule('tcp-flags', '=18 18'));
  same(rule('protocol', '!=6'), rule('protocol', '<6 >6'));
});

/** Fields in another order, and under the names that ovs-ofctl prints. */
const sorted = (match: string): string =>
  match
    .split(',')
    .map((word) => word.replace(/^tcp_flags=.*$/, 'tcp_flags'))
    .sort()
    .join();

if (needs('classifiers in Open vSwitch', spawnSync('ovs-ofctl', ['-V']).status === 0, 'ovs-ofctl')) {
  test('Open vSwitch takes every field of every match', () => {
    const matches = new Set<string>();
    const take = (rules: readonly FlowComponent[]): void => {
      const made = classifierMatches(rules);
      if (made.ok) for (const match of made.value.slice(0, 20)) matches.add(match);
    };
    for (const [, rules] of TABLE) take(rules);
    for (const rules of fc.sample(components, 500)) take(rules);
    const input = [...matches].map((match) => `table=2,reg0=1,${match},actions=drop\n`).join('');
    const options = ['-O', 'OpenFlow15', 'parse-flows', '-'];
    const { status, stdout, stderr } = spawnSync('ovs-ofctl', options, { input, encoding: 'utf8' });
    assert.is(status, 0, stderr);
    assert.not.match(stdout, /error/, 'a field without its prerequisites');
    const taken = Array.from(stdout.matchAll(/ADD table:2 (\S+) actions=drop/g), ([, match]) => match!);
    assert.is(taken.length, matches.size);
    assert.equal(
      taken.map((match) => sorted(match.replace(/,?reg0=0x1/, ''))),
      [...matches].map(sorted),
    );
  });
}

test.run();
