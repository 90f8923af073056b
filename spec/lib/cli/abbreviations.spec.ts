import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { writeOut } from '../../../lib/cli/abbreviations.ts';
import { failure, success } from '../../../lib/result.ts';

const OPTIONS = ['--attach', '--detach', '--import-rt', '--readv-from-rt', '--readv-to-rt', '--rt'];

for (const [what, words, written] of [
  ['a beginning', ['--import', '64512:1'], ['--import-rt', '64512:1']],
  ['with its value', ['--im=64512:1'], ['--import-rt=64512:1']],
  ['a name that is whole', ['--rt', '64512:1'], ['--rt', '64512:1']],
  ['several', ['--att', '--readv-f', 'x'], ['--attach', '--readv-from-rt', 'x']],
  ['no option', ['attach', '-a', '-', ''], ['attach', '-a', '-', '']],
  ['what there is not', ['--imports'], ['--imports']],
  ['what is no option any more', ['--att', '--', '--import'], ['--attach', '--', '--import']],
] as const) {
  test(what, () => assert.equal(writeOut(words, OPTIONS), success([...written])));
}

test('the beginning of several', () => {
  const complaint = "option '--readv' is ambiguous: it may be --readv-from-rt or --readv-to-rt";
  assert.equal(writeOut(['--readv', 'x'], OPTIONS), failure(complaint));
});

test.run();
