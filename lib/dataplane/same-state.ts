import type { DataplaneState } from './intent.ts';

/** Whether two states, or members of states, say the same. */
export function sameState(a: DataplaneState, b: DataplaneState): boolean {
  return sameValue(a, b);
}

/**
 * States are plain data: what they hold is compared, in depth. Those of one kind, and what they hold, have the same members,
 * none of which may be left out: only those of `a` are looked at.
 */
function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (!isRecord(a) || !isRecord(b)) return false;
  if (Array.isArray(a) && a.length !== (b as unknown as readonly unknown[]).length) return false;
  // The names as an array (Object.keys) would be most of the work.
  for (const name in a) if (!sameValue(a[name], b[name])) return false;
  return true;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
