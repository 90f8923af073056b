import { fromLatin1 } from '../latin1.ts';
import { AS_PATH } from './as-path.ts';
import { EXTENDED_COMMUNITIES } from './extended-communities.ts';
import { ORIGIN } from './origin.ts';
import type { AttributeValues } from './path-attributes.ts';
import { formatOwnPmsiTunnel, PMSI_TUNNEL } from './pmsi-tunnel.ts';
import { ATTRIBUTES } from './registry.ts';

const SHOWN = ATTRIBUTES.filter((descriptor) => descriptor !== ORIGIN && descriptor !== AS_PATH);

/** Attributes of a route of our own: in the order, and with the label of PMSI_TUNNEL, that the Python daemon shows. */
export function formatOwnAttributes(attributes: AttributeValues): Record<string, string> {
  const { [EXTENDED_COMMUNITIES.name]: communities, ...others } = formatAttributes(attributes);
  const texts = communities === undefined ? others : { [EXTENDED_COMMUNITIES.name]: communities, ...others };
  if (attributes.pmsiTunnel !== undefined)
    texts[PMSI_TUNNEL.name] = formatOwnPmsiTunnel(attributes.pmsiTunnel);
  return texts;
}

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
