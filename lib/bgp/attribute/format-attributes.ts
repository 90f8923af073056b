import { fromLatin1 } from '../latin1.ts';
import { AS_PATH } from './as-path.ts';
import { ORIGIN } from './origin.ts';
import type { AttributeValues } from './path-attributes.ts';
import { ATTRIBUTES } from './registry.ts';

const SHOWN = ATTRIBUTES.filter((descriptor) => descriptor !== ORIGIN && descriptor !== AS_PATH);

/** As the looking glass shows them: all but ORIGIN and AS_PATH, as text. */
export function formatAttributes(attributes: AttributeValues): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const descriptor of SHOWN) {
    const value = attributes[descriptor.field];
    if (value !== undefined) texts[descriptor.name] = descriptor.format(value);
  }
  for (const { code, value } of attributes.unknown ?? []) {
    texts[`attribute-${code}`] = `0x${fromLatin1(value).toString('hex')}`;
  }
  return texts;
}
