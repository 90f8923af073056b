import type { z } from 'zod';
import { isIpv4 } from '../lib/net/ip-address.ts';
import type { ConfigurationFault } from './fault.ts';
import type { InterfaceAddress } from './interface-address.ts';
import type { Option, OptionValue } from './option.ts';
import type { Setting, Settings } from './settings.ts';
import { substitute } from './substitution.ts';
import { elementsOf } from './value-type.ts';

/**
 * Reads options one by one and gathers what is wrong, so that the user hears of all mistakes at once. After a fault
 * the default is returned, which nobody will use.
 */
export class OptionReader {
  readonly #settings: Settings;
  readonly #interfaceAddress: InterfaceAddress;
  /** Where a mandatory option was looked for; undefined if there is no file, and defaults do. */
  readonly #files: string | undefined;
  readonly #faults: ConfigurationFault[] = [];

  constructor(settings: Settings, files: string | undefined, interfaceAddress: InterfaceAddress) {
    this.#settings = settings;
    this.#files = files;
    this.#interfaceAddress = interfaceAddress;
  }

  get faults(): readonly ConfigurationFault[] {
    return this.#faults;
  }

  read<T extends OptionValue>(option: Option<T>): T {
    const setting = this.#settings.get(option);
    if (setting === undefined) return this.#notSet(option);
    const text = substitute(setting.text, option, this.#settings);
    if (!text.ok) return this.#refuse(option, setting, text.fault);
    const trimmed = text.value.trim();
    if (trimmed === '' && option.type.emptyMeansUnset) return this.#notSet(option);
    const parsed = option.type.parser.safeParse(trimmed);
    if (parsed.success) return parsed.data;
    const message = `${wrongElement(parsed.error, trimmed)}expected ${option.type.expected}`;
    return this.#refuse(option, { ...setting, text: text.value }, message);
  }

  /** An option that takes an IPv4 address or the name of an interface: always the address. */
  readAddress<T extends string | undefined>(option: Option<T>): T | string {
    const value = this.read(option);
    if (value === undefined || isIpv4(value)) return value;
    const address = this.#interfaceAddress(value);
    return address.ok ? address.value : this.refuse(option, address.fault);
  }

  /** Refuses a value for a reason that its type does not know. */
  refuse<T extends OptionValue>(option: Option<T>, message: string): T {
    const setting = this.#settings.get(option) ?? { text: String(option.default), where: 'default' };
    return this.#refuse(option, setting, message);
  }

  #notSet<T extends OptionValue>(option: Option<T>): T {
    if (option.mandatory && this.#files !== undefined) {
      const { section, name, type } = option;
      const message = `must be set: expected ${type.expected}`;
      this.#faults.push({ code: 'missing-value', where: this.#files, section, option: name, message });
    }
    return option.default;
  }

  #refuse<T extends OptionValue>(option: Option<T>, { text, where }: Setting, message: string): T {
    const { section, name } = option;
    this.#faults.push({ code: 'invalid-value', where, section, option: name, value: text, message });
    return option.default;
  }
}

/** Of a list with several elements, the one that is not right. */
function wrongElement(error: z.ZodError, text: string): string {
  const [index] = error.issues[0]!.path;
  const elements = elementsOf(text);
  return typeof index === 'number' && elements.length > 1 ? `${elements[index]!}: ` : '';
}
