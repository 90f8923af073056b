import { readdirSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { run } from './fixture.ts';

const DIRECTORY = new URL('../../bin', import.meta.url);
const COMMANDS = readdirSync(DIRECTORY)
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -'.ts'.length));

for (const command of COMMANDS) {
  test(`${command} explains itself: examples, exit status, wrong usage`, async () => {
    const [help, wrong] = await Promise.all([run(command, '--help'), run(command, '--nosuch')]);
    const { status, stdout, stderr } = help;
    assert.is(status, 0);
    assert.is(stderr, '');
    assert.match(stdout, new RegExp(`^Usage: ${command} `));
    assert.match(stdout, new RegExp(`^Examples:\\n {2}(sudo )?${command}`, 'm'));
    const exitStatus = /Exit status: [^]*/.exec(stdout)?.[0] ?? '';
    for (const number of ['0', '1', '2 for']) assert.ok(exitStatus.includes(number), number);

    assert.is(wrong.status, 2);
    assert.match(wrong.stderr, /unknown option '--nosuch'/);
    assert.ok(wrong.stderr.includes(`"${command} --help" explains the options`));
  });
}

test.run();
