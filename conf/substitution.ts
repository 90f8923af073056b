import { failure, success, type Result } from '../lib/result.ts';
import { valueText, type Option } from './option.ts';
import { findOption } from './schema.ts';
import type { Settings } from './settings.ts';

/**
 * References between options, as oslo.config has them: `$name` and `${name}` stand for the option of the same
 * section, else of [DEFAULT]; `$SECTION.name` and `${SECTION.name}` for one of another section; `$$` and `\$` for a
 * dollar sign. Any other dollar sign means itself.
 */
const NAME = '[A-Za-z_][A-Za-z0-9_]*(?:\\.[A-Za-z_][A-Za-z0-9_]*)?';
const REFERENCE = new RegExp(`\\$\\$|\\\\\\$|\\$\\{(${NAME})\\}|\\$(${NAME})`, 'g');

/** The text with all references replaced, or a sentence on the reference that leads nowhere or back to itself. */
export function substitute(
  text: string,
  option: Option,
  settings: Settings,
  onTheWay: readonly Option[] = [option],
): Result<string, string> {
  let problem: string | undefined;
  const replaced = text.replace(REFERENCE, (sign: string, braced?: string, bare?: string) => {
    const name = braced ?? bare;
    if (name === undefined) return '$';
    const value = valueOf(name, option.section, settings, onTheWay);
    if (value.ok) return value.value;
    problem ??= `${sign}: ${value.fault}`;
    return sign;
  });
  return problem === undefined ? success(replaced) : failure(problem);
}

function valueOf(
  name: string,
  section: string,
  settings: Settings,
  onTheWay: readonly Option[],
): Result<string, string> {
  const [first, second] = name.split('.') as [string, string | undefined];
  const target =
    second === undefined
      ? (findOption(section, first) ?? findOption('DEFAULT', first))
      : findOption(first, second);
  if (target === undefined) return failure('there is no such option to take the value of');
  if (onTheWay.includes(target)) return failure('the option refers to itself');
  const setting = settings.get(target);
  if (setting === undefined) return success(valueText(target.default));
  return substitute(setting.text, target, settings, [...onTheWay, target]);
}
