import type { ValueType } from './value-type.ts';

export type OptionValue = string | number | boolean | readonly string[] | undefined;

/** One option of the configuration file: all there is to know about it, in one place. */
export interface Option<T extends OptionValue = OptionValue> {
  readonly section: string;
  readonly name: string;
  readonly type: ValueType<T>;
  /** The value when it is not set. Undefined for an option that has none then. */
  readonly default: T;
  /** It must be set as soon as there is a configuration file; the default serves when there is none. */
  readonly mandatory: boolean;
  /** Names of earlier releases, accepted in the same section. */
  readonly olderNames: readonly string[];
  /** The dataplane drivers that read it; undefined if it does not depend on the driver. */
  readonly drivers: readonly string[] | undefined;
  /** Accepted so that the configuration of the original is, but nothing is done with it. */
  readonly noEffect: boolean;
  /** Full sentences, for the sample file and `--help`. */
  readonly help: string;
}

type Facts<T extends OptionValue> = Pick<Option<T>, 'type' | 'help'> &
  Partial<Pick<Option<T>, 'mandatory' | 'olderNames' | 'drivers' | 'noEffect'>>;

const ORDINARY = { mandatory: false, olderNames: [], drivers: undefined, noEffect: false };

export function option<T extends OptionValue>(
  section: string,
  name: string,
  facts: Facts<T> & { readonly default: NoInfer<T> },
): Option<T> {
  return { section, name, ...ORDINARY, ...facts };
}

/** An option that says nothing as long as it is not set. */
export function optionWithoutDefault<T extends OptionValue>(
  section: string,
  name: string,
  facts: Facts<T>,
): Option<T | undefined> {
  return { section, name, ...ORDINARY, ...facts, default: undefined };
}

/** A value as a configuration file spells it. */
export function valueText(value: OptionValue): string {
  if (value === undefined) return '';
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  return typeof value === 'object' ? value.join(', ') : String(value);
}
