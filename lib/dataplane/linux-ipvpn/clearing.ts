import { isOwnDevice, PREFERENCE, PROTOCOL } from './names.ts';
import { EXISTS, GONE, type Stage } from './row.ts';

/** A line that removes something that a former run has left, in a stage of the removals. */
export interface ClearingLine {
  readonly stage: Stage;
  readonly line: string;
  readonly tolerate: readonly string[];
}

/** What is in the kernel of the node. */
export interface Found {
  /** Names of all devices. */
  readonly devices: readonly string[];
  /** The policy rules with our protocol number. */
  readonly rules: readonly { readonly preference: number }[];
}

/**
 * What removes all that is ours, in this order. Sysctls stay as they are: what they were before is not known any more. The
 * node gets its first rule back before it loses the one that stands for it.
 */
export function clearingLines({ devices, rules }: Found): readonly ClearingLine[] {
  const isIsolated = rules.some(({ preference }) => preference === PREFERENCE.local);
  const local = `rule add pref 0 table local protocol kernel`;
  return [
    ...(isIsolated ? [{ stage: 'isolation', line: local, tolerate: EXISTS } as const] : []),
    ...(rules.length > 0
      ? [{ stage: 'rule', line: `rule flush protocol ${PROTOCOL}`, tolerate: GONE.rule } as const]
      : []),
    { stage: 'label', line: `route flush proto ${PROTOCOL}`, tolerate: GONE.route },
    { stage: 'route', line: `route flush table all proto ${PROTOCOL}`, tolerate: GONE.route },
    ...devices
      .filter(isOwnDevice)
      .map((name) => ({ stage: 'device', line: `link del dev ${name}`, tolerate: GONE.link }) as const),
  ];
}
