import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeCapability, encodeCapability, type Capability } from '../../../lib/bgp/capability.ts';
import { bytes, uint8 } from './arbitraries.ts';
import { hex, toHex } from './hex.ts';

/** Code, length and value; decoded and encoded. */
const TABLE: readonly (readonly [name: string, bytes: string, capability: Capability])[] = [
  ['multiprotocol, EVPN', '01 04  0019 00 46', { kind: 'multiprotocol', afi: 25, safi: 70 }],
  ['route refresh', '02 00', { kind: 'route-refresh' }],
  [
    'graceful restart, restarting, 120 s, one family with forwarding state kept',
    '40 06  8 078  0001 80 80',
    {
      ...{ kind: 'graceful-restart', restartState: true, notification: false, restartTime: 120 },
      families: [{ afi: 1, safi: 128, forwarding: true }],
    },
  ],
  [
    'graceful restart, NOTIFICATION supported, for End-of-RIB only',
    '40 02  4 000',
    { kind: 'graceful-restart', restartState: false, notification: true, restartTime: 0, families: [] },
  ],
  ['4-octet AS', '41 04  00010001', { kind: 'four-octet-as', as: 65537 }],
  ['unknown', '49 03  02 6869', { kind: 'unknown', code: 0x49, value: '\x02hi' }],
  ['multiprotocol of a wrong length', '01 03  000146', { kind: 'unknown', code: 1, value: '\0\x01F' }],
  [
    'multiprotocol with its reserved byte set',
    '01 04  0001 01 80',
    { kind: 'unknown', code: 1, value: '\0\x01\x01\x80' },
  ],
  ['4-octet AS of a wrong length', '41 02  0001', { kind: 'unknown', code: 65, value: '\0\x01' }],
  ['graceful restart cut short', '40 05  0078 000180', { kind: 'unknown', code: 64, value: '\0x\0\x01\x80' }],
];

for (const [name, text, capability] of TABLE) {
  test(name, () => {
    const wire = hex(text);
    assert.equal(decodeCapability(wire[0]!, wire, 2, wire.length), capability);
    assert.is(toHex(encodeCapability(capability)), toHex(wire));
  });
}

test('property: any bytes are a capability that encodes to the same bytes', () => {
  const code = fc.oneof(fc.constantFrom(1, 2, 64, 65), uint8);
  fc.assert(
    fc.property(code, bytes(0, 20), (kind, value) => {
      const encoded = encodeCapability(decodeCapability(kind, value, 0, value.length));
      assert.is(toHex(encoded), toHex(Buffer.concat([Buffer.from([kind, value.length]), value])));
    }),
  );
});

test.run();
