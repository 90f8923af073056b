import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { encodeMessage, KEEPALIVE, MESSAGE } from '../../../lib/bgp/message.ts';
import { hex, toHex } from './hex.ts';

test('KEEPALIVE is a header and nothing else', () => {
  assert.is(toHex(KEEPALIVE), 'ffffffffffffffffffffffffffffffff001304');
});

test('the length counts header and all parts of the body', () => {
  assert.is(
    toHex(encodeMessage(MESSAGE.update, hex('0000'), hex('0000'))),
    'ffffffffffffffffffffffffffffffff00170200000000',
  );
});

test.run();
