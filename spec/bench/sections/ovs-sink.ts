import { type DataplaneState, type NextHop, unwant, want } from '../../../lib/dataplane/intent.ts';
import { type OvsNode, withOvsNode } from '../ovs-node.ts';
import type { Row, Section } from '../section.ts';

interface Load {
  readonly vrfs: number;
  /** Remote prefixes in each VRF. */
  readonly prefixes: number;
  /** Ways to each prefix; of more than one a group selects. */
  readonly nextHops: number;
}

const LOADS: readonly Load[] = [
  { vrfs: 1, prefixes: 10_000, nextHops: 1 },
  { vrfs: 1, prefixes: 10_000, nextHops: 2 },
  { vrfs: 100, prefixes: 100, nextHops: 1 },
  { vrfs: 1, prefixes: 50_000, nextHops: 1 },
];

export const ovsSink: Section = {
  name: 'ovs-sink',
  title: 'Dataplane: IP VPN of Open vSwitch',
  about:
    'Remote prefixes are handed to the sink, in this process; it programs an Open vSwitch that forwards in user space. ' +
    'Time is from the first intent to the last confirmation, when the switch has committed the last bundle. ' +
    'With more than one next hop each prefix has a group. "blocked" is the longest time that the event loop was ' +
    'blocked. CPU time is that of the sink and of the tools that it runs, without the switch.',
  async measure({ tell }) {
    if (process.getuid?.() !== 0) {
      tell('ovs-sink: skipped: needs root (network namespaces)');
      return [];
    }
    const rows: Row[] = [];
    for (const load of LOADS) {
      const { vrfs, prefixes, nextHops } = load;
      tell(`ovs-sink: ${vrfs} VRFs, ${prefixes} prefixes each, ${nextHops} next hops ...`);
      rows.push(await withOvsNode((node) => measureSink(node, load)));
    }
    return rows;
  },
};

async function measureSink(node: OvsNode, { vrfs, prefixes, nextHops }: Load): Promise<Row> {
  const instances = Array.from({ length: vrfs }, (_, index) => index + 1);
  await node.carryOut(instances.map(vrf).map((state) => want(state)));
  const before = await node.countFlows();
  const states = instances.flatMap((instance) => remotePrefixes(instance, prefixes, nextHops));
  const made = await node.carryOut(states.map((state) => want(state)));
  const count = vrfs * prefixes;
  await expectInSwitch(node, before + count, nextHops > 1 ? count : 0);
  const removed = await node.carryOut(states.map((state) => unwant(state)));
  await expectInSwitch(node, before, 0);
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

/** What the sink confirms is there, and nothing else. */
async function expectInSwitch(node: OvsNode, flows: number, groups: number): Promise<void> {
  const found = [await node.countFlows(), await node.countGroups()];
  if (found[0] === flows && found[1] === groups) return;
  throw new Error(`${found.join(' flows and ')} groups in the switch instead of ${flows} and ${groups}`);
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
