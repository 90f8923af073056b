import {
  formatRouteDistinguisher,
  RD_LENGTH,
  routeDistinguisherBytes,
  type RouteDistinguisher,
} from '../../net/route-distinguisher.ts';
import { FLOWSPEC_VPNV4, type Family } from '../family.ts';
import type { UpdateFault } from '../fault.ts';
import { fromLatin1, latin1 } from '../latin1.ts';
import { boundsFault, contentFault } from './fault.ts';
import { decodeFlowComponents, encodeFlowComponents, type FlowComponent } from './flow-component.ts';
import { formatFlowspecComponents } from './format-flow.ts';
import type { Nlri, NlriCodec, NlriPayload } from './nlri.ts';

export { formatFlowspecComponents };

/**
 * A flow specification in a VPN (RFC 8955 §8):
 *
 *     | length (1; 2 from 240 on, as 0xf000 + length) | RD (8) | components |
 *
 * Key: all but the length.
 */
export interface FlowspecNlri {
  readonly rd: RouteDistinguisher;
  readonly components: readonly FlowComponent[];
}

const LONG = 0xf0;

export function decodeFlowspec(nlri: Nlri): FlowspecNlri {
  const key = fromLatin1(nlri.key);
  return {
    rd: formatRouteDistinguisher(key, 0),
    components: decodeFlowComponents(key, RD_LENGTH, key.length) ?? [],
  };
}

/** All components together have at most 4087 bytes. */
export function encodeFlowspec({ rd, components }: FlowspecNlri): Nlri {
  const rules = encodeFlowComponents(components);
  return flowspecWithRules(rd, latin1(rules, 0, rules.length));
}

/** The components as they are on the wire, whatever they are: what makes two flow specifications the same. */
export function flowspecRules({ key }: Nlri): string {
  return key.slice(RD_LENGTH);
}

/** The same rules under another RD. */
export function flowspecWithRules(rd: RouteDistinguisher, rules: string): Nlri {
  const bytes = routeDistinguisherBytes(rd);
  return { key: latin1(bytes, 0, bytes.length) + rules, payload: 0 };
}

export const FLOWSPEC_VPNV4_NLRI = flowspecCodec(FLOWSPEC_VPNV4);

export function flowspecCodec(family: Family): NlriCodec {
  return {
    family,
    decode: (bytes, start, end, each) => decode(family, bytes, start, end, each),
    encode(nlri) {
      const key = fromLatin1(nlri.key);
      const long = key.length >= LONG;
      const length = long ? [LONG | (key.length >> 8), key.length & 0xff] : [key.length];
      return Buffer.concat([Buffer.from(length), key]);
    },
    /** The next hop should be empty and must be ignored (RFC 8955 §4). */
    decodeNextHop: () => undefined,
    encodeNextHop: () => Buffer.alloc(0),
    format(nlri) {
      const { rd, components } = decodeFlowspec(nlri);
      return ['flow', formatFlowspecComponents(components), 'rd', rd].filter((word) => word !== '').join(' ');
    },
  };
}

/** RFC 8955 §4.2 and §10: an NLRI with an unknown component is malformed, and handled as RFC 7606 says. */
function decode(
  family: Family,
  bytes: Buffer,
  start: number,
  end: number,
  each: (key: string, payload: NlriPayload) => void,
): UpdateFault | undefined {
  let malformed: UpdateFault | undefined;
  let at = start;
  while (at < end) {
    const long = bytes[at]! >= LONG;
    if (long && at + 2 > end) return boundsFault(family, 'length is cut short');
    const rd = at + (long ? 2 : 1);
    const next = rd + (long ? bytes.readUInt16BE(at) & 0x0fff : bytes[at]!);
    if (next > end) return boundsFault(family, 'flow specification runs over the end');
    if (next - rd < RD_LENGTH) return boundsFault(family, `flow specification of ${next - rd} bytes`);
    if (decodeFlowComponents(bytes, rd + RD_LENGTH, next) === undefined) {
      malformed ??= contentFault(family, 'a component is unknown, cut short or out of order');
    } else {
      each(latin1(bytes, rd, next), 0);
    }
    at = next;
  }
  return malformed;
}
