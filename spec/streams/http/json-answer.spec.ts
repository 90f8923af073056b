import { Hono } from 'hono';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { jsonAnswer } from '../../../streams/http/json-answer.ts';

/** A list whose elements take `milliseconds` each to make. */
function* slowList(length: number, milliseconds: number): Generator<string, void> {
  for (let index = 0; index < length; index++) {
    const end = performance.now() + milliseconds;
    while (performance.now() < end);
    yield `${index === 0 ? '[' : ','}${index}`;
  }
  yield ']';
}

function answer(pieces: Generator<string, void>): Promise<Response> {
  const app = new Hono();
  app.get('/', (context) => jsonAnswer(context, pieces));
  return Promise.resolve(app.request('/'));
}

test('a short answer comes at once', async () => {
  const response = await answer(slowList(3, 0));
  assert.match(response.headers.get('content-type') ?? '', /^application\/json/);
  assert.equal(await response.json(), [0, 1, 2]);
});

test('a long answer is whole, and others have their turn while it is made', async () => {
  let turns = 0;
  const other = setInterval(() => turns++, 1);
  const response = await answer(slowList(200, 0.5));
  const list = (await response.json()) as number[];
  clearInterval(other);
  assert.equal(
    list,
    Array.from({ length: 200 }, (_, index) => index),
  );
  assert.ok(turns >= 5, `${turns} turns in 100 ms of work`);
});

test.run();
