import { failure, success, type Result } from '../result.ts';

/** Deeper than any request has a reason to be; what walks a value may recurse as deep. */
const DEEPEST = 32;

const OPENING = new Set(['{', '[']);
const CLOSING = new Set(['}', ']']);

/** Parses JSON from outside. The fault says what is wrong with it. */
export function parseJson(text: string): Result<unknown, string> {
  if (text.trim() === '') return failure('the body is empty: a JSON object is expected');
  if (depthOf(text) > DEEPEST) return failure(`the body is nested deeper than ${DEEPEST} levels`);
  try {
    return success(JSON.parse(text) as unknown);
  } catch (error) {
    return failure(`the body is not JSON: ${error instanceof Error ? error.message : String(error)}`);
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
