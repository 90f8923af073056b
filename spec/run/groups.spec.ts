import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { GROUPS } from './groups.ts';

test('every spec is in one group', () => {
  // The pattern is the last word of a command that runs specs.
  const patterns = GROUPS.filter((group) => group.command.at(-1)!.endsWith('\\.spec\\.ts$')).map((group) => ({
    name: group.name,
    pattern: new RegExp(group.command.at(-1)!),
  }));
  const specs = readdirSync(join(import.meta.dirname, '..'), { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.spec.ts'),
  );
  assert.ok(specs.length > 10);
  for (const spec of specs) {
    // These run on another kernel, which a spec above them starts.
    if (spec.includes('/inside/')) continue;
    const groups = patterns.filter(({ pattern }) => pattern.test(spec)).map(({ name }) => name);
    assert.is(groups.length, 1, `${spec} is in ${groups.join(', ') || 'none'}`);
  }
});

test.run();
