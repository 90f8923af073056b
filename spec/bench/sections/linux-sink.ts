import { performance } from 'node:perf_hooks';
import { execa } from 'execa';
import { type DataplaneState, unwant, want } from '../../../lib/dataplane/intent.ts';
import { type LinuxNode, withLinuxNode } from '../linux-node.ts';
import type { Row, Section } from '../section.ts';

interface Load {
  readonly evis: number;
  /** Remote MACs in each EVI. */
  readonly macs: number;
  /** Whether each MAC has an IP address, which ARP is answered for. */
  readonly addresses: boolean;
}

const LOADS: readonly Load[] = [
  { evis: 1, macs: 10_000, addresses: false },
  { evis: 1, macs: 50_000, addresses: false },
  { evis: 1, macs: 10_000, addresses: true },
  { evis: 1, macs: 50_000, addresses: true },
  { evis: 100, macs: 100, addresses: false },
];

/** Entries that are programmed by a process each. */
const ONE_BY_ONE = 500;

/** A MAC has one entry in the table of the bridge, and one in that of the VXLAN device. */
const ENTRIES_PER_MAC = 2;

const REMOTE = { vtep: '10.77.0.2', vni: 20 } as const;

export const linuxSink: Section = {
  name: 'linux-sink',
  title: 'Dataplane: E-VPN of Linux',
  about:
    'Remote MACs are handed to the sink, in this process, with a network namespace as the node. An FDB entry is ' +
    'one in the kernel that an intent asked for, counted when the intent is confirmed: each MAC has one in the table of ' +
    'the bridge and one in that of the VXLAN device. "blocked" is the longest time that the event loop was blocked. ' +
    'CPU time is that of the sink and of the tools that it runs. ' +
    `The last row makes ${ONE_BY_ONE} of the same entries with a process for each.`,
  async measure({ tell }) {
    if (process.getuid?.() !== 0) {
      tell('linux-sink: skipped: needs root (network namespaces)');
      return [];
    }
    const rows: Row[] = [];
    for (const load of LOADS) {
      tell(`linux-sink: ${load.evis} EVIs, ${load.macs} remote MACs each ...`);
      rows.push(await withLinuxNode((node) => measureSink(node, load)));
    }
    tell('linux-sink: a process for each entry ...');
    rows.push(await withLinuxNode(measureProcesses));
    return rows;
  },
};

async function measureSink(node: LinuxNode, { evis, macs, addresses }: Load): Promise<Row> {
  const instances = Array.from({ length: evis }, (_, index) => index + 1);
  await node.carryOut(instances.map(evi).map((state) => want(state)));
  const states = instances.flatMap((instance) => remoteMacs(instance, macs, addresses));
  const made = await node.carryOut(states.map((state) => want(state)));
  const entries = evis * macs * ENTRIES_PER_MAC;
  const neighbours = addresses ? evis * macs : 0;
  await expectInKernel(node, entries, neighbours);
  const removed = await node.carryOut(states.map((state) => unwant(state)));
  await expectInKernel(node, 0, 0);
  const perSecond = (count: number, wall: number): number => Math.round(count / wall);
  return {
    by: 'sink',
    EVIs: evis,
    'MACs per EVI': macs,
    'FDB entries': entries,
    neighbours,
    'FDB entries made per second': perSecond(entries, made.wall),
    'FDB entries made per CPU second': perSecond(entries, made.cpu),
    'blocked, making (ms)': Math.round(made.blocked),
    'FDB entries removed per second': perSecond(entries, removed.wall),
    'blocked, removing (ms)': Math.round(removed.blocked),
    ...(addresses && {
      'neighbours made per second': perSecond(neighbours, made.wall),
      'neighbours removed per second': perSecond(neighbours, removed.wall),
    }),
  };
}

/** What the sink confirms is there, and nothing else. */
async function expectInKernel(node: LinuxNode, entries: number, neighbours: number): Promise<void> {
  const found = [await node.countFdbEntries(), await node.countNeighbours()];
  if (found[0] === entries && found[1] === neighbours) return;
  throw new Error(`${found.join(' and ')} entries in the kernel instead of ${entries} and ${neighbours}`);
}

async function measureProcesses(node: LinuxNode): Promise<Row> {
  await node.carryOut([want(evi(1))]);
  const macs = remoteMacs(1, ONE_BY_ONE / ENTRIES_PER_MAC, false);
  const device = 'vxlan--bench-1';
  const start = performance.now();
  for (const state of macs) {
    if (state.kind !== 'remote-mac') continue;
    const { mac, vtep, vni } = state;
    for (const words of [`self permanent dst ${vtep} vni ${vni}`, 'master static sticky']) {
      const [helper, ...command] = [...node.namespace.prefix, 'bridge', 'fdb', 'replace', mac, 'dev', device];
      await execa(helper, [...command, ...words.split(' ')], { stdin: 'ignore' });
    }
  }
  const wall = (performance.now() - start) / 1000;
  await expectInKernel(node, ONE_BY_ONE, 0);
  return {
    by: 'a process each',
    EVIs: 1,
    'MACs per EVI': macs.length,
    'FDB entries': ONE_BY_ONE,
    'FDB entries made per second': Math.round(ONE_BY_ONE / wall),
  };
}

function evi(instance: number): DataplaneState {
  return { kind: 'evi', instance, externalId: `bench-${instance}`, vni: 1000 + instance, bridge: undefined };
}

function remoteMacs(instance: number, count: number, addresses: boolean): readonly DataplaneState[] {
  return Array.from({ length: count }, (_, index): readonly DataplaneState[] => {
    const tail = index.toString(16).padStart(4, '0');
    const mac = `02:01:00:00:${tail.slice(0, 2)}:${tail.slice(2)}`;
    const remote: DataplaneState = { kind: 'remote-mac', instance, mac, ...REMOTE };
    const ip = `13.1.${index >> 8}.${index & 255}`;
    return addresses ? [remote, { kind: 'neighbour', instance, ip, mac }] : [remote];
  }).flat();
}
