import type { VethPairState } from '../intent.ts';
import { otherEnd } from '../pair-names.ts';
import type { Layout, Node } from './layout.ts';
import { hasIpv6, type Link } from './links.ts';
import type { VethPairRow } from './row.ts';

/** Above it some dataplanes of IP VPNs damage what they take from a veth. */
const LARGEST_MTU = 9000;

/** The pair as it should be. */
export function pairRow({ interface: port, peer }: VethPairState, { mtu }: Layout): VethPairRow {
  return {
    kind: 'veth-pair',
    interface: port,
    peer,
    joined: true,
    mtu: Math.min(mtu, LARGEST_MTU),
    settled: true,
  };
}

/**
 * What there is of a pair; undefined if both names are free. A pair of a former run (not `isKnown`) whose end is in another
 * bridge is not taken over: numbers of instances are given anew, and the other end may still be in the VRF of others.
 */
export function foundPair(
  wanted: VethPairRow,
  layout: Layout,
  node: Node,
  isKnown: boolean,
): VethPairRow | undefined {
  const [port, peer] = [node.links.get(wanted.interface), node.links.get(wanted.peer)];
  if (port === undefined && peer === undefined) return undefined;
  const isElsewhere = port?.master !== undefined && port.master !== layout.bridge;
  if (port?.peer !== wanted.peer || peer?.peer !== wanted.interface || (isElsewhere && !isKnown)) {
    return { ...wanted, joined: false, settled: false };
  }
  const settled = [port, peer].every((end) => end.up && end.mtu === port.mtu && !hasIpv6(end));
  return { ...wanted, joined: true, mtu: port.mtu, settled };
}

/** Ends of pairs that stand in the bridge of an EVI and are none of `used`: it has but one gateway. */
export function stalePairs(bridge: string, node: Node, used: ReadonlySet<string>): readonly string[] {
  return [...node.links.values()]
    .filter((link) => link.master === bridge && isPairEnd(link) && !used.has(link.name))
    .map(({ name }) => name);
}

/** Whether a veth plugs an EVI into a VRF, made by this run or a former one. */
export function isPairEnd({ name, kind }: Link): boolean {
  return kind === 'veth' && otherEnd(name) !== undefined;
}
