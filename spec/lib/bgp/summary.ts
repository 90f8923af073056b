import { AttributeCache } from '../../../lib/bgp/attribute/attribute-cache.ts';
import { formatAttributes } from '../../../lib/bgp/attribute/format-attributes.ts';
import type { Capability } from '../../../lib/bgp/capability.ts';
import { SESSION_FAMILIES } from '../../../lib/bgp/family.ts';
import { isFrame, MessageFramer, type Frame } from '../../../lib/bgp/framing.ts';
import { MESSAGE } from '../../../lib/bgp/message.ts';
import { nlriCodec, familyOf } from '../../../lib/bgp/nlri/registry.ts';
import { decodeOpen } from '../../../lib/bgp/open.ts';
import { decodeUpdate } from '../../../lib/bgp/update.ts';

/** What messages say, in lines: `+ route`, behind it ` name: value` of each attribute; `- route`; faults, if any. */
export function summarize(messages: readonly Buffer[], fourOctetAs: boolean): readonly string[] {
  const framer = new MessageFramer();
  framer.push(Buffer.concat(messages));
  const lines: string[] = [];
  for (let next = framer.next(); next !== undefined; next = framer.next()) {
    if (!isFrame(next)) return [...lines, `! ${next.reason}`];
    if (next.type === MESSAGE.open) lines.push(...summarizeOpen(next));
    else if (next.type === MESSAGE.update) lines.push(...summarizeUpdate(next, fourOctetAs));
    else lines.push(`message of type ${next.type}`);
  }
  return lines;
}

function summarizeOpen({ bytes, start, end }: Frame): readonly string[] {
  const decoded = decodeOpen(bytes, start, end);
  if (!decoded.ok) return [`! ${decoded.fault.reason}`];
  const { as, holdTime, identifier, capabilities } = decoded.value;
  return [`OPEN ${as} ${holdTime} ${identifier}`, ...capabilities.map(summarizeCapability)];
}

function summarizeCapability(capability: Capability): string {
  switch (capability.kind) {
    case 'multiprotocol':
      return ` multiprotocol ${familyName(capability)}`;
    case 'graceful-restart': {
      const families = capability.families.map(familyName).join(' ');
      return ` graceful-restart ${capability.restartTime} ${families}`.trimEnd();
    }
    case 'four-octet-as':
      return ` four-octet-as ${capability.as}`;
    case 'unknown':
      return ` ${capability.code} 0x${Buffer.from(capability.value, 'latin1').toString('hex')}`;
    case 'route-refresh':
      return ' route-refresh';
  }
}

function familyName({ afi, safi }: { readonly afi: number; readonly safi: number }): string {
  return familyOf(afi, safi)?.name ?? `${afi}/${safi}`;
}

function summarizeUpdate({ bytes, start, end }: Frame, fourOctetAs: boolean): readonly string[] {
  const lines: string[] = [];
  const { endOfRib, faults } = decodeUpdate(
    bytes,
    start,
    end,
    { fourOctetAs, families: new Set(SESSION_FAMILIES), attributes: new AttributeCache() },
    (family, key, payload, attributes) => {
      const name = nlriCodec(family).format({ key, payload }, attributes?.nextHop);
      if (attributes === undefined) {
        lines.push(`- ${name}`);
        return;
      }
      lines.push(`+ ${name}`, ` next hop: ${attributes.nextHop ?? 'none'}`);
      lines.push(` origin ${attributes.origin ?? '-'}, AS path ${JSON.stringify(attributes.asPath)}`);
      for (const [attribute, text] of Object.entries(formatAttributes(attributes))) {
        lines.push(` ${attribute}: ${text}`);
      }
    },
  );
  if (endOfRib !== undefined) lines.push(`end-of-rib ${endOfRib.name}`);
  return [...lines, ...faults.map(({ fault, reason }) => `! ${fault} ${reason}`)];
}
