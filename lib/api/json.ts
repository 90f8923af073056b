import { failure, success, type Result } from '../result.ts';

/** Deeper than any request has a reason to be; what walks a value may recurse as deep. */
const DEEPEST = 32;

const OPENING = new Set(['{', '[']);
const CLOSING = new Set(['}', ']']);

/** Parses JSON from outside, as text or as the bytes of it (RFC 8259 §8.1: UTF-8). The fault says what is wrong with it. */
export function parseJson(body: string | Uint8Array): Result<unknown, string> {
  const text = typeof body === 'string' ? body : decodeUtf8(body);
  if (text === undefined) return failure('the body is not UTF-8 text');
  if (text.trim() === '') return failure('the body is empty: a JSON object is expected');
  if (depthOf(text) > DEEPEST) return failure(`the body is nested deeper than ${DEEPEST} levels`);
  try {
    return success(JSON.parse(text) as unknown);
  } catch (error) {
    return failure(`the body is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** The depth of nesting of valid JSON; of other text, some number. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let index = 0; index < text.length; index++) {
    const character = text[index]!;
    if (inString) {
      if (character === '\\') index++;
      else if (character === '"') inString = false;
    } else if (character === '"') {
      inString = true;
    } else if (OPENING.has(character)) {
      deepest = Math.max(deepest, ++depth);
    } else if (CLOSING.has(character)) {
      depth--;
    }
  }
  return deepest;
}
