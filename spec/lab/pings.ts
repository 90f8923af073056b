import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../support/eventually.ts';
import type { Namespace } from '../support/network-namespace.ts';
import type { Machine } from './machine.ts';

/** Echo requests that are sent at a time, to be counted where they arrive. */
export const PINGS = 5;

/** Where echo requests are sent from, and to which address. */
export type Journey = readonly [from: Namespace, address: string];

/** How many echo requests, of `PINGS` on each journey, come to each of the machines, whether they are answered or not. */
export async function pingsReceived(
  journeys: readonly Journey[],
  at: readonly Namespace[],
): Promise<number[]> {
  const before = await Promise.all(at.map(pingsHeard));
  await Promise.all(
    journeys.map(([from, address]) => from.attempt(`ping -c ${PINGS} -i 0.05 -W 0.5 ${address}`)),
  );
  // Without an answer to the last one there was nothing to wait for.
  await sleep(DELAY);
  const after = await Promise.all(at.map(pingsHeard));
  return after.map((count, index) => count - before[index]!);
}

/**
 * Waits until each of the machines reaches each other one. Programs start slowly in a User-Mode Linux, so that one ping has
 * to do.
 */
export async function allAnswer(machines: readonly Machine[]): Promise<void> {
  for (const from of machines) for (const to of machines) if (to !== from) await answered(from, to);
}

/** Waits until one ping is answered. */
export async function answered(from: Machine, to: Machine, deadline?: number): Promise<void> {
  const ping = async (): Promise<void> => {
    const { exitCode, stdout } = await from.namespace.attempt(`ping -c 1 -W 1 ${to.address}`);
    if (exitCode !== 0) throw new Error(stdout);
  };
  await eventually(`${from.name} reaches ${to.name}`, ping, deadline);
}

/** How many echo requests have come to one of its addresses so far. */
async function pingsHeard(at: Namespace): Promise<number> {
  const text = await at.run('cat /proc/net/snmp');
  const [names, values] = text.split('\n').filter((line) => line.startsWith('Icmp: '));
  return Number(values!.split(' ')[names!.split(' ').indexOf('InEchos')]);
}

/** In milliseconds: what has been sent arrives within this time, even if the machine is busy. */
const DELAY = 200;
