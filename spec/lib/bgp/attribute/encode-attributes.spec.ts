import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  encodeAttribute,
  encodeAttributes,
  encodeForWire,
} from '../../../../lib/bgp/attribute/encode-attributes.ts';
import { routeTarget } from '../../../../lib/net/route-target.ts';
import { hex, toHex } from '../hex.ts';

const CONTEXT = { fourOctetAs: true };

test('in the order of their codes, whatever the order of the fields', () => {
  const bytes = encodeAttributes(
    {
      unknown: [{ flags: 0xc0, code: 32, value: '\x01' }],
      pmsiTunnel: { flags: 0, type: 6, label: 500, endpoint: '127.0.0.2' },
      extendedCommunities: [{ kind: 'route-target', target: routeTarget('64512:1') }],
      clusterList: ['10.0.0.9'],
      originatorId: '10.0.0.1',
      localPref: 100,
      med: 5,
      ipv4NextHop: '192.0.2.1',
      asPath: [],
      origin: 0,
    },
    CONTEXT,
  );
  assert.is(
    toHex(bytes),
    toHex(
      hex(`
        40 01 01 00
        40 02 00
        40 03 04 c0000201
        80 04 04 00000005
        40 05 04 00000064
        80 09 04 0a000001
        80 0a 04 0a000009
        c0 10 08 0002 fc00 00000001
        c0 16 09 00 06 0001f4 7f000002
        c0 20 01 01
      `),
    ),
  );
});

test('the wire has defaults that the route has not', () => {
  assert.is(toHex(encodeForWire({}, CONTEXT)), toHex(hex('400101 00  4002 00  4005 04 00000064')));
  assert.is(
    toHex(encodeForWire({ origin: 2, localPref: 7 }, CONTEXT)),
    toHex(hex('400101 02  4002 00  4005 04 00000007')),
  );
});

test('an empty list is no attribute, but for AS_PATH', () => {
  const values = { asPath: [], clusterList: [], extendedCommunities: [], unknown: [] };
  assert.is(toHex(encodeAttributes(values, CONTEXT)), '400200');
});

test('a value of more than 255 bytes has a length of two', () => {
  assert.is(toHex(encodeAttribute(0xc0, 16, Buffer.alloc(255)).subarray(0, 4)), 'c010ff00');
  assert.is(toHex(encodeAttribute(0xc0, 16, Buffer.alloc(256)).subarray(0, 4)), 'd0100100');
});

test.run();
