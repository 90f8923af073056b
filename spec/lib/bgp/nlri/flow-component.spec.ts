import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  decodeFlowComponents,
  encodeFlowComponents,
  FLOW_OPERATOR,
  type FlowComponent,
} from '../../../../lib/bgp/nlri/flow-component.ts';
import { formatFlowspecComponents } from '../../../../lib/bgp/nlri/format-flow.ts';
import { bytes, flowComponents } from '../arbitraries.ts';
import { hex, toHex } from '../hex.ts';

const { equal, greater, less } = FLOW_OPERATOR;
const GREATER_OR_EQUAL = greater | equal;
const LESS_OR_EQUAL = less | equal;
const AND = { and: true };
const OR = { and: false };

const TABLE: readonly (readonly [
  name: string,
  bytes: string,
  components: readonly FlowComponent[],
  text: string,
])[] = [
  ['none', '', [], ''],
  [
    'destination and source',
    '01 18 140000  02 00',
    [
      { type: 'destination', prefix: '20.0.0.0/24' },
      { type: 'source', prefix: '0.0.0.0/0' },
    ],
    'destination-ipv4 20.0.0.0/24 source-ipv4 0.0.0.0/0',
  ],
  [
    'TCP',
    '03 81 06',
    [{ type: 'protocol', matches: [{ ...OR, operator: equal, value: 6 }] }],
    'protocol =tcp',
  ],
  [
    'a protocol without a name, or UDP',
    '03 01 fe 81 11',
    [
      {
        type: 'protocol',
        matches: [
          { ...OR, operator: equal, value: 254 },
          { ...OR, operator: equal, value: 17 },
        ],
      },
    ],
    'protocol [ =254 =udp ]',
  ],
  [
    'a range of ports, or one of two bytes',
    '05 03 50 45 5a 91 01bb',
    [
      {
        type: 'destination-port',
        matches: [
          { ...OR, operator: GREATER_OR_EQUAL, value: 80 },
          { ...AND, operator: LESS_OR_EQUAL, value: 90 },
          { ...OR, operator: equal, value: 443 },
        ],
      },
    ],
    'destination-port [ >=80&<=90 =443 ]',
  ],
  [
    'all comparisons',
    '04 00 01 02 02 04 03 06 04 87 05',
    [
      {
        type: 'port',
        matches: [
          { ...OR, operator: 0, value: 1 },
          { ...OR, operator: greater, value: 2 },
          { ...OR, operator: less, value: 3 },
          { ...OR, operator: less | greater, value: 4 },
          { ...OR, operator: less | greater | equal, value: 5 },
        ],
      },
    ],
    'port [ false >2 <3 !=4 true ]',
  ],
  [
    'ICMP echo request with code 0',
    '07 81 08  08 81 00',
    [
      { type: 'icmp-type', matches: [{ ...OR, operator: equal, value: 8 }] },
      { type: 'icmp-code', matches: [{ ...OR, operator: equal, value: 0 }] },
    ],
    'icmp-type =echo-request icmp-code =0',
  ],
  [
    'TCP flags and fragments',
    '09 01 12 c2 04  0c 81 02',
    [
      {
        type: 'tcp-flags',
        matches: [
          { ...OR, operator: FLOW_OPERATOR.match, value: 0x12 },
          { ...AND, operator: FLOW_OPERATOR.not, value: 0x04 },
        ],
      },
      { type: 'fragment', matches: [{ ...OR, operator: FLOW_OPERATOR.match, value: 2 }] },
    ],
    'tcp-flags [ =syn+ack&!rst ] fragment =is-fragment',
  ],
  [
    'source port, length and DSCP, a value of four bytes',
    '06 91 03e8  0a a1 00010000  0b 81 2e',
    [
      { type: 'source-port', matches: [{ ...OR, operator: equal, value: 1000 }] },
      { type: 'packet-length', matches: [{ ...OR, operator: equal, value: 65536 }] },
      { type: 'dscp', matches: [{ ...OR, operator: equal, value: 46 }] },
    ],
    'source-port =1000 packet-length =65536 dscp =46',
  ],
  [
    'values of eight bytes, to the last bit',
    '0a 32 0000000100000000 b1 ffffffffffffffff',
    [
      {
        type: 'packet-length',
        matches: [
          { ...OR, operator: greater, value: 0x100000000 },
          { ...OR, operator: equal, value: 0xffffffffffffffffn },
        ],
      },
    ],
    'packet-length [ >4294967296 =18446744073709551615 ]',
  ],
];

for (const [name, text, components, shown] of TABLE) {
  test(name, () => {
    const wire = hex(text);
    assert.equal(decodeFlowComponents(wire, 0, wire.length), components);
    assert.is(toHex(encodeFlowComponents(components)), toHex(wire));
    assert.is(toHex(encodeFlowComponents([...components].reverse())), toHex(wire), 'in the order of types');
    assert.is(formatFlowspecComponents(components), shown);
  });
}

const MALFORMED: readonly (readonly [name: string, bytes: string])[] = [
  ['component 13', '0d 81 00'],
  ['component 0', '00 81 00'],
  ['out of order', '02 00  01 00'],
  ['the same twice', '03 81 06  03 81 11'],
  ['a prefix of 33 bits', '01 21 0a00000000'],
  ['a prefix cut short', '01 18 0a00'],
  ['a prefix without a length', '01'],
  ['a list without an end', '03 01 06'],
  ['a value cut short', '05 91 01'],
  ['a component without a list', '05'],
];

for (const [name, text] of MALFORMED) {
  test(`malformed: ${name}`, () => {
    const wire = hex(text);
    assert.is(decodeFlowComponents(wire, 0, wire.length), undefined);
  });
}

test('values of eight bytes are understood', () => {
  const wire = hex('04 b1 0000000000000050');
  assert.equal(decodeFlowComponents(wire, 0, wire.length), [
    { type: 'port', matches: [{ and: false, operator: equal, value: 80 }] },
  ]);
});

test('bits that have no name are shown as a number', () => {
  const wire = hex('09 91 1002  0c 80 00');
  assert.is(
    formatFlowspecComponents(decodeFlowComponents(wire, 0, wire.length)!),
    'tcp-flags =0x1002 fragment 0',
  );
});

test('property: components come back from the wire', () => {
  fc.assert(
    fc.property(flowComponents, (components) => {
      const wire = encodeFlowComponents(components);
      assert.equal(decodeFlowComponents(wire, 0, wire.length), components);
      assert.type(formatFlowspecComponents(components), 'string');
    }),
  );
});

test('property: random bytes are components or undefined', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 14 }), bytes(0, 40), (type, rest) => {
      const wire = Buffer.concat([Buffer.from([type]), rest]);
      const components = decodeFlowComponents(wire, 0, wire.length);
      if (components !== undefined) assert.type(formatFlowspecComponents(components), 'string');
    }),
    { numRuns: 500 },
  );
});

test.run();
