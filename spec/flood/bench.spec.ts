import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { attempt } from '../support/programs.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const MAIN = join(import.meta.dirname, '../bench/main.ts');

function bench(...words: readonly string[]): ReturnType<typeof attempt> {
  return attempt(['node', '--import', 'tsx', MAIN, ...words]);
}

test('the benchmark floods this daemon and tells what it cost, as Markdown and JSON', async () => {
  const { path, remove } = temporaryDirectory();
  const json = join(path, 'figures.json');
  const small = ['--routes', '1000', '--vrfs', '3', '--only', 'bagpipe'];
  const { status, output } = await bench('ingest', ...small, '--json', json);
  assert.is(status, 0, output);
  assert.match(output, /^### Ingest$/m);
  assert.match(output, /^\| bagpipe-bgp \| 1 000 \| 3 \|/m);
  const { machine, ingest } = JSON.parse(readFileSync(json, 'utf8')) as {
    readonly machine: string;
    readonly ingest: readonly Readonly<Record<string, unknown>>[];
  };
  assert.match(machine, /CPUs .* Node\.js v\d+.* bagpipe-bgp \d/);
  assert.is(ingest.length, 1);
  assert.is(ingest[0]!['routes'], 1000);
  assert.ok(Number(ingest[0]!['routes per second']) > 0);
  remove();
});

test('what the benchmark does not know it says, before it measures', async () => {
  for (const [words, complaint] of [
    [['nothing'], /Allowed choices are ingest, /],
    [['--routes', 'many'], /--routes many: whole numbers with commas are expected/],
    [['--vrfs', '1,-2'], /--vrfs 1,-2: whole numbers/],
  ] as const) {
    const { status, output } = await bench(...words);
    assert.is(status, 1);
    assert.match(output, complaint);
  }
});

test.run();
