import { copyFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { cleanUp } from '../support/at-exit.ts';
import { attempt } from '../support/programs.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const REPOSITORY = join(import.meta.dirname, '../..');
const SAID = 'Building ...';

/** A repository with hardly anything to compile. */
function repository(): string {
  const { path } = temporaryDirectory();
  for (const folder of ['bin', 'conf', 'lib', 'streams', 'spec/run'])
    mkdirSync(join(path, folder), { recursive: true });
  for (const file of ['package.json', 'tsconfig.json', 'spec/run/build.sh']) {
    copyFileSync(join(REPOSITORY, file), join(path, file));
  }
  symlinkSync(join(REPOSITORY, 'node_modules'), join(path, 'node_modules'));
  writeFileSync(join(path, 'bin/bagpipe-bgp.ts'), "export const answer: string = 'one';\n");
  writeFileSync(join(path, 'lib/other.ts'), 'export const other = 1;\n');
  return path;
}

const build = (path: string): ReturnType<typeof attempt> => attempt(['sh', join(path, 'spec/run/build.sh')]);

const building = suite('building for a run');
building.after(cleanUp);

building('it is compiled once, whoever asks for it, until something has changed', async () => {
  const path = repository();
  const both = await Promise.all([build(path), build(path)]);
  assert.equal(
    both.map(({ status }) => status),
    [0, 0],
  );
  assert.equal(both.map(({ output }) => output).sort(), ['', SAID]);
  const program = join(path, 'bin/bagpipe-bgp.ts');
  writeFileSync(program, readFileSync(program, 'utf8').replace('one', 'two'));
  assert.is((await build(path)).output, SAID);
  assert.match(readFileSync(join(path, 'dist/bin/bagpipe-bgp.js'), 'utf8'), "'two'");
  assert.is((await build(path)).output, '');
  rmSync(join(path, 'lib/other.ts'));
  assert.is((await build(path)).output, SAID);
});

building('what does not compile is not taken for compiled', async () => {
  const path = repository();
  writeFileSync(join(path, 'lib/other.ts'), "export const other: number = 'one';\n");
  for (let times = 0; times < 2; times += 1) {
    const { status, output } = await build(path);
    assert.is.not(status, 0);
    // Whatever else is said, in colours or not.
    assert.match(output, 'TS2322');
  }
});

building.run();
