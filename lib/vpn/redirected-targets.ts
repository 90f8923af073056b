import type { RouteTarget } from '../net/route-target.ts';

/**
 * The targets to which packets are redirected, from the instances that stand for themselves (`roots`) and on from the
 * instances that are there for a target. Redirections that lead in a circle do not keep each other.
 */
export function redirectedTargets(
  roots: Iterable<ReadonlySet<RouteTarget>>,
  redirectedFrom: (target: RouteTarget) => ReadonlySet<RouteTarget>,
): ReadonlySet<RouteTarget> {
  const reached = new Set<RouteTarget>();
  for (const targets of roots) for (const target of targets) reached.add(target);
  // A set that grows while it is iterated over is iterated over to its new end.
  for (const target of reached) for (const next of redirectedFrom(target)) reached.add(next);
  return reached;
}
