import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { UpdateFault } from '../../../../lib/bgp/fault.ts';
import type { Nlri, NlriCodec } from '../../../../lib/bgp/nlri/nlri.ts';
import { bytes } from '../arbitraries.ts';
import { hex, toHex } from '../hex.ts';

/** The NLRIs in `wire`, and the fault at their end; `wire` stands in the midst of other bytes. */
export function decodeList(
  codec: NlriCodec,
  wire: Buffer,
): { readonly nlris: readonly Nlri[]; readonly fault: UpdateFault | undefined } {
  const nlris: Nlri[] = [];
  const around = Buffer.concat([hex('eeee'), wire, hex('eeee')]);
  const fault = codec.decode(around, 2, around.length - 2, (key, payload) => nlris.push({ key, payload }));
  return { nlris, fault };
}

export function decodeOne(codec: NlriCodec, text: string): Nlri {
  const { nlris, fault } = decodeList(codec, hex(text));
  assert.is(fault, undefined);
  assert.is(nlris.length, 1);
  return nlris[0]!;
}

/** One NLRI: its bytes, key, payload (text: hexadecimal) and name, with next hop 192.0.2.1. */
export type NlriRow = readonly [
  name: string,
  bytes: string,
  key: string,
  payload: number | string,
  text: string,
];

/** Decodes, encodes and formats each; decodes all in one list. */
export function testNlris(codec: NlriCodec, rows: readonly NlriRow[]): void {
  for (const [name, text, key, payload, shown] of rows) {
    test(`${codec.family.name}: ${name}`, () => {
      const nlri = decodeOne(codec, text);
      assert.is(toHex(Buffer.from(nlri.key, 'latin1')), toHex(hex(key)));
      if (typeof payload === 'number') assert.is(nlri.payload, payload);
      else assert.is(toHex(Buffer.from(nlri.payload as string, 'latin1')), toHex(hex(payload)));
      assert.is(toHex(codec.encode(nlri, false)), toHex(hex(text)));
      assert.is(codec.format(nlri, '192.0.2.1'), shown);
    });
  }
  test(`${codec.family.name}: all of them in one list`, () => {
    const { nlris, fault } = decodeList(codec, Buffer.concat(rows.map(([, text]) => hex(text))));
    assert.is(fault, undefined);
    assert.equal(
      nlris,
      rows.map(([, text]) => decodeOne(codec, text)),
    );
  });
}

/** Bytes, which fault, and how many NLRIs are found all the same. */
export type NlriFaultRow = readonly [name: string, bytes: string, fault: UpdateFault['fault'], found: number];

export function testNlriFaults(codec: NlriCodec, rows: readonly NlriFaultRow[]): void {
  for (const [name, text, fault, found] of rows) {
    test(`${codec.family.name}: fault: ${name}`, () => {
      const decoded = decodeList(codec, hex(text));
      assert.equal(
        [decoded.fault?.fault, decoded.fault?.code, decoded.fault?.subcode, decoded.nlris.length],
        [fault, 3, 9, found],
      );
    });
  }
}

/** Whatever comes is NLRIs or a fault; what is found can be shown, and comes back from the wire as it is. */
export function testRandomBytes(codec: NlriCodec, likely: fc.Arbitrary<Buffer>): void {
  test(`${codec.family.name}: property: random bytes`, () => {
    fc.assert(
      fc.property(fc.oneof(bytes(0, 80), likely), (random) => {
        for (const nlri of decodeList(codec, random).nlris) {
          assert.ok(codec.format(nlri, '192.0.2.1').length > 0);
          const again = decodeList(codec, codec.encode(nlri, false));
          assert.equal(again, { nlris: [nlri], fault: undefined });
          const withdrawn = decodeList(codec, codec.encode(nlri, true));
          assert.is(withdrawn.nlris[0]?.key, nlri.key);
        }
      }),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(bytes(0, 60), (random) => {
        const nextHop = codec.decodeNextHop(random, 0, random.length);
        if (typeof nextHop === 'object') assert.is(nextHop.fault, 'reset');
      }),
    );
  });
}
