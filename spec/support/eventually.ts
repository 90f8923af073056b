import { setTimeout as sleep } from 'node:timers/promises';

/** Thrown by a check that cannot succeed any more. */
export class Hopeless extends Error {}

/**
 * Repeats `check` until it returns without throwing, and gives what it returned; its last error, with `what` in
 * front, when that has not happened within `deadline` milliseconds.
 */
export async function eventually<T>(
  what: string,
  check: () => T | Promise<T>,
  deadline = 10_000,
): Promise<T> {
  const end = performance.now() + deadline;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (error instanceof Hopeless) throw withContext(what, error);
      if (performance.now() >= end) throw withContext(`${what}, not within ${deadline} ms`, error);
    }
    await sleep(100);
  }
}

/** Checks that `check` holds now and goes on holding for `duration` milliseconds: for what must not happen. */
export async function throughout(
  what: string,
  check: () => void | Promise<void>,
  duration: number,
): Promise<void> {
  const end = performance.now() + duration;
  do {
    try {
      await check();
    } catch (error) {
      throw withContext(`${what}, no longer`, error);
    }
    await sleep(100);
  } while (performance.now() < end);
}

/** Keeps the error object: an assertion error carries the difference that the test runner prints. */
function withContext(context: string, error: unknown): unknown {
  if (!(error instanceof Error)) return new Error(`${context}: ${String(error)}`);
  error.message = `${context}: ${error.message}`;
  return error;
}
