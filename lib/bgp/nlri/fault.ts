import type { Family } from '../family.ts';
import { UPDATE_ERROR, updateFault, type UpdateFault } from '../fault.ts';

/** The NLRIs that follow cannot be found (RFC 7606 §5.3, RFC 4760 §7). */
export function boundsFault(family: Family, reason: string): UpdateFault {
  return updateFault('reset', UPDATE_ERROR.optionalAttribute, `NLRI of ${family.name}: ${reason}`);
}

/** One NLRI makes no sense, but it is known where it ends. */
export function contentFault(family: Family, reason: string): UpdateFault {
  return updateFault('withdraw', UPDATE_ERROR.optionalAttribute, `NLRI of ${family.name}: ${reason}`);
}

export function nextHopFault(family: Family, length: number): UpdateFault {
  const reason = `next hop of ${family.name} of ${length} bytes`;
  return updateFault('reset', UPDATE_ERROR.optionalAttribute, reason);
}
