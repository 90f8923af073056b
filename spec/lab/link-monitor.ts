import { readFileSync } from 'node:fs';
import { eventually } from '../support/eventually.ts';
import type { Namespace } from '../support/network-namespace.ts';

/** Kills the `ip monitor` by which the daemon in this namespace watches interfaces. Resolves when it has ended. */
export async function killLinkMonitor(node: Namespace): Promise<void> {
  const pids = (await node.run(`ip netns pids ${node.name}`)).trim().split(/\s+/);
  const monitors = pids.filter((pid) => commandOf(pid).includes(' monitor '));
  if (monitors.length !== 1) throw new Error(`${node.name}: ${monitors.length} monitors`);
  process.kill(Number(monitors[0]), 'SIGKILL');
  await eventually('the monitor ends', () => {
    if (commandOf(monitors[0]!) !== '') throw new Error('it is still there');
  });
}

/** The empty string if there is no such process, or it has ended. */
function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
