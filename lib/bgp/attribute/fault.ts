import { failure, type Result } from '../../result.ts';
import { UPDATE_ERROR, updateFault, type UpdateFault } from '../fault.ts';

/** A length that the attribute cannot have: treat-as-withdraw (RFC 7606 §7). */
export function lengthFault(attribute: string, length: number, expected: string): Result<never, UpdateFault> {
  const reason = `${attribute} of ${length} bytes, expected ${expected}`;
  return failure(updateFault('withdraw', UPDATE_ERROR.attributeLength, reason));
}
