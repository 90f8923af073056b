import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { atExit, cleanUp } from '../support/at-exit.ts';
import { needs, needsRoot } from '../support/needs.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const TITLE = 'the namespaces of a scenario';
const isolation = suite(TITLE);
const BUILD = join(import.meta.dirname, '../../dist');

isolation.after(cleanUp);

isolation('what others compile meanwhile is not seen', async () => {
  const probe = join(BUILD, `.probe-${process.pid}`);
  const remove = atExit(() => rmSync(probe, { force: true }));
  const script = `
    import { existsSync } from 'node:fs';
    import { furnish } from ${JSON.stringify(join(import.meta.dirname, 'isolation.ts'))};
    await furnish(${JSON.stringify(temporaryDirectory().path)});
    console.log('ready');
    process.stdin.once('data', () => {
      console.log(['bin/bagpipe-bgp.js', ${JSON.stringify(`.probe-${process.pid}`)}]
        .map((name) => existsSync(${JSON.stringify(BUILD)} + '/' + name)).join());
      process.exit();
    });`;
  const unshare = ['--mount', '--pid', '--fork', '--kill-child', '--propagation', 'private'];
  const node = [process.execPath, '--import', 'tsx', '--input-type=module', '--eval', script];
  const child = execa('unshare', [...unshare, ...node], { timeout: 60_000 });
  atExit(() => child.kill('SIGKILL'));
  const lines = child[Symbol.asyncIterator]();
  assert.is((await lines.next()).value, 'ready');
  writeFileSync(probe, '');
  child.stdin.end('now\n');
  assert.is((await lines.next()).value, 'true,false');
  await child;
  remove();
});

if (needsRoot(TITLE) && needs(TITLE, existsSync(BUILD), 'npm run build')) isolation.run();
