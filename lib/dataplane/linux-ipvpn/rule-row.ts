import { PROTOCOL } from './names.ts';
import { EXISTS, GONE, type KernelRow } from './row.ts';

/**
 * A policy rule: `selector` (`iif tap1 to 12.0.0.1/32`; the empty string: all packets) and `action` (`lookup 1007`). No two
 * rules with one preference may have selectors of which one says less than the other: the kernel would remove either.
 */
export function ruleRow(
  stage: KernelRow['stage'],
  preference: number,
  selector: string,
  action: string,
): KernelRow {
  const words = ['pref', preference, selector, action, 'protocol', PROTOCOL].filter((word) => word !== '');
  return {
    // There is no way to replace a rule: one with another action is another one.
    key: `rule ${words.slice(1, -2).join(' ')}`,
    stage,
    put: [`rule add ${words.join(' ')}`],
    remove: [`rule del ${words.join(' ')}`],
    present: EXISTS,
    tolerate: GONE.rule,
  };
}
