import { Collection, type LookingGlassNode } from '../../lib/api/looking-glass.ts';
import { snakeCase } from '../../lib/api/case.ts';
import type { DataplaneState } from '../../lib/dataplane/intent.ts';
import type { VpnManager } from '../instance/manager.ts';

/**
 * What the dataplane should hold, by instance. It is not shown with the instance: scripts that print all that is below
 * one, as the original has it, would find more than they know.
 */
export function showIntents(manager: VpnManager): LookingGlassNode {
  return new Collection(
    () => Array.from(manager.instances, ({ instance }) => ({ id: instance.setup.externalId })),
    (id) => {
      const running = manager.find(id);
      return running === undefined ? undefined : showStates(running.instance.states());
    },
  );
}

function* showStates(states: Iterable<DataplaneState>): Generator<LookingGlassNode, void> {
  for (const state of states) yield inSnakeCase(state);
}

/** Names as the rest of the looking glass has them. */
function inSnakeCase(value: unknown): LookingGlassNode {
  if (typeof value !== 'object' || value === null) return value as LookingGlassNode;
  if (Array.isArray(value)) return value.map(inSnakeCase);
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [snakeCase(name), inSnakeCase(member ?? null)]),
  );
}
