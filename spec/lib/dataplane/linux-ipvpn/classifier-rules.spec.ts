import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { FlowComponent, FlowMatchType } from '../../../../lib/bgp/nlri/flow-component.ts';
import { FLOW_OPERATOR } from '../../../../lib/bgp/nlri/flow-component.ts';
import { ruleSelectors } from '../../../../lib/dataplane/linux-ipvpn/classifier-rules.ts';

const is = (type: FlowMatchType, ...values: readonly number[]): FlowComponent => ({
  type,
  matches: values.map((value) => ({ and: false, operator: FLOW_OPERATOR.equal, value })),
});

const between = (type: FlowMatchType, first: number, last: number): FlowComponent => ({
  type,
  matches: [
    { and: false, operator: FLOW_OPERATOR.greater | FLOW_OPERATOR.equal, value: first },
    { and: true, operator: FLOW_OPERATOR.less | FLOW_OPERATOR.equal, value: last },
  ],
});

const to = (prefix: string): FlowComponent => ({ type: 'destination', prefix });
const from = (prefix: string): FlowComponent => ({ type: 'source', prefix });

const SAID: Readonly<Record<string, readonly [readonly FlowComponent[], readonly string[]]>> = {
  everything: [[], ['']],
  prefixes: [[to('12.0.0.1/24'), from('11.0.0.0/8')], ['from 11.0.0.0/8 to 12.0.0.0/24']],
  'any prefix': [[to('0.0.0.0/0')], ['']],
  protocols: [[is('protocol', 1, 6)], ['ipproto 1', 'ipproto 6']],
  'every protocol': [[between('protocol', 0, 255)], ['']],
  'one port': [[is('protocol', 6), is('destination-port', 80)], ['ipproto 6 dport 80']],
  'a range of either port': [
    [is('protocol', 17), between('destination-port', 80, 85), between('source-port', 1024, 2048)],
    ['ipproto 17 sport 1024-2048 dport 80-85'],
  ],
  'several ranges': [
    [is('protocol', 6), is('destination-port', 80, 81, 443)],
    ['ipproto 6 dport 80-81', 'ipproto 6 dport 443'],
  ],
  'a port, and no protocol': [[is('destination-port', 53)], ['ipproto 6 dport 53', 'ipproto 17 dport 53']],
  'one of the ports': [
    [is('protocol', 6), is('port', 80)],
    ['ipproto 6 sport 80', 'ipproto 6 dport 80'],
  ],
  'ports from the lowest one': [
    [is('protocol', 6), between('port', 0, 1023), is('source-port', 9)],
    ['ipproto 6 sport 9'],
  ],
  'all ports from 0, that is, those from 1': [
    [is('protocol', 6), between('destination-port', 0, 1023)],
    ['ipproto 6 dport 1-1023'],
  ],
  'any port': [[is('protocol', 6), between('destination-port', 1, 65_535)], ['ipproto 6']],
  'a protocol without ports': [[is('protocol', 1), is('destination-port', 80)], []],
  'no port at all': [[is('protocol', 6), between('destination-port', 90, 80)], []],
};

for (const [what, [components, selectors]] of Object.entries(SAID)) {
  test(`${what} can be said`, () => {
    assert.equal(ruleSelectors(components), { ok: true, value: selectors });
  });
}

const UNSAID: Readonly<Record<string, readonly [readonly FlowComponent[], string]>> = {
  'a code point': [[is('dscp', 10)], 'dscp: policy rules of the kernel cannot match it'],
  'a type of ICMP': [
    [is('protocol', 1), is('icmp-type', 8)],
    'icmp-type: policy rules of the kernel cannot match it',
  ],
  flags: [[is('tcp-flags', 2)], 'tcp-flags: policy rules of the kernel cannot match it'],
  fragments: [[is('fragment', 2)], 'fragment: policy rules of the kernel cannot match it'],
  lengths: [[is('packet-length', 100)], 'packet-length: policy rules of the kernel cannot match it'],
  'the last port': [
    [is('protocol', 6), between('destination-port', 1024, 65_535)],
    'destination-port: policy rules of the kernel cannot match port 65535',
  ],
  'the last of both ports': [
    [is('protocol', 6), is('port', 65_535)],
    'port: policy rules of the kernel cannot match port 65535',
  ],
  'protocol 0': [[is('protocol', 0, 6)], 'protocol: policy rules of the kernel cannot match 0'],
  'a component twice': [[is('protocol', 6), is('protocol', 17)], 'a component is there twice'],
  'an IPv6 prefix': [
    [to('2001:db8::/32')],
    'destination: an IPv4 prefix is expected, like 10.0.0.0/24, not 2001:db8::/32',
  ],
  'too much': [
    [is('protocol', 6), is('destination-port', ...Array.from({ length: 129 }, (_, index) => 2 * index + 1))],
    'takes 129 policy rules, and at most 128 are made',
  ],
};

for (const [what, [components, reason]] of Object.entries(UNSAID)) {
  test(`${what} cannot be said`, () => {
    assert.equal(ruleSelectors(components), { ok: false, fault: reason });
  });
}

test.run();
