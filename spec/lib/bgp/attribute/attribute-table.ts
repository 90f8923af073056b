import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type {
  AttributeDescriptor,
  AttributeField,
  AttributeValue,
} from '../../../../lib/bgp/attribute/descriptor.ts';
import { hex, toHex } from '../hex.ts';

/** A value of an attribute: its bytes without flags, code and length, and how people see it. */
export type ValueRow<F extends AttributeField> = readonly [
  name: string,
  bytes: string,
  value: AttributeValue<F>,
  text: string,
];

/** Bytes that are no value, and the fault with its subcode. */
export type FaultRow = readonly [name: string, bytes: string, fault: 'discard' | 'withdraw', subcode: number];

/** Tests of one descriptor: decode, encode and format each value; the faults. Bytes stand in the midst of others. */
export function testAttribute<F extends AttributeField>(
  descriptor: AttributeDescriptor<F>,
  context: { readonly fourOctetAs: boolean },
  values: readonly ValueRow<F>[],
  faults: readonly FaultRow[],
): void {
  for (const [name, text, value, shown] of values) {
    test(`${descriptor.name}: ${name}`, () => {
      const bytes = hex(text);
      const wire = Buffer.concat([hex('aa'), bytes, hex('bb')]);
      assert.equal(descriptor.decode(wire, 1, wire.length - 1, context), { ok: true, value });
      assert.is(toHex(descriptor.encode(value, context)), toHex(bytes));
      assert.is(descriptor.format(value), shown);
    });
  }
  for (const [name, text, fault, subcode] of faults) {
    test(`${descriptor.name}: fault: ${name}`, () => {
      const bytes = hex(text);
      const decoded = descriptor.decode(bytes, 0, bytes.length, context);
      assert.not(decoded.ok);
      if (decoded.ok) return;
      assert.equal([decoded.fault.fault, decoded.fault.code, decoded.fault.subcode], [fault, 3, subcode]);
    });
  }
}
