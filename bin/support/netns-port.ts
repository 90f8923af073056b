import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import {
  addNamespace,
  configurePair,
  linkAddress,
  makePair,
  showInside,
  showOutside,
  type NetnsPort,
} from '../../lib/cli/rest-attach/commands.ts';
import type { RestAttachPlan } from '../../lib/cli/rest-attach/plan.ts';
import { failure, success, type Result } from '../../lib/result.ts';
import { runAll, type Run } from './run.ts';

/**
 * Makes a network namespace, and the pair of interfaces that joins it to this node, ready to be attached. What is
 * there already is kept, so that the port keeps its MAC address however often this is done.
 */
export async function prepareNetnsPort(
  run: Run,
  port: NetnsPort,
  plan: RestAttachPlan,
  vlan: number | undefined,
): Promise<Result<void, string>> {
  const namespace = await ensureNamespace(run, port);
  if (!namespace.ok) return namespace;
  const complete = (await run(showInside(port))).ok && (await run(showOutside(port))).ok;
  const made = complete ? success(undefined) : await runAll(run, makePair(port, vlan));
  return made.ok ? runAll(run, configurePair(port, plan.ip, plan.gateway, plan.mac)) : made;
}

/** The MAC address of the inner interface. */
export async function netnsPortMac(run: Run, port: NetnsPort): Promise<Result<string, string>> {
  const shown = await run(showInside(port));
  if (!shown.ok) return shown;
  const mac = linkAddress(shown.value);
  return mac === undefined ? failure(`interface ${port.inside} has no MAC address`) : success(mac);
}

async function ensureNamespace(run: Run, port: NetnsPort): Promise<Result<void, string>> {
  const usable = await run(['ip', '-netns', port.netns, 'link', 'show', 'dev', 'lo']);
  if (usable.ok) return success(undefined);
  // A name without a namespace behind it stays when its mount is gone.
  if (existsSync(`/run/netns/${port.netns}`)) await run(['ip', 'netns', 'delete', port.netns]);
  const added = addNamespace(port);
  const outer = outerMounts();
  if (outer === undefined) return runAll(run, added);
  // Named among our mounts, it would end with the `ip netns exec` that we run in; named among the outer ones, it stays.
  return runAll(
    run,
    added.map(({ words }) => ({ words: ['nsenter', `--mount=${outer}`, ...words] })),
  );
}

/**
 * `ip netns exec` gives its command mounts of its own, to show it the /sys of the namespace. This is the mount
 * namespace around it, that of the next ancestor that has another one; undefined if we have that of our ancestors.
 */
function outerMounts(): string | undefined {
  try {
    const own = readlinkSync('/proc/self/ns/mnt');
    for (let pid = process.ppid; pid > 0; pid = parentOf(pid)) {
      const path = `/proc/${pid}/ns/mnt`;
      if (readlinkSync(path) !== own) return path;
    }
  } catch {
    // Who may not look at an ancestor cannot enter its mounts either.
  }
  return undefined;
}

function parentOf(pid: number): number {
  return Number(/^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
}
