import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { needsRoot } from '../support/needs.ts';
import { attempt } from '../support/programs.ts';
import { readArguments, USAGE } from './arguments.ts';
import { STORIES } from './stories/registry.ts';

function demo(...words: readonly string[]): ReturnType<typeof attempt> {
  return attempt([process.execPath, '--import', 'tsx', 'spec/demo/main.ts', ...words]);
}

test('wrong usage: what is wrong, and the usage', async () => {
  for (const words of [['--bogus'], ['now'], ['--keep', '--remove'], ['--keep=1'], ['--ipvpn']]) {
    const { status, output } = await demo(...words);
    assert.is(status, 2, words.join(' '));
    assert.match(output, /^demo: .*\n[^]*^Usage: npm run demo /m);
    assert.not.match(output, /^ +at /m, 'no trace');
  }
});

test('a story that there is not: which there are', async () => {
  for (const [words, complaint] of [
    [['--ipvpn', 'linux'], '--ipvpn linux: expected ovs'],
    [['--evpn', 'ovs', '--keep'], '--evpn ovs: expected linux'],
    [['--evpn', 'linux', '--ipvpn', 'ovs'], '--evpn and --ipvpn exclude each other'],
  ] as const) {
    const { status, output } = await demo(...words);
    assert.is(status, 2, words.join(' '));
    assert.is(output.split('\n')[0], `demo: ${complaint}`);
  }
});

test('what is asked for', () => {
  const asked = (...words: string[]): readonly string[] => {
    const given = readArguments(words);
    if (!given.ok) throw new Error(given.fault);
    const { story, action } = given.value;
    return [story.vpnType, story.driver, action];
  };
  assert.equal(asked(), ['evpn', 'linux', 'tell']);
  assert.equal(asked('--ipvpn', 'ovs'), ['ipvpn', 'ovs', 'tell']);
  assert.equal(asked('--keep', '--ipvpn=ovs'), ['ipvpn', 'ovs', 'keep']);
  assert.equal(asked('--evpn', 'linux', '--remove'), ['evpn', 'linux', 'remove']);
  for (const { vpnType, driver } of STORIES) {
    assert.equal(asked(`--${vpnType}`, driver), [vpnType, driver, 'tell']);
    assert.ok(USAGE.includes(`\n  --${vpnType} ${driver} `), `--${vpnType} ${driver} is in the usage`);
  }
});

test('help', async () => {
  const { status, output } = await demo('--help');
  assert.is(status, 0);
  assert.match(output, /^Usage: npm run demo /);
});

test('an example is for the runner of scenarios, with all the words', async () => {
  assert.match(USAGE, /^ {2}chain-example1 +\S/m);
  const { status, output } = await demo('basic', '--bogus');
  assert.is(status, 2);
  assert.match(output, /^scenario: .*--bogus/);
  assert.match((await demo('basic', '--help')).output, /^Usage: npm run scenario /);
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
