/**
 * The spelling of names and labels in the language of Graphviz. What comes from outside (an instance id is any text)
 * must not end a name, a label or a comment early, nor mean something in it.
 */

/** An identifier; one that could be taken for something else stands between quotes. */
export function identifier(name: string): string {
  // A backslash in a name means itself, unless a quote comes after it.
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : quoted(escaped(name.replaceAll('\\', '\\\\')));
}

/** The label of a node or an edge. */
export function label(...lines: readonly string[]): string {
  return quoted(lines.map(labelText).join('\\n'));
}

/** Text in a field of a record, which also has a language of its own: `{`, `|`, `<port>`. */
export function recordText(...lines: readonly string[]): string {
  return lines.map((line) => labelText(line).replaceAll(/[{}|<>]/g, '\\$&')).join('\\n');
}

export function quoted(text: string): string {
  return `"${text}"`;
}

/** Text in a comment of one line. */
export function comment(text: string): string {
  return `/* ${text.replaceAll(CONTROL, ' ').replaceAll('*/', '* /')} */`;
}

const CONTROL = /\p{Cc}+/gu;

/** Backslashes and entities (`&amp;`) are shown as they are. */
function labelText(text: string): string {
  return escaped(text.replaceAll('\\', '\\\\')).replaceAll(/&(?=#?\w+;)/g, '&amp;');
}

function escaped(text: string): string {
  return text.replaceAll('"', '\\"').replaceAll(CONTROL, ' ');
}
