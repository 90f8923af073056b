import { type DoesNotReach, SHARED, type Spreads } from '../scenario.ts';
import { formatPath, type Hop, pathOf, type Sighting } from './path.ts';

/** What sightings prove. Each verdict says what was seen, or throws an error that says what was seen instead. */

/** The ways of flows by the services: of each flow that was seen at one. */
export function pathsBy(
  services: readonly string[],
  way: Sighting['way'],
  sightings: readonly Sighting[],
): ReadonlyMap<number, readonly Hop[]> {
  const flows = new Map<number, Sighting[]>();
  for (const each of sightings) {
    if (each.way !== way || !services.includes(each.machine)) continue;
    const others = flows.get(each.flow);
    if (others === undefined) flows.set(each.flow, [each]);
    else others.push(each);
  }
  return new Map([...flows].map(([flow, seen]) => [flow, pathOf(seen)]));
}

/** A packet has crossed these services, and no other one. */
export function crosses(path: readonly Hop[], way: Sighting['way'], services: readonly string[]): string {
  if (isPassed(path) && machinesOf(path).join() === services.join()) return formatPath(path);
  throw new Error(`on the way ${way}: expected ${list(services)}, seen at ${formatPath(path)}`);
}

/**
 * Packets have left a machine, or it has at least asked for the MAC address of the next hop; none has come to the other
 * one; and they were seen at these services, and at no other one.
 */
export function areLost(
  { from, to, seenAt }: Pick<DoesNotReach, 'from' | 'to' | 'seenAt'>,
  services: readonly string[],
  sightings: readonly Sighting[],
  hasAsked: boolean,
): string {
  const there = sightings.filter(({ way }) => way === 'there');
  const left = there.filter(({ machine, direction }) => machine === from && direction === 'out');
  if (left.length === 0 && !hasAsked) throw new Error(`nothing has left ${from}`);
  const paths = pathsBy(services, 'there', there);
  const arrived = there.find(({ machine, direction }) => machine === to && direction === 'in');
  if (arrived !== undefined) {
    throw new Error(
      `${to} is reached, though it is not heard; seen at ${formatPath(paths.get(arrived.flow) ?? [])}`,
    );
  }
  // Nothing was seen of those that are not there.
  const flows = new Set([...left.map(({ flow }) => flow), ...paths.keys()]);
  const seen = flows.size === 0 ? [[]] : [...flows].map((flow) => paths.get(flow) ?? []);
  for (const path of seen) {
    if (seenAt !== undefined && machinesOf(path).join() !== seenAt.join()) {
      throw new Error(`expected to be seen at ${list(seenAt)}, seen at ${formatPath(path)}`);
    }
  }
  return services.length === 0 ? '' : `seen at ${formatPath(seen.at(-1)!)}`;
}

/**
 * Each of the flows has crossed one of the services that share them, and the others that it had to, and none of the
 * sharers has got less than `least` of them.
 */
export function isSpread(
  { over, through, back }: Pick<Spreads, 'over' | 'through' | 'back'>,
  way: Sighting['way'],
  flows: readonly number[],
  paths: ReadonlyMap<number, readonly Hop[]>,
  least: number,
): string {
  const wanted = way === 'there' ? through : back;
  const counts = new Map(over.map((machine) => [machine, 0]));
  for (const flow of flows) {
    const path = paths.get(flow) ?? [];
    const sharers = machinesOf(path).filter((machine) => counts.has(machine));
    const crossed = machinesOf(path).map((machine) => (counts.has(machine) ? SHARED : machine));
    const isWanted = wanted === undefined ? sharers.length === 1 : crossed.join() === wanted.join();
    if (!isPassed(path) || !isWanted) {
      const expected = list(wanted ?? [SHARED]).replace(SHARED, `one of ${over.join(', ')}`);
      throw new Error(
        `on the way ${way}: expected ${expected}, one of the flows seen at ${formatPath(path)}`,
      );
    }
    for (const machine of sharers) counts.set(machine, counts.get(machine)! + 1);
  }
  const shown = [...counts].map(([machine, count]) => `${machine} ${count}`).join(', ');
  const isShared = wanted === undefined || wanted.includes(SHARED);
  if (isShared && Math.min(...counts.values()) < least) {
    throw new Error(`on the way ${way}: ${shown}; expected ${least} flows each at least`);
  }
  return isShared ? shown : list(wanted);
}

/** Two interfaces are the proof that a service has passed a packet on. */
function isPassed(path: readonly Hop[]): boolean {
  return path.every(({ interfaces }) => interfaces.length === 2);
}

function machinesOf(path: readonly Hop[]): readonly string[] {
  return path.map(({ machine }) => machine);
}

function list(services: readonly string[]): string {
  return services.length === 0 ? 'no service' : services.join(', ');
}
