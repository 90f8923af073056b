import { ipv4ToNumber } from '../../net/ip-address.ts';
import { parseIpPrefix, type IpPrefix } from '../../net/ip-prefix.ts';
import { encodeFlowComponents, type FlowComponent } from './flow-component.ts';

/**
 * The order of flow specifications (RFC 8955 §5.1): negative if packets that both mean are for `a`, positive if they are
 * for `b`, 0 if the two are the same. Values count as if encoded in as few bytes as hold them.
 */
export function compareFlowRules(a: readonly FlowComponent[], b: readonly FlowComponent[]): number {
  const ones = inOrder(a);
  const others = inOrder(b);
  for (let index = 0; index < Math.max(ones.length, others.length); index += 1) {
    const [one, other] = [ones[index], others[index]];
    // A component of a type that comes later, or none at all, is less specific.
    const order = (one?.bytes[0] ?? Infinity) - (other?.bytes[0] ?? Infinity) || compareValues(one!, other!);
    if (order !== 0) return order;
  }
  return 0;
}

/** A component as it is compared. */
interface Encoded {
  /** Begin with the type. */
  readonly bytes: Buffer;
  readonly prefix: IpPrefix | undefined;
}

/** To sort rules is to look at each of them many times. */
const encoded = new WeakMap<readonly FlowComponent[], readonly Encoded[]>();

function inOrder(components: readonly FlowComponent[]): readonly Encoded[] {
  let found = encoded.get(components);
  if (found === undefined) {
    found = components.map(encode).sort((a, b) => a.bytes[0]! - b.bytes[0]!);
    encoded.set(components, found);
  }
  return found;
}

function encode(component: FlowComponent): Encoded {
  const bytes = encodeFlowComponents([component]);
  return { bytes, prefix: 'prefix' in component ? parseIpPrefix(component.prefix) : undefined };
}

/** Of two components of one type. */
function compareValues(a: Encoded, b: Encoded): number {
  if (a.prefix !== undefined && b.prefix !== undefined) return comparePrefixes(a.prefix, b.prefix);
  // None is the beginning of another, as only the last of its values has the end-of-list bit.
  return Buffer.compare(a.bytes, b.bytes);
}

/** The lower address first, as far as both prefixes reach, then the longer prefix. */
function comparePrefixes(a: IpPrefix, b: IpPrefix): number {
  const spare = 2 ** (32 - Math.min(a.length, b.length));
  const order = Math.floor(ipv4ToNumber(a.address) / spare) - Math.floor(ipv4ToNumber(b.address) / spare);
  return order || b.length - a.length;
}
