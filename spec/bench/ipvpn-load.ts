import { type DataplaneState, type Intent, type NextHop, unwant, want } from '../../lib/dataplane/intent.ts';
import type { Effort } from './measured-sink.ts';
import type { Row } from './section.ts';

export interface IpvpnLoad {
  readonly vrfs: number;
  /** Remote prefixes in each VRF. */
  readonly prefixes: number;
  /** Ways to each prefix. */
  readonly nextHops: number;
}

/** A node whose IP VPN sink is measured. */
export interface IpvpnNode {
  readonly carryOut: (intents: readonly Intent[]) => Promise<Effort>;
  /** What it holds of ours: whatever there is one of for each prefix, and for each prefix of several ways. */
  readonly counts: () => Promise<Counts>;
}

export interface Counts {
  readonly prefixes: number;
  readonly ofSeveralWays: number;
}

/** Has remote prefixes programmed and removed, and makes sure that what the sink confirms is so, and nothing else. */
export async function measureIpvpn(node: IpvpnNode, { vrfs, prefixes, nextHops }: IpvpnLoad): Promise<Row> {
  const instances = Array.from({ length: vrfs }, (_, index) => index + 1);
  await node.carryOut(instances.map(vrf).map((state) => want(state)));
  const before = await node.counts();
  const states = instances.flatMap((instance) => remotePrefixes(instance, prefixes, nextHops));
  const made = await node.carryOut(states.map((state) => want(state)));
  const count = vrfs * prefixes;
  await expectCounts(node, {
    prefixes: before.prefixes + count,
    ofSeveralWays: before.ofSeveralWays + (nextHops > 1 ? count : 0),
  });
  const removed = await node.carryOut(states.map((state) => unwant(state)));
  await expectCounts(node, before);
  return {
    VRFs: vrfs,
    'remote prefixes': count,
    'next hops': nextHops,
    'programmed in (s)': made.wall,
    'programmed per second': Math.round(count / made.wall),
    'programmed per CPU second': Math.round(count / made.cpu),
    'blocked, programming (ms)': Math.round(made.blocked),
    'removed in (s)': removed.wall,
    'removed per second': Math.round(count / removed.wall),
    'blocked, removing (ms)': Math.round(removed.blocked),
  };
}

async function expectCounts(node: IpvpnNode, expected: Counts): Promise<void> {
  const found = await node.counts();
  if (found.prefixes === expected.prefixes && found.ofSeveralWays === expected.ofSeveralWays) return;
  throw new Error(`the node holds ${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`);
}

function vrf(instance: number): DataplaneState {
  return {
    kind: 'vrf',
    instance,
    externalId: `bench-${instance}`,
    label: 16,
    gatewayIp: '11.0.0.254',
    prefixLength: 24,
    fallback: undefined,
    importsOwn: true,
  };
}

function remotePrefixes(instance: number, count: number, nextHops: number): readonly DataplaneState[] {
  return Array.from({ length: count }, (_, index) => ({
    kind: 'remote-prefix',
    instance,
    prefix: `12.${index >> 16}.${(index >> 8) & 255}.${index & 255}/32`,
    nextHops: Array.from({ length: nextHops }, (__, way): NextHop => ({
      address: `10.77.0.${way + 2}`,
      label: 16 + index,
      encapsulations: [],
      hashOrder: 0,
    })),
  }));
}
