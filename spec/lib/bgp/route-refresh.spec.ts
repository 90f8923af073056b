import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeRouteRefresh, encodeRouteRefresh } from '../../../lib/bgp/route-refresh.ts';
import { hex, toHex } from './hex.ts';

test('a request for EVPN', () => {
  const wire = hex('ffffffffffffffffffffffffffffffff 0017 05  0019 00 46');
  const value = { afi: 25, subtype: 0, safi: 70 };
  assert.equal(decodeRouteRefresh(wire, 19, wire.length), { ok: true, value });
  assert.is(toHex(encodeRouteRefresh(value)), toHex(wire));
});

test('filters behind it (RFC 5291) are not looked at', () => {
  const wire = hex('0001 00 80  01 40 0000');
  assert.equal(decodeRouteRefresh(wire, 0, wire.length), {
    ok: true,
    value: { afi: 1, subtype: 0, safi: 128 },
  });
});

test('fault: cut short', () => {
  const decoded = decodeRouteRefresh(hex('0001 00'), 0, 3);
  assert.not(decoded.ok);
  if (!decoded.ok) assert.equal([decoded.fault.code, decoded.fault.subcode], [7, 1]);
});

test.run();
