import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import type { Namespace } from '../support/network-namespace.ts';

export interface TcpOptions {
  readonly bytes?: number;
  /** In seconds: a session that has not ended then is a failure. */
  readonly patience?: number;
  /** At which the receiver listens; any that is free unless given. */
  readonly port?: number;
}

/** Sends a megabyte from one machine to the address of another one by TCP; rejects unless all of it has arrived. */
export async function tcp(
  from: Namespace,
  to: Namespace,
  address: string,
  { bytes = 1_000_000, patience = 10, port = 0 }: TcpOptions = {},
): Promise<void> {
  const receiver = startScript(to, 'tcp-peer.mjs', 'receive', String(port));
  const lines = receiver[Symbol.asyncIterator]();
  const next = async (): Promise<string> => String((await lines.next()).value);
  const what = `TCP from ${from.name} to ${address}`;
  try {
    const words = ['send', address, await next(), String(bytes)];
    const sender = startScript(from, 'tcp-peer.mjs', ...words);
    const timer = setTimeout(() => sender.kill('SIGKILL'), patience * 1000);
    const { failed, signal, stderr } = await sender;
    clearTimeout(timer);
    if (signal !== undefined) throw new Error(`${what}: no end within ${patience} s`);
    if (failed) throw new Error(`${what}: ${stderr}`);
    const count = await next();
    if (count !== String(bytes)) throw new Error(`${what}: ${count} of ${bytes} bytes arrived`);
  } finally {
    receiver.kill('SIGKILL');
  }
}

/** Sends one UDP datagram each from `count` source ports, to a port at which nobody listens. */
export async function sendFlows(from: Namespace, address: string, count: number, port = 9): Promise<void> {
  const { failed, stderr } = await startScript(from, 'udp-sender.mjs', address, String(port), String(count));
  if (failed) throw new Error(`UDP from ${from.name} to ${address}: ${stderr}`);
}

/** How many UDP datagrams have reached a machine so far, whether somebody listened or not. */
export async function udpReceived(at: Namespace): Promise<number> {
  const [names, values] = (await at.run('cat /proc/net/snmp'))
    .split('\n')
    .filter((line) => line.startsWith('Udp:'))
    .map((line) => line.split(' '));
  const count = (name: string): number => Number(values![names!.indexOf(name)]);
  return count('InDatagrams') + count('NoPorts') + count('InErrors');
}

/** How many of the datagrams of `send` each machine has received. */
export async function countReceived(
  machines: readonly Namespace[],
  send: () => Promise<void>,
): Promise<number[]> {
  const before = await Promise.all(machines.map(udpReceived));
  const look = async (): Promise<number[]> => {
    const now = await Promise.all(machines.map(udpReceived));
    return now.map((value, index) => value - before[index]!);
  };
  await send();
  // What was sent may still be on its way: the first packet of a flow takes longer.
  let counts = await look();
  for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
    await sleep(100);
    const next = await look();
    const isAtRest = String(next) === String(counts) && next.some((count) => count > 0);
    counts = next;
    if (isAtRest) break;
  }
  return counts;
}

/** Tenths of a second until packets that have not come are lost. */
const MOST_LOOKS = 20;

/** Runs a script of this directory in a machine. It ends with this process at the latest. */
function startScript(place: Namespace, script: string, ...words: readonly string[]) {
  const [file, ...rest] = [...place.prefix, 'node', join(import.meta.dirname, script)];
  return execa(file, [...rest, ...words], { reject: false, stdin: 'ignore' });
}
