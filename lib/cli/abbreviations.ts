import { failure, type Result, success } from '../result.ts';

/**
 * Writes out long options of which only the beginning is given (`--import` for `--import-rt`), as far as it is the beginning
 * of one alone; what is the beginning of none is left as it is. What follows `--` is no option.
 *
 * @param options - all that there are, each with its two dashes
 */
export function writeOut(
  words: readonly string[],
  options: readonly string[],
): Result<readonly string[], string> {
  const written: string[] = [];
  for (const [index, word] of words.entries()) {
    if (word === '--') {
      written.push(...words.slice(index));
      break;
    }
    const [, name, value = ''] = /^(--[^=]+)(=.*)?$/s.exec(word) ?? [];
    const meant =
      name === undefined || options.includes(name) ? [] : options.filter((each) => each.startsWith(name));
    if (meant.length > 1) return failure(`option '${name!}' is ambiguous: it may be ${meant.join(' or ')}`);
    written.push(meant.length === 1 ? `${meant[0]!}${value}` : word);
  }
  return success(written);
}
