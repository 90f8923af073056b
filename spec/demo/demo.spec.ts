import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { needsRoot } from '../support/needs.ts';
import { attempt } from '../support/programs.ts';

function demo(...words: readonly string[]): ReturnType<typeof attempt> {
  return attempt([process.execPath, '--import', 'tsx', 'spec/demo/main.ts', ...words]);
}

test('wrong usage: what is wrong, and the usage', async () => {
  for (const words of [['--bogus'], ['now'], ['--keep', '--remove'], ['--keep=1']]) {
    const { status, output } = await demo(...words);
    assert.is(status, 2, words.join(' '));
    assert.match(output, /^demo: .*\n[^]*^Usage: npm run demo /m);
    assert.not.match(output, /^ +at /m, 'no trace');
  }
});

test('help', async () => {
  const { status, output } = await demo('--help');
  assert.is(status, 0);
  assert.match(output, /^Usage: npm run demo /);
});

// Not what somebody has kept on this machine.
if (needsRoot('removal of the demo')) {
  test('removal says whether there was anything', async () => {
    const { standingNamespaces } = await import('./scene.ts');
    if (standingNamespaces().length > 0) return;
    await attempt(['ip', 'netns', 'add', 'bagpipe-demo-spec']);
    assert.equal(await demo('--remove'), { status: 0, output: 'removed' });
    assert.equal(await demo('--remove'), { status: 0, output: 'nothing to remove' });
  });
}

test.run();
