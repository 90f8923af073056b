import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { anchors, links, tableBelow } from '../docs/markdown.ts';
import { examples } from './examples.ts';
import { loadScenario } from './file/load.ts';

/** `docs/examples/README.md` and the files beside it; what it shows is run elsewhere. */
const DOCUMENT = join(import.meta.dirname, '../../docs/examples/README.md');
const text = readFileSync(DOCUMENT, 'utf8');

test('it has all examples, each with its title and its picture', () => {
  const listed = tableBelow(text, 'The examples').map(([name]) => /\[(.*?)\]/.exec(name!)?.[1]);
  assert.equal(
    listed.toSorted(),
    examples().map(({ name }) => name),
  );
  for (const { name, title } of examples()) {
    assert.ok(text.includes(`\n### ${name}\n\n[${title}](${name}.yaml).\n\n![](${name}.svg)\n`), name);
  }
});

test('links lead somewhere', () => {
  for (const link of links(text)) {
    const [path, anchor] = link.split('#') as [string, string | undefined];
    const target = path === '' ? DOCUMENT : join(dirname(DOCUMENT), path);
    assert.ok(existsSync(target), `${link}: no such file`);
    if (anchor !== undefined) {
      assert.ok(anchors(readFileSync(target, 'utf8')).has(anchor), `${link}: no such heading`);
    }
  }
});

for (const { name, path } of examples()) {
  test(`${name} is understood`, () => {
    const loaded = loadScenario(readFileSync(path, 'utf8'));
    assert.ok(loaded.ok, loaded.ok ? '' : loaded.fault.join('\n'));
  });
}

test.run();
