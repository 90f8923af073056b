import { failure, success, type Result } from '../../lib/result.ts';

export interface Answer {
  readonly status: number;
  /** The phrase after the status. */
  readonly reason: string;
  readonly body: string;
}

/** One request to a daemon. Fails only if there is no answer. The global `fetch` of Node.js uses no proxy. */
export async function request(url: string, body?: unknown): Promise<Result<Answer, string>> {
  const headers = { accept: 'application/json', 'content-type': 'application/json' };
  const post = { method: 'POST', body: JSON.stringify(body), headers };
  try {
    const response = await fetch(url, body === undefined ? { headers: { accept: headers.accept } } : post);
    return success({ status: response.status, reason: response.statusText, body: await response.text() });
  } catch (error) {
    return failure(causeOf(error as Error));
  }
}

/** `fetch failed` hides what happened in its cause, which may itself be a list of attempts. */
function causeOf(error: Error): string {
  const cause = error.cause instanceof AggregateError ? (error.cause.errors as Error[])[0] : error.cause;
  return cause instanceof Error ? cause.message : error.message;
}
