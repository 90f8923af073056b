/**
 * The looking glass in text, for people and for `grep`:
 *
 *     summary:                       an object: `key:`, and what belongs to it two columns further
 *       vpn_instances_count: 2       a plain value on the line of its key
 *     config:  (...)                 a reference: there is more at its address
 *     instances:
 *       * v1 (...)                   a list: `* ` before each element, its other lines aligned after that
 *         name: VRF-1
 *     logs: -                        nothing in it
 *
 * Line for line as in the original, except for blanks at the ends of lines.
 */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** What is behind references, by their URL, where it has been asked for. It is shown in place of `(...)`. */
export type Fetched = ReadonlyMap<string, Json>;

/**
 * Where a value stands: pages refer to each other in circles, and a reference is replaced by what is behind it only
 * if that is below the page in which it stands, and is not being shown already.
 */
interface Place {
  readonly fetched: Fetched;
  readonly url: string;
  readonly open: ReadonlySet<string>;
}

const EMPTY = '-';

/** The lines of a value found at `url`, without an end-of-line sign or blanks at their ends. */
export function render(value: Json, fetched: Fetched = new Map(), url = ''): readonly string[] {
  return lines(value, placeOf(fetched, url)).map((line) => line.trimEnd());
}

/** The URL of a reference, undefined for anything else. */
export function referenceOf(value: Json): string | undefined {
  return isObject(value) && typeof value['href'] === 'string' ? value['href'] : undefined;
}

/** The URLs of all references in a value that lie below `url`, in the order in which they are shown. */
export function referencesBelow(value: Json, url: string): readonly string[] {
  const reference = referenceOf(value);
  if (reference !== undefined) return isBelow(reference, url) ? [reference] : [];
  if (value === null || typeof value !== 'object') return [];
  return Object.values(value).flatMap((member: Json) => referencesBelow(member, url));
}

/** The value with everything that was fetched in the place of its reference; an `id` stays with it. */
export function resolve(value: Json, fetched: Fetched, url = ''): Json {
  return resolveAt(value, placeOf(fetched, url));
}

function resolveAt(value: Json, place: Place): Json {
  const behind = contentOf(value, place);
  if (behind !== undefined) {
    const resolved = resolveAt(behind.content, behind.place);
    const id = isObject(value) ? value['id'] : undefined;
    if (id === undefined) return resolved;
    return isObject(resolved) ? { id, ...resolved } : { id, value: resolved };
  }
  if (isList(value)) return value.map((element) => resolveAt(element, place));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, resolveAt(member, place)]));
}

function placeOf(fetched: Fetched, url: string): Place {
  return { fetched, url, open: new Set([url]) };
}

function isBelow(reference: string, url: string): boolean {
  return reference !== url && reference.startsWith(`${url.replace(/\/$/, '')}/`);
}

/** What is to be shown in the place of a reference, and where that stands; undefined if nothing is. */
function contentOf(
  value: Json,
  { fetched, url, open }: Place,
): { readonly content: Json; readonly place: Place } | undefined {
  const reference = referenceOf(value);
  if (reference === undefined || open.has(reference) || !isBelow(reference, url)) return undefined;
  const content = fetched.get(reference);
  if (content === undefined) return undefined;
  return { content, place: { fetched, url: reference, open: new Set([...open, reference]) } };
}

function lines(value: Json, place: Place): readonly string[] {
  if (isList(value))
    return value.length === 0 ? [EMPTY] : value.flatMap((element) => elementLines(element, place));
  if (!isObject(value)) return textLines(scalarText(value));
  if (referenceOf(value) !== undefined) return referenceLines(value, place);
  const members = Object.entries(value);
  return members.length === 0 ? [EMPTY] : members.flatMap(([key, member]) => memberLines(key, member, place));
}

function elementLines(element: Json, place: Place): readonly string[] {
  const block = lines(element, place);
  const startsOnNextLine =
    referenceOf(element) !== undefined && !isReferenceWithHeader(element, place) && !isFlat(element, place);
  if (startsOnNextLine) return ['*', ...indented(block)];
  const [first, ...rest] = block;
  return [`* ${first!}`, ...indented(rest)];
}

function memberLines(key: string, value: Json, place: Place): readonly string[] {
  const [first, ...rest] = lines(value, place);
  const startsOnLineOfKey =
    isReferenceWithHeader(value, place) || (rest.length === 0 && isFlat(value, place));
  return startsOnLineOfKey
    ? [`${key}: ${first!}`, ...indented(rest)]
    : [`${key}:`, ...indented([first!, ...rest])];
}

/**
 * `v1 (...)`, or only `v1` and what is behind it, two columns further than members would be; other members of the
 * reference below.
 */
function referenceLines(reference: JsonObject, place: Place): readonly string[] {
  const { id } = reference;
  const name = id === undefined ? '' : scalarText(id as Json & string);
  const behind = contentOf(reference, place);
  if (behind !== undefined) {
    const shown = lines(behind.content, behind.place);
    if (id !== undefined) return [name, ...indented(shown)];
    return isFlat(behind.content, behind.place) ? shown : indented(shown);
  }
  const others = Object.entries(reference).filter(([key]) => key !== 'id' && key !== 'href');
  return [`${name} (...)`, ...others.flatMap(([key, member]) => memberLines(key, member, place))];
}

function isReferenceWithHeader(value: Json, place: Place): boolean {
  if (referenceOf(value) === undefined) return false;
  return contentOf(value, place) === undefined || (value as JsonObject)['id'] !== undefined;
}

/** Whether it is one line that needs no line of its own: a plain value, or nothing. */
function isFlat(value: Json, place: Place): boolean {
  const behind = contentOf(value, place);
  if (behind !== undefined) return isFlat(behind.content, behind.place);
  if (value === null || typeof value !== 'object') return true;
  return Object.keys(value).length === 0;
}

function scalarText(value: null | boolean | number | string): string {
  // Scripts that read the output of the original expect its spelling of these.
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return String(value);
}

/** Line breaks at the ends of a text are not worth a line. */
function textLines(text: string): readonly string[] {
  return text.includes('\n') ? text.replaceAll(/^\n+|\n+$/g, '').split('\n') : [text];
}

function indented(block: readonly string[]): readonly string[] {
  return block.map((line) => `  ${line}`);
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !isList(value);
}
