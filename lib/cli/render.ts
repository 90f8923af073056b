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
 */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** What is behind references, by their URL, where it has been asked for. It is shown in place of `(...)`. */
export type Fetched = ReadonlyMap<string, Json>;

const EMPTY = '-';

/** The lines of a value, without an end-of-line sign or blanks at their ends. */
export function render(value: Json, fetched: Fetched = new Map()): readonly string[] {
  return lines(value, fetched).map((line) => line.trimEnd());
}

/** The URL of a reference, undefined for anything else. */
export function referenceOf(value: Json): string | undefined {
  return isObject(value) && typeof value['href'] === 'string' ? value['href'] : undefined;
}

/** The URLs of all references in a value that lie below `url`, in the order in which they are shown. */
export function referencesBelow(value: Json, url: string): readonly string[] {
  const reference = referenceOf(value);
  if (reference !== undefined) return reference.startsWith(`${url.replace(/\/$/, '')}/`) ? [reference] : [];
  if (value === null || typeof value !== 'object') return [];
  return Object.values(value).flatMap((member: Json) => referencesBelow(member, url));
}

/** The value with everything that was fetched in the place of its reference; an `id` stays with it. */
export function resolve(value: Json, fetched: Fetched): Json {
  const content = fetched.get(referenceOf(value) ?? '');
  if (content !== undefined) {
    const resolved = resolve(content, fetched);
    const id = isObject(value) ? value['id'] : undefined;
    if (id === undefined) return resolved;
    return isObject(resolved) ? { id, ...resolved } : { id, value: resolved };
  }
  if (isList(value)) return value.map((element) => resolve(element, fetched));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, resolve(member, fetched)]));
}

function lines(value: Json, fetched: Fetched): readonly string[] {
  if (isList(value))
    return value.length === 0 ? [EMPTY] : value.flatMap((element) => elementLines(element, fetched));
  if (!isObject(value)) return scalarText(value).split('\n');
  if (referenceOf(value) !== undefined) return referenceLines(value, fetched);
  const members = Object.entries(value);
  return members.length === 0
    ? [EMPTY]
    : members.flatMap(([key, member]) => memberLines(key, member, fetched));
}

function elementLines(element: Json, fetched: Fetched): readonly string[] {
  const [first, ...rest] = lines(element, fetched);
  return [`* ${first!}`, ...indented(rest)];
}

function memberLines(key: string, value: Json, fetched: Fetched): readonly string[] {
  const [first, ...rest] = lines(value, fetched);
  const startsOnLineOfKey =
    isReferenceWithHeader(value, fetched) || (rest.length === 0 && isFlat(value, fetched));
  return startsOnLineOfKey
    ? [`${key}: ${first!}`, ...indented(rest)]
    : [`${key}:`, ...indented([first!, ...rest])];
}

/** `v1 (...)`, or only `v1` and what is behind it; other members of the reference below. */
function referenceLines(reference: JsonObject, fetched: Fetched): readonly string[] {
  const { id, href, ...others } = reference;
  const name = id === undefined ? '' : scalarText(id as Json & string);
  const content = fetched.get(href as string);
  if (content !== undefined)
    return id === undefined ? lines(content, fetched) : [name, ...lines(content, fetched)];
  const members = Object.keys(others).length === 0 ? [] : lines(others, fetched);
  return [`${name} (...)`, ...members];
}

function isReferenceWithHeader(value: Json, fetched: Fetched): boolean {
  const reference = referenceOf(value);
  if (reference === undefined) return false;
  return !fetched.has(reference) || (value as JsonObject)['id'] !== undefined;
}

/** Whether it is one line that needs no line of its own: a plain value, or nothing. */
function isFlat(value: Json, fetched: Fetched): boolean {
  const content = fetched.get(referenceOf(value) ?? '');
  if (content !== undefined) return isFlat(content, fetched);
  if (value === null || typeof value !== 'object') return true;
  return Object.keys(value).length === 0;
}

function scalarText(value: null | boolean | number | string): string {
  // Scripts that read the output of the original expect its spelling of these.
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return String(value);
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
