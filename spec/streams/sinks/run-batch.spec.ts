import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  processRunner,
  type Run,
  runBatch,
  runProcess,
  type RunResult,
} from '../../../streams/sinks/run-batch.ts';

const MARKED = '1: lo: <LOOPBACK>\n';

interface Played {
  readonly run: Run;
  readonly calls: { readonly words: readonly string[]; readonly lines: readonly string[] }[];
}

/** Answers of a tool, one per run. */
function play(...results: Partial<RunResult>[]): Played {
  const calls: Played['calls'] = [];
  const run: Run = (words, input) => {
    const result = results[Math.min(calls.length, results.length - 1)];
    calls.push({
      words,
      lines: input.split('\n').filter((line) => line !== '' && line !== 'link show dev lo'),
    });
    return Promise.resolve({ exitCode: 0, stdout: '', stderr: '', ...result });
  };
  return { run, calls };
}

test('all lines in one process, the helper before the tool', async () => {
  const { run, calls } = play({ stdout: MARKED.repeat(2) });
  assert.is((await runBatch(run, ['sudo', '-n'], 'ip', ['link add x', 'link del y'])).size, 0);
  assert.equal(calls, [
    { words: ['sudo', '-n', 'ip', '-oneline', '-force', '-batch', '-'], lines: ['link add x', 'link del y'] },
  ]);
});

test('the line number of a failure names the line, its text comes before', async () => {
  const { run } = play({
    exitCode: 1,
    stderr: 'RTNETLINK answers: File exists\nCommand failed -:2\nError: a.\nError: b.\nCommand failed -:4\n',
  });
  const failures = await runBatch(run, [], 'bridge', ['1', '2', '3', '4']);
  assert.equal(
    [...failures],
    [
      [1, 'RTNETLINK answers: File exists'],
      [3, 'Error: a.; Error: b.'],
    ],
  );
});

test('ip that ends at a line without a word: the line failed, the others are run again from there', async () => {
  const { run, calls } = play(
    {
      exitCode: 2,
      stdout: MARKED.repeat(2),
      stderr: 'Cannot find device "x"\nCommand failed -:1\nError: IPv6 is disabled.\n',
    },
    { stdout: MARKED },
  );
  const failures = await runBatch(run, [], 'ip', ['a', 'b', 'c', 'd']);
  assert.equal(
    [...failures],
    [
      [0, 'Cannot find device "x"'],
      [2, 'Error: IPv6 is disabled.'],
    ],
  );
  assert.equal(
    calls.map(({ lines }) => lines),
    [['a', 'b', 'c', 'd'], ['d']],
  );
});

test('a tool that gets nowhere is not asked for ever', async () => {
  const { run, calls } = play({ exitCode: 1, stderr: 'sudo: a password is required' });
  const failures = await runBatch(run, ['sudo'], 'ip', Array.from({ length: 100 }, String));
  assert.is(failures.size, 100);
  assert.is(failures.get(99), 'sudo: a password is required');
  assert.is(calls.length, 3);
});

test('a program that is not there fails every line', async () => {
  const failures = await runBatch(runProcess, ['/nonexistent/helper'], 'ip', ['a', 'b']);
  assert.is(failures.size, 2);
  assert.match(failures.get(0)!, /ENOENT/);
});

test('sysctl: all keys in one process, and one by one to find the bad one', async () => {
  const { run, calls } = play(
    { exitCode: 1, stderr: 'permission denied' },
    {},
    { exitCode: 1, stderr: 'denied' },
  );
  assert.equal([...(await runBatch(run, [], 'sysctl', ['a=1', 'b=1']))], [[1, 'denied']]);
  assert.equal(
    calls.map(({ words }) => words.slice(4)),
    [['a=1', 'b=1'], ['a=1'], ['b=1']],
  );
});

for (const command of ['exec sleep 60', 'sleep 10 & sleep 60']) {
  test(`a process that hangs is killed and not waited for: ${command}`, async () => {
    const begin = performance.now();
    const result = await processRunner(200)(['sh', '-c', command], '');
    assert.equal(result, { exitCode: undefined, stdout: '', stderr: 'killed: no end after 0.2 s' });
    assert.ok(performance.now() - begin < 9000);
  });
}

for (const tool of ['ip', 'bridge', 'sysctl'] as const) {
  test(`${tool} that hangs fails every line, and is asked once`, async () => {
    const { run, calls } = play({ exitCode: undefined, stderr: 'killed: no end after 60 s' });
    const failures = await runBatch(run, [], tool, ['a', 'b', 'c']);
    assert.equal(
      [...failures],
      [0, 1, 2].map((index) => [index, 'killed: no end after 60 s']),
    );
    assert.is(calls.length, 1);
  });
}

test('arguments never meet a shell', async () => {
  const result = await runProcess(['printf', '%s', '$HOME; `id`'], '');
  assert.equal(result, { exitCode: 0, stdout: '$HOME; `id`', stderr: '' });
});

test.run();
