import { isDeepStrictEqual } from 'node:util';

/** What is different each time: a point in time, a number drawn at random, what belongs to the machine. */
const VOLATILE: readonly (readonly [pattern: RegExp, mask: string])[] = [
  [/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d([.,]\d{3})?/g, '<time>'],
  [/^\d{30,39}$/g, '<number>'],
  [/next attempt in \d+ s/g, 'next attempt in <n> s'],
  [/("?kernel_release"?: ?)"?[\d.]+"?/g, '$1<release>'],
  [/("?version"?: ?|bagpipe-bgp )"?\d+\.\d+\.\d+"?/g, '$1<version>'],
];

/**
 * Whether a command has printed what its document says, apart from the above and from the order of lines, which means
 * nothing where routes come in any order. JSON may be laid out in any way. In other text a line `...` stands for any
 * number of lines, and ` ...` at the end of a line for the rest of it; the lines beside such have their order.
 */
export function isAsShown(shown: string, actual: string): boolean {
  const [expected, found] = [masked(shown), masked(actual)];
  const expectedJson = parsed(expected);
  if (expectedJson !== undefined) return isDeepStrictEqual(inOrder(expectedJson), inOrder(parsed(found)));
  if (ELISION.test(expected)) return patternOf(expected).test(found);
  return inLineOrder(expected) === inLineOrder(found);
}

const ELISION = /^ *\.\.\.$| \.\.\.$/m;

function masked(text: string): string {
  const lines = text.split('\n').map((line) => line.trimEnd());
  return VOLATILE.reduce(
    (result, [pattern, mask]) => result.replaceAll(pattern, mask),
    lines.join('\n').trim(),
  );
}

/** With the masks between quotes again, which JSON wants around what is no number. */
function parsed(text: string): unknown {
  if (!/^[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text.replaceAll(/: ?(<\w+>)/g, ': "$1"')) as unknown;
  } catch {
    return undefined;
  }
}

/** Lists of the looking glass are made from sets. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) {
    const members = value.map(inOrder);
    return members.sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
  }
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => [name, inOrder(member)] as const);
  return Object.fromEntries(members.sort(([one], [other]) => (one < other ? -1 : 1)));
}

function inLineOrder(text: string): string {
  return text.split('\n').sort().join('\n');
}

function patternOf(text: string): RegExp {
  const parts = text.split(/^ *\.\.\.$/m).map((part) =>
    part
      .split(/ \.\.\.$/m)
      .map(escape)
      .join('.*'),
  );
  return new RegExp(`^${parts.join('[\\s\\S]*')}$`);
}

function escape(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

const WIDTH = 110;

/** JSON as a document shows it: what fits on a line is on one. Text that is no JSON is left as it is. */
export function layOut(text: string): string {
  if (!/^[[{]/.test(text)) return text;
  try {
    return json(JSON.parse(text) as unknown, '', 0);
  } catch {
    return text;
  }
}

function json(value: unknown, indent: string, used: number): string {
  const flat = oneLine(value);
  if (typeof value !== 'object' || value === null || indent.length + used + flat.length < WIDTH) return flat;
  const inner = `${indent}  `;
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const members = Array.isArray(value)
    ? value.map((member) => inner + json(member, inner, 1))
    : Object.entries(value).map(([name, member]) => {
        const key = `${JSON.stringify(name)}: `;
        return inner + key + json(member, inner, key.length + 1);
      });
  return `${open!}\n${members.join(',\n')}\n${indent}${close!}`;
}

function oneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([name, member]) => `${JSON.stringify(name)}: ${oneLine(member)}`,
  );
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}
