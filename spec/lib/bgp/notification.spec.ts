import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  CEASE,
  decodeNotification,
  describeNotification,
  encodeNotification,
  shutdownCommunication,
} from '../../../lib/bgp/notification.ts';
import { bytes, uint8 } from './arbitraries.ts';
import { hex, toHex } from './hex.ts';

const HEADER = 19;

const TABLE: readonly (readonly [body: string, text: string])[] = [
  ['01 01', 'Message Header Error/Connection Not Synchronized'],
  ['02 06', 'OPEN Message Error/Unacceptable Hold Time'],
  ['03 09', 'UPDATE Message Error/Optional Attribute Error'],
  ['04 00', 'Hold Timer Expired'],
  ['05 03', 'Finite State Machine Error/Unexpected Message in Established'],
  ['06 02', 'Cease/Administrative Shutdown'],
  ['06 04 07 75706772616465', 'Cease/Administrative Reset: upgrade'],
  ['06 02 03 610a62', 'Cease/Administrative Shutdown: a b'],
  ['06 02 09 6162', 'Cease/Administrative Shutdown'],
  ['06 00', 'Cease'],
  ['06 63', 'Cease/subcode 99'],
  ['07 01', 'ROUTE-REFRESH Message Error/Invalid Message Length'],
  ['63 01', 'Error 99/subcode 1'],
];

for (const [body, text] of TABLE) {
  test(`${body}: ${text}`, () => {
    const wire = hex(body);
    const notification = decodeNotification(wire, 0, wire.length);
    assert.is(describeNotification(notification), text);
    const { code, subcode, data } = notification;
    assert.is(toHex(encodeNotification(code, subcode, data).subarray(HEADER)), toHex(wire));
  });
}

test('the whole message', () => {
  const data = shutdownCommunication('bye');
  assert.is(
    toHex(encodeNotification(CEASE.code, CEASE.administrativeShutdown, data)),
    toHex(hex('ffffffffffffffffffffffffffffffff 0019 03  06 02  03 627965')),
  );
});

test('a shutdown communication is cut between characters', () => {
  const data = shutdownCommunication('ü'.repeat(200));
  assert.is(data[0], 254);
  assert.is(data.toString('utf8', 1), 'ü'.repeat(127));
});

test('property: any body is a notification with a text', () => {
  fc.assert(
    fc.property(bytes(0, 20), (random) => {
      const notification = decodeNotification(random, 0, random.length);
      assert.ok(describeNotification(notification).length > 0);
    }),
  );
  fc.assert(
    fc.property(uint8, uint8, bytes(0, 100), (code, subcode, data) => {
      const wire = encodeNotification(code, subcode, data);
      assert.equal(decodeNotification(wire, HEADER, wire.length), { code, subcode, data });
    }),
  );
});

test.run();
