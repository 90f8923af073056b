import { failure, success, type Result } from '../../lib/result.ts';
import { referenceOf, referencesBelow, type Fetched, type Json } from '../../lib/cli/render.ts';
import { request, type NoAnswer } from './http.ts';

export interface Node {
  /** Where it was found, which is elsewhere than asked for if there was a reference. */
  readonly url: string;
  readonly value: Json;
}

export type LookingGlassFault =
  { readonly code: 'not-found' } | { readonly code: 'error'; readonly message: string };

/** In seconds. */
const PATIENCE = 10;
const WHERE_IT_LISTENS = 'is bagpipe-bgp running? --server and --port say where it listens';

/** What is at a URL; a reference there is followed, once. */
export async function readNode(url: string): Promise<Result<Node, LookingGlassFault>> {
  const value = await get(url);
  if (!value.ok) return value;
  const reference = referenceOf(value.value);
  if (reference === undefined) return success({ url, value: value.value });
  const target = await get(reference);
  return target.ok ? success({ url: reference, value: target.value }) : target;
}

/**
 * Everything behind the references below a node, and below those in turn. References to elsewhere are left: so that
 * it ends. What has gone meanwhile is left out.
 */
export async function readBelow(
  { url, value }: Node,
  fetched = new Map<string, Json>(),
): Promise<Result<Fetched, LookingGlassFault>> {
  for (const reference of referencesBelow(value, url)) {
    if (fetched.has(reference)) continue;
    const content = await get(reference);
    if (!content.ok && content.fault.code === 'not-found') continue;
    if (!content.ok) return content;
    fetched.set(reference, content.value);
    const below = await readBelow({ url: reference, value: content.value }, fetched);
    if (!below.ok) return below;
  }
  return success(fetched);
}

async function get(url: string): Promise<Result<Json, LookingGlassFault>> {
  const answer = await request({ url, patience: PATIENCE });
  if (!answer.ok) return error(noAnswer(url, answer.fault));
  const { status, body } = answer.value;
  if (status === 404) return failure({ code: 'not-found' });
  if (status !== 200) return error(`Error code ${status}: ${body}`);
  try {
    return success(JSON.parse(body) as Json);
  } catch {
    return error(`${url} did not answer with JSON: is this the API of bagpipe-bgp?`);
  }
}

function noAnswer(url: string, { code, message }: NoAnswer): string {
  if (code === 'silent') return `no answer from ${url}: ${message}`;
  return `No server at ${new URL(url).origin} : ${message}\n${WHERE_IT_LISTENS}`;
}

function error(message: string): Result<never, LookingGlassFault> {
  return failure({ code: 'error', message });
}
