import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeAttributes } from '../../../../lib/bgp/attribute/decode-attributes.ts';
import { encodeAttributes } from '../../../../lib/bgp/attribute/encode-attributes.ts';
import type { AttributeValues } from '../../../../lib/bgp/attribute/path-attributes.ts';
import { routeTarget } from '../../../../lib/net/route-target.ts';
import { attributeValues, bytes, uint8 } from '../arbitraries.ts';
import { hex } from '../hex.ts';

const CONTEXT = { fourOctetAs: true };

const VALUES: readonly (readonly [name: string, bytes: string, values: AttributeValues])[] = [
  ['none at all: not even ORIGIN and AS_PATH are required', '', {}],
  ['the least of an announcement', '400101 00  4002 00', { origin: 0, asPath: [] }],
  ['extended length for a short value', '5001 0001 00', { origin: 0 }],
  [
    'the partial bit means nothing here',
    'e016 09 00 06 0001f4 7f000002',
    {
      pmsiTunnel: { flags: 0, type: 6, label: 500, endpoint: '127.0.0.2' },
    },
  ],
  [
    'MP_REACH and MP_UNREACH are none of a route',
    '800e 03 000180  4005 04 00000064  900f 0003 000180',
    { localPref: 100 },
  ],
  [
    'an unknown optional attribute, and one that claims to be well-known',
    'c020 02 abcd  40fe 00',
    {
      unknown: [
        { flags: 0xc0, code: 32, value: '\xab\xcd' },
        { flags: 0x40, code: 254, value: '' },
      ],
    },
  ],
];

for (const [name, text, values] of VALUES) {
  test(name, () => {
    const wire = hex(text);
    assert.equal(decodeAttributes(wire, 0, wire.length, CONTEXT), { values, faults: [] });
  });
}

const FAULTS: readonly (readonly [name: string, bytes: string, values: AttributeValues, faults: string[]])[] =
  [
    [
      'the second of two is discarded',
      '400101 00  400101 02',
      { origin: 0 },
      ['discard 1 attribute 1 more than once'],
    ],
    [
      'the second of two is discarded, even if the first is malformed',
      '400102 0000  400101 02',
      {},
      ['withdraw 5 ORIGIN of 2 bytes, expected 1', 'discard 1 attribute 1 more than once'],
    ],
    ['an optional ORIGIN', 'c00101 00', { origin: 0 }, ['withdraw 4 origin with flags 0xc0']],
    [
      'a non-transitive community attribute',
      '801008 0002fc0000000001',
      { extendedCommunities: [{ kind: 'route-target', target: routeTarget('64512:1') }] },
      ['withdraw 4 extended-community with flags 0x80'],
    ],
  ];

for (const [name, text, values, faults] of FAULTS) {
  test(`fault: ${name}`, () => {
    const wire = hex(text);
    const decoded = decodeAttributes(wire, 0, wire.length, CONTEXT);
    assert.equal(decoded.values, values);
    assert.equal(
      decoded.faults.map(({ fault, subcode, reason }) => `${fault} ${subcode} ${reason}`),
      faults,
    );
  });
}

test('property: all values come back from the wire', () => {
  fc.assert(
    fc.property(attributeValues, (values) => {
      const wire = encodeAttributes(values, CONTEXT);
      assert.equal(decodeAttributes(wire, 0, wire.length, CONTEXT), { values, faults: [] });
    }),
  );
});

test('property: random attributes of any code decode to values and faults', () => {
  const attribute = fc.tuple(uint8, fc.oneof(fc.integer({ min: 0, max: 25 }), uint8), bytes(0, 40));
  fc.assert(
    fc.property(fc.array(attribute, { maxLength: 10 }), fc.boolean(), (list, fourOctetAs) => {
      const wire = Buffer.concat(
        list.flatMap(([flags, code, value]) => [Buffer.from([flags & ~0x10, code, value.length]), value]),
      );
      decodeAttributes(wire, 0, wire.length, { fourOctetAs });
    }),
  );
});

test.run();
