import { fromLatin1 } from '../latin1.ts';
import { EXTENDED_LENGTH, type AttributeContext } from './descriptor.ts';
import { DEFAULT_LOCAL_PREF } from './local-pref.ts';
import { ORIGIN_IGP } from './origin.ts';
import type { AttributeValues } from './path-attributes.ts';
import { ATTRIBUTES } from './registry.ts';

/** What every UPDATE carries; the looking glass does not show them where a route has none. */
const WIRE_DEFAULTS: AttributeValues = { origin: ORIGIN_IGP, asPath: [], localPref: DEFAULT_LOCAL_PREF };

/** Flags, code, length and value; the length takes two bytes where one does not do. */
export function encodeAttribute(flags: number, code: number, value: Buffer): Buffer {
  const length = value.length;
  const head =
    length > 255
      ? Buffer.from([flags | EXTENDED_LENGTH, code, length >> 8, length & 0xff])
      : Buffer.from([flags, code, length]);
  return Buffer.concat([head, value]);
}

/** All attributes that `values` has, in the order of the registry, unknown ones at the end. */
export function encodeAttributes(values: AttributeValues, context: AttributeContext): Buffer {
  return encodeWithDefaults(values, {}, context);
}

/** As an announcement carries them: with ORIGIN, AS_PATH and LOCAL_PREF in any case. */
export function encodeForWire(values: AttributeValues, context: AttributeContext): Buffer {
  return encodeWithDefaults(values, WIRE_DEFAULTS, context);
}

function encodeWithDefaults(
  values: AttributeValues,
  defaults: AttributeValues,
  context: AttributeContext,
): Buffer {
  const parts: Buffer[] = [];
  for (const descriptor of ATTRIBUTES) {
    const value = values[descriptor.field] ?? defaults[descriptor.field];
    if (value === undefined) continue;
    const bytes = descriptor.encode(value, context);
    // Only AS_PATH may be empty; an empty list of anything else is no attribute (RFC 7606 §7.9, §7.14).
    if (bytes.length === 0 && descriptor.field !== 'asPath') continue;
    parts.push(encodeAttribute(descriptor.flags, descriptor.code, bytes));
  }
  for (const { flags, code, value } of values.unknown ?? []) {
    parts.push(encodeAttribute(flags, code, fromLatin1(value)));
  }
  return Buffer.concat(parts);
}
