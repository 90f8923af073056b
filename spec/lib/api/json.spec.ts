import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseJson } from '../../../lib/api/json.ts';

const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;

test('JSON is parsed', () => {
  assert.equal(parseJson('{"a": ["[[[", "\\"]"]}'), { ok: true, value: { a: ['[[[', '"]'] } });
});

test('what is not JSON is a fault', () => {
  for (const text of ['', '{', 'null x', '"']) assert.not.ok(parseJson(text).ok, text);
  assert.equal(parseJson(' \n'), { ok: false, fault: 'the body is empty: a JSON object is expected' });
});

test('bytes are UTF-8, or a fault', () => {
  assert.equal(parseJson(Buffer.from('"köln"')), { ok: true, value: 'köln' });
  assert.equal(parseJson(Buffer.from('"köln"', 'latin1')), {
    ok: false,
    fault: 'the body is not UTF-8 text',
  });
});

test('nesting has an end', () => {
  assert.ok(parseJson(nested(32)).ok);
  assert.equal(parseJson(nested(33)), { ok: false, fault: 'the body is nested deeper than 32 levels' });
  assert.not.ok(parseJson(`{"a":${nested(100_000)}}`).ok);
  assert.ok(parseJson(JSON.stringify('['.repeat(1000))).ok, 'brackets in a text are not nesting');
});

test.run();
