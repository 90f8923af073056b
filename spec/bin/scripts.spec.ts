import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

test('every script of package.json works in a fresh clone: it installs the packages first', () => {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const { scripts } = JSON.parse(text) as { readonly scripts: Readonly<Record<string, string>> };
  for (const [name, command] of Object.entries(scripts)) {
    assert.match(command, /^sh spec\/run\/npm-packages\.sh && /, name);
  }
});

test.run();
