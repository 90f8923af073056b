import { failure, success, type Result } from '../lib/result.ts';
import type { ConfigurationFault } from './fault.ts';

/**
 * The dialect of INI that oslo.config reads:
 *
 *     # a comment, as is a line that starts with a semicolon; both on lines of their own
 *     [SECTION]
 *     name = value
 *     name: "value in quotes, which are taken off"
 *     name = a value that goes on
 *       in lines with leading blanks, up to a blank line or a comment
 *
 * A comment sign inside a value belongs to the value.
 */
export interface Assignment {
  readonly section: string;
  readonly name: string;
  readonly value: string;
  /** `file:line` */
  readonly where: string;
}

export interface IniFile {
  readonly sections: readonly { readonly name: string; readonly where: string }[];
  readonly assignments: readonly Assignment[];
}

/** A file with more than this is not a configuration; to list every line of it helps nobody. */
const MOST_FAULTS = 5;

/** Reads the whole text, and gives either all of it or the first lines that are wrong. `file` is for the messages. */
export function parseIni(text: string, file: string): Result<IniFile, readonly ConfigurationFault[]> {
  const sections: { name: string; where: string }[] = [];
  const assignments: Assignment[] = [];
  const faults: ConfigurationFault[] = [];
  let section: string | undefined;
  /** The value that a line with leading blanks continues. */
  let open: Assignment | undefined;

  const close = (): void => {
    if (open !== undefined) assignments.push({ ...open, value: withoutQuotes(open.value) });
    open = undefined;
  };

  // A byte order mark is what some editors put before the first section.
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  for (const [index, line] of lines.entries()) {
    if (faults.length === MOST_FAULTS) break;
    const where = `${file}:${index + 1}`;
    const refuse = (message: string): number => faults.push({ code: 'syntax', where, message });
    const content = line.trim();
    if (content === '' || /^[#;]/.test(line)) {
      close();
    } else if (/^\s/.test(line)) {
      if (open === undefined) refuse('a line with leading blanks continues a value, and there is none');
      else open = { ...open, value: `${open.value}\n${content}` };
    } else if (content.startsWith('[')) {
      close();
      const name = /^\[(.+)\]$/.exec(content)?.[1];
      if (name === undefined) refuse(`expected a section name between brackets, found "${content}"`);
      else sections.push({ name: (section = name), where });
    } else {
      close();
      const parts = /^([^:=]*?)\s*[:=]\s*(.*)$/.exec(content);
      if (parts === null) refuse(`expected "name = value", found "${content}"`);
      else if (parts[1] === '') refuse('there is no option name before the sign');
      else if (section === undefined) refuse('expected a section, such as [BGP], before the first option');
      else open = { section, name: parts[1]!, value: parts[2]!, where };
    }
  }
  close();
  return faults.length > 0 ? failure(faults) : success({ sections, assignments });
}

/** One pair of equal quotes around the whole value. They protect blanks; a value of several lines keeps them. */
function withoutQuotes(value: string): string {
  return /^(["'])(.*)\1$/.exec(value)?.[2] ?? value;
}
