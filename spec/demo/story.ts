import type { VpnType } from '../../lib/vpn/vpn-type.ts';
import type { ComputeNode, Dataplane } from '../lab/compute-node.ts';
import { buildOverlay } from '../lab/overlay.ts';
import type { DebianPackage } from '../run/debian-packages.ts';
import { eventually } from '../support/eventually.ts';
import { Laboratory, Namespace } from '../support/network-namespace.ts';
import type { Narrator } from './narrator.ts';
import { DIRECTORY, prepareDirectory, PREFIX } from './scene.ts';

/** One of the things that the demo can show: a VPN across two compute nodes, from nothing to a ping. */
export interface Story {
  readonly vpnType: VpnType;
  /** The dataplane driver that it shows. */
  readonly driver: string;
  /** What it is, in a line of the usage. */
  readonly summary: string;
  /** What it needs beside what every story needs. */
  readonly packages: readonly DebianPackage[];
  /** Builds, attaches, pings, looks: each step says what it does and why. */
  readonly tell: (tell: Narrator, keep: boolean) => Promise<Ending>;
}

/** Where a story has led: what is there, and how to look around in it. */
export interface Ending {
  readonly laboratory: Laboratory;
  /** The address of the machine of node a. */
  readonly address: string;
  /** Variables that a shell on node a needs. */
  readonly environment: Readonly<Record<string, string>>;
  /** What is worth a look in that shell. */
  readonly looks: readonly (readonly string[])[];
}

/** Two nodes and their reflector, and what everybody has to know of them. */
export interface Stage {
  readonly laboratory: Laboratory;
  readonly a: ComputeNode;
  readonly b: ComputeNode;
}

/** The picture with which a story begins; `addresses` are those of the machines. */
export function drawStage(tell: Narrator, network: string, addresses: readonly [string, string]): void {
  const left = `vm1 ${addresses[0]} ── node a 10.77.0.1 ──┐`;
  const indent = ' '.repeat(left.length - 1);
  tell.say(
    '',
    `Two virtual machines, each on a compute node of its own, in one ${network}:`,
    '',
    `   ${left}            ┌── node b 10.77.0.2 ── vm2 ${addresses[1]}`,
    `   ${indent}└─ underlay ─┘`,
    `   ${indent}       │`,
    `   ${' '.repeat(left.length - 20)}route reflector 10.77.0.254 (gobgpd)`,
    '',
    'Every box is a network namespace of this machine. The nodes know the reflector only, not each other.',
  );
}

/** Builds it; each node has its BGP session when it is done. */
export async function setStage(keep: boolean, dataplane?: Dataplane): Promise<Stage> {
  const laboratory = new Laboratory(PREFIX);
  prepareDirectory();
  const { nodes } = await buildOverlay({
    reflector: 'gobgp',
    nodes: ['a', 'b'],
    ...(dataplane !== undefined && { dataplane }),
    laboratory,
    files: { directory: DIRECTORY, detached: keep },
  });
  const [a, b] = nodes as [ComputeNode, ComputeNode];
  return { laboratory, a, b };
}

/** The options of `bagpipe-rest-attach` that make machine `vm<number>`. */
export function machineOptions(number: number): readonly string[] {
  return ['--port', 'netns', '--netns', `${PREFIX}-vm${number}`];
}

/** Types one of our commands on a node. */
export async function showCommand(
  tell: Narrator,
  node: ComputeNode,
  name: string,
  words: readonly string[],
): Promise<void> {
  tell.command(node.name, [name, ...words]);
  tell.output(await node.command(name, ...words));
}

/** Pings `address`, which is that of vm2, from vm1. */
export async function showPing(tell: Narrator, address: string): Promise<void> {
  tell.step('Ping from vm1 to vm2');
  const vm1 = new Namespace(`${PREFIX}-vm1`);
  // The routes cross the reflector first.
  await eventually('vm1 reaches vm2', async () => {
    if (!(await vm1.ping(address, 1))) throw new Error('no answer');
  });
  const words = ['ping', '-c', '3', '-i', '0.2', '-W', '1', address];
  tell.command('vm1', words);
  tell.output(await vm1.run(words.join(' ')));
}
