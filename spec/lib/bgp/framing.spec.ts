import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { MessageFault } from '../../../lib/bgp/fault.ts';
import { isFrame, MessageFramer } from '../../../lib/bgp/framing.ts';
import { encodeMessage, KEEPALIVE, MESSAGE } from '../../../lib/bgp/message.ts';
import { bytes } from './arbitraries.ts';
import { hex, toHex } from './hex.ts';

const MARKER = 'ffffffffffffffffffffffffffffffff';

/** Takes all messages there are, as `type:body`, and the fault at their end. */
function drain(framer: MessageFramer): {
  readonly messages: string[];
  readonly fault: MessageFault | undefined;
} {
  const messages: string[] = [];
  for (;;) {
    const next = framer.next();
    if (!isFrame(next)) return { messages, fault: next };
    messages.push(`${next.type}:${toHex(next.bytes.subarray(next.start, next.end))}`);
  }
}

function framerOf(...chunks: readonly Buffer[]): MessageFramer {
  const framer = new MessageFramer();
  for (const chunk of chunks) framer.push(chunk);
  return framer;
}

const FAULTS: readonly (readonly [name: string, bytes: string, fault: Omit<MessageFault, 'reason'>])[] = [
  [
    'a marker that is not all ones',
    'ffffffffffffffffffffffffffffff fe  0013  04',
    { code: 1, subcode: 1, data: Buffer.alloc(0) },
  ],
  ['a length below that of the header', `${MARKER} 0012 04`, { code: 1, subcode: 2, data: hex('0012') }],
  ['a length over 4096', `${MARKER} 1001 02`, { code: 1, subcode: 2, data: hex('1001') }],
  ['a KEEPALIVE with a body', `${MARKER} 0014 04 00`, { code: 1, subcode: 2, data: hex('0014') }],
  ['an UPDATE of 22 bytes', `${MARKER} 0016 02 000000`, { code: 1, subcode: 2, data: hex('0016') }],
  ['an OPEN of 28 bytes', `${MARKER} 001c 01`, { code: 1, subcode: 2, data: hex('001c') }],
  ['a NOTIFICATION of 20 bytes', `${MARKER} 0014 03 06`, { code: 1, subcode: 2, data: hex('0014') }],
  ['type 0', `${MARKER} 0013 00`, { code: 1, subcode: 3, data: hex('00') }],
  ['type 6', `${MARKER} 0013 06`, { code: 1, subcode: 3, data: hex('06') }],
];

for (const [name, text, { code, subcode, data }] of FAULTS) {
  test(`fault: ${name}`, () => {
    const framer = framerOf(KEEPALIVE, hex(text));
    const { messages, fault } = drain(framer);
    assert.equal(messages, ['4:']);
    assert.equal([fault?.code, fault?.subcode, toHex(fault!.data)], [code, subcode, toHex(data)]);
    framer.push(KEEPALIVE);
    assert.is(framer.next(), fault, 'the place in the stream is lost for good');
  });
}

test('a message is there when its last byte is', () => {
  const message = encodeMessage(MESSAGE.update, hex('0000 0000'));
  const framer = new MessageFramer();
  for (const byte of message.subarray(0, -1)) {
    framer.push(Buffer.from([byte]));
    assert.is(framer.next(), undefined);
  }
  framer.push(message.subarray(-1));
  assert.equal(drain(framer).messages, ['2:00000000']);
});

test('the longest message', () => {
  const body = Buffer.alloc(4096 - 19, 7);
  assert.equal(drain(framerOf(encodeMessage(MESSAGE.update, body))).messages, [`2:${toHex(body)}`]);
});

test('100 000 messages in one chunk, and a backlog that outgrows the buffer', () => {
  const stream = Buffer.concat(Array.from({ length: 100_000 }, () => KEEPALIVE));
  assert.is(drain(framerOf(stream)).messages.length, 100_000);
  const framer = new MessageFramer();
  for (let at = 0; at < stream.length; at += 1000) framer.push(stream.subarray(at, at + 1000));
  assert.is(drain(framer).messages.length, 100_000);
});

const message = fc
  .tuple(fc.constantFrom(MESSAGE.update, MESSAGE.notification, MESSAGE.keepalive), bytes(4, 200))
  .map(([type, body]) => encodeMessage(type, ...(type === MESSAGE.keepalive ? [] : [body])));

test('property: any division of a stream gives the same messages, read in between or at the end', () => {
  fc.assert(
    fc.property(
      fc.array(message, { maxLength: 30 }),
      fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1 }),
      fc.boolean(),
      (messages, sizes, readBetween) => {
        const stream = Buffer.concat(messages);
        const framer = new MessageFramer();
        const seen: string[] = [];
        for (let at = 0, turn = 0; at < stream.length; turn++) {
          const size = sizes[turn % sizes.length]!;
          framer.push(stream.subarray(at, at + size));
          at += size;
          if (readBetween) seen.push(...drain(framer).messages);
        }
        seen.push(...drain(framer).messages);
        assert.equal(
          seen,
          messages.map((each) => `${each[18]!}:${toHex(each.subarray(19))}`),
        );
      },
    ),
  );
});

test('property: byte by byte', () => {
  fc.assert(
    fc.property(fc.array(message, { maxLength: 5 }), (messages) => {
      const stream = Buffer.concat(messages);
      const framer = new MessageFramer();
      const seen: string[] = [];
      for (const byte of stream) {
        framer.push(Buffer.from([byte]));
        seen.push(...drain(framer).messages);
      }
      assert.is(seen.length, messages.length);
    }),
  );
});

test('property: random bytes give messages or a fault', () => {
  fc.assert(
    fc.property(bytes(0, 200), fc.boolean(), (random, withMarker) => {
      drain(framerOf(...(withMarker ? [hex(MARKER)] : []), random));
    }),
  );
});

test.run();
