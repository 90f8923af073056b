import { eventually } from '../support/eventually.ts';
import type { Machine } from './machine.ts';

/** Waits until each of the machines reaches each other one. */
export async function allReach(machines: readonly Machine[]): Promise<void> {
  const pairs = machines.flatMap((from) =>
    machines.filter((to) => to !== from).map((to) => [from, to] as const),
  );
  await Promise.all(pairs.map(([from, to]) => reaches(from, to)));
}

export async function reaches(from: Machine, to: Machine): Promise<void> {
  await eventually(`${from.name} reaches ${to.name}`, async () => {
    if (!(await from.namespace.ping(to.address))) throw new Error('no answer');
  });
}

/** Whether one of two pings is answered; what is out of reach takes two seconds to find out. */
export async function answers(from: Machine, to: Machine): Promise<boolean> {
  const { exitCode } = await from.namespace.attempt(`ping -c 2 -i 0.2 -W 1 ${to.address}`);
  return exitCode === 0;
}
