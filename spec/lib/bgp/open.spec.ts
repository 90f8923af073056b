import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeOpen, encodeOpen, peerAs, type Open } from '../../../lib/bgp/open.ts';
import { SESSION_FAMILIES } from '../../../lib/bgp/family.ts';
import { bytes } from './arbitraries.ts';
import { hex, toHex } from './hex.ts';

const HEADER = 19;

const FAMILIES = SESSION_FAMILIES.map(({ afi, safi }) => ({ kind: 'multiprotocol' as const, afi, safi }));

test('an OPEN with four families has the bytes that it always had', () => {
  const wire = hex(`
    ffffffffffffffffffffffffffffffff 003d 01   # header
    04 fc00 00b4 7f000002                      # version, AS 64512, 180 s, identifier
    20                                         # length of the parameters
    02 06  01 04 0001 00 80                    # VPNv4
    02 06  01 04 0001 00 84                    # RTC
    02 06  01 04 0001 00 86                    # FlowSpec VPN
    02 06  01 04 0019 00 46                    # EVPN
  `);
  const open = { as: 64512, holdTime: 180, identifier: '127.0.0.2', capabilities: FAMILIES };
  assert.is(toHex(encodeOpen(open)), toHex(wire));
  assert.equal(decodeOpen(wire, HEADER, wire.length), { ok: true, value: { version: 4, ...open } });
});

const FIXED = '04 fc00 005a 0a000001';
const FIXED_VALUE = { version: 4, as: 64512, holdTime: 90, identifier: '10.0.0.1' };

const DECODED: readonly (readonly [name: string, body: string, open: Open])[] = [
  ['no parameters', `${FIXED} 00`, { ...FIXED_VALUE, capabilities: [] }],
  [
    'all capabilities in one parameter',
    `${FIXED} 10  02 0e  01 04 0019 00 46  02 00  41 04 0000fc00 `,
    {
      ...FIXED_VALUE,
      capabilities: [
        { kind: 'multiprotocol', afi: 25, safi: 70 },
        { kind: 'route-refresh' },
        { kind: 'four-octet-as', as: 64512 },
      ],
    },
  ],
  [
    'extended length of the parameters (RFC 9072)',
    `${FIXED} ff ff 0009  02 0006  01 04 0019 00 46`,
    { ...FIXED_VALUE, capabilities: [{ kind: 'multiprotocol', afi: 25, safi: 70 }] },
  ],
  [
    'extended length, with a length byte that is not 255',
    `${FIXED} 01 ff 0005  02 0002  02 00`,
    { ...FIXED_VALUE, capabilities: [{ kind: 'route-refresh' }] },
  ],
  ['no hold time', '04 fc00 0000 0a000001 00', { ...FIXED_VALUE, holdTime: 0, capabilities: [] }],
];

for (const [name, body, open] of DECODED) {
  test(name, () => {
    const wire = hex(body);
    assert.equal(decodeOpen(wire, 0, wire.length), { ok: true, value: open });
  });
}

const FAULTS: readonly (readonly [name: string, body: string, code: string, data?: string])[] = [
  ['cut short', '04 fc00 005a 0a0000', '2/0'],
  ['version 3', '03 fc00 005a 0a000001 00', '2/1', '0004'],
  ['AS 0', '04 0000 005a 0a000001 00', '2/2'],
  ['identifier 0', '04 fc00 005a 00000000 00', '2/3'],
  ['hold time 1', '04 fc00 0001 0a000001 00', '2/6'],
  ['hold time 2', '04 fc00 0002 0a000001 00', '2/6'],
  ['authentication parameter', `${FIXED} 03  01 01 00`, '2/4'],
  ['parameters longer than the message', `${FIXED} 04  02 00`, '2/0'],
  ['parameters shorter than the message', `${FIXED} 00  02 00`, '2/0'],
  ['parameter runs over the end', `${FIXED} 02  02 01`, '2/0'],
  ['half a parameter', `${FIXED} 01  02`, '2/0'],
  ['capability runs over its parameter', `${FIXED} 04  02 02 41 04`, '2/0'],
  ['half a capability', `${FIXED} 03  02 01 41`, '2/0'],
  ['extended length cut short', `${FIXED} ff ff 00`, '2/0'],
];

for (const [name, body, code, data = ''] of FAULTS) {
  test(`fault: ${name}`, () => {
    const wire = hex(body);
    const decoded = decodeOpen(wire, 0, wire.length);
    assert.not(decoded.ok);
    if (decoded.ok) return;
    assert.is(`${decoded.fault.code}/${decoded.fault.subcode}`, code);
    assert.is(toHex(decoded.fault.data), data);
  });
}

test('the AS number of the peer is the one of the capability, if there is one', () => {
  const open = { ...FIXED_VALUE, as: 23456 };
  assert.is(peerAs({ ...open, capabilities: [{ kind: 'four-octet-as', as: 65537 }] }), 65537);
  assert.is(peerAs({ ...open, capabilities: [] }), 23456);
});

test('an AS number over 65535 goes as AS_TRANS', () => {
  const wire = encodeOpen({ ...FIXED_VALUE, as: 65537, capabilities: [] });
  assert.is(wire.readUInt16BE(HEADER + 1), 23456);
});

test('more parameters than 255 bytes take the extended form, and come back', () => {
  const capabilities = Array.from({ length: 100 }, () => ({ kind: 'four-octet-as' as const, as: 64512 }));
  const wire = encodeOpen({ ...FIXED_VALUE, capabilities });
  assert.equal(decodeOpen(wire, HEADER, wire.length), { ok: true, value: { ...FIXED_VALUE, capabilities } });
});

test('property: random bodies decode to a value or a fault', () => {
  const parameters = fc.array(fc.tuple(fc.constantFrom(1, 2, 255), bytes(0, 12)), { maxLength: 5 });
  fc.assert(
    fc.property(bytes(0, 40), (random) => {
      decodeOpen(random, 0, random.length);
    }),
  );
  fc.assert(
    fc.property(parameters, bytes(1), (list, [length]) => {
      const rest = list.flatMap(([type, value]) => [Buffer.from([type, value.length]), value]);
      const wire = Buffer.concat([hex(FIXED), Buffer.from([length!]), ...rest]);
      decodeOpen(wire, 0, wire.length);
      wire[9] = wire.length - 10;
      decodeOpen(wire, 0, wire.length);
    }),
  );
});

test.run();
