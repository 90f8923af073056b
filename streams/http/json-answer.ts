import type { Context } from 'hono';

/** Longest time, in milliseconds, that an answer is made before others have their turn. */
const WORK_BUDGET = 5;

const JSON_TYPE = { 'Content-Type': 'application/json' };

let lastTurn: Promise<unknown> = Promise.resolve();

/** A turn of the event loop in which no other answer is made: the budget is that of all of them together. */
function nextTurn(): Promise<unknown> {
  lastTurn = lastTurn.then(() => new Promise(setImmediate));
  return lastTurn;
}

/** Answers with JSON text that comes in pieces: at once if it is short, else as a stream that lets others work. */
export function jsonAnswer(context: Context, pieces: Generator<string, void>): Response {
  const first = takeFor(WORK_BUDGET, pieces);
  if (first.done) return context.body(first.text, 200, JSON_TYPE);
  const encoder = new TextEncoder();
  let text = first.text;
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      controller.enqueue(encoder.encode(text));
      await nextTurn();
      const next = takeFor(WORK_BUDGET, pieces);
      text = next.text;
      if (!next.done) return;
      controller.enqueue(encoder.encode(text));
      controller.close();
    },
    cancel: () => void pieces.return(),
  });
  return context.body(stream, 200, JSON_TYPE);
}

function takeFor(milliseconds: number, pieces: Generator<string, void>): { text: string; done: boolean } {
  const deadline = performance.now() + milliseconds;
  const taken: string[] = [];
  while (performance.now() < deadline) {
    const { value, done } = pieces.next();
    if (done === true) return { text: taken.join(''), done };
    taken.push(value);
  }
  return { text: taken.join(''), done: false };
}
