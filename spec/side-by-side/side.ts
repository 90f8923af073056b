/**
 * The two daemons are clients of one reflector, and would import each other's routes if they were asked the same. So
 * the second one is asked the same with other numbers: what follows the colon in each route target, and in the RD of
 * each route from elsewhere, is larger by `shift`. What it says is shifted back before it is compared.
 */
export interface Side {
  readonly name: 'ours' | 'original';
  /** Its BGP identifier and next hop. */
  readonly address: string;
  readonly shift: number;
}

export const OURS: Side = { name: 'ours', address: '127.0.2.2', shift: 0 };
export const ORIGINAL: Side = { name: 'original', address: '127.0.2.3', shift: 10_000 };
export const SIDES: readonly Side[] = [OURS, ORIGINAL];

export const REFLECTOR = '127.0.2.1';
export const REMOTE_PE = '127.0.2.4';
export const AS_NUMBER = 64512;
/** The AS in the RDs of routes from elsewhere, which no route target has. */
export const REMOTE_AS = 64999;

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** The text of a route target, an RD, or of anything that has some of them in it, as this side has to say it. */
export function toSide({ shift }: Side, text: string): string {
  return shiftNumbers(text, shift);
}

/**
 * The reverse. A number that belongs to the other side becomes one that nobody has asked for, so that a route which
 * has strayed is seen.
 */
export function fromSide({ shift }: Side, text: string): string {
  return shiftNumbers(text, -shift);
}

/** All texts of a request. */
export function requestToSide(side: Side, value: Json): Json {
  if (typeof value === 'string') return toSide(side, value);
  if (typeof value !== 'object' || value === null) return value;
  if (isList(value)) return value.map((element) => requestToSide(side, element));
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, requestToSide(side, member)]),
  );
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

/** `64512:101`, and `64512_101` in the identifier of a redirect instance. */
const SHIFTED = new RegExp(`(?<![\\d.])(${AS_NUMBER}|${REMOTE_AS})([:_])(\\d+)(?![\\d.])`, 'g');

function shiftNumbers(text: string, by: number): string {
  if (by === 0) return text;
  return text.replace(
    SHIFTED,
    (_, as: string, colon: string, number: string) => `${as}${colon}${Number(number) + by}`,
  );
}
