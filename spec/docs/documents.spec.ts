import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Command } from 'commander';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { addRestAttachOptions } from '../../bin/support/rest-attach-options.ts';
import { formatConfigurationFault } from '../../conf/fault.ts';
import { loadConfiguration } from '../../conf/load.ts';
import { valueText } from '../../conf/option.ts';
import { SECTIONS, shownOptions } from '../../conf/schema.ts';
import type { RestAttachArguments } from '../../lib/cli/rest-attach/arguments.ts';
import { plan } from '../../lib/cli/rest-attach/plan.ts';
import { success } from '../../lib/result.ts';
import { run } from '../bin/fixture.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { anchors, codeIn, fencedBlocks, links, tableBelow } from './markdown.ts';
import { CONSOLE } from './transcript.ts';

/** What the documents say of options, commands and files is so; what they show of a terminal: `examples.spec.ts`. */
const ROOT = join(import.meta.dirname, '../..');
const DOCUMENTS = [
  'docs/operator-guide.md',
  'docs/rest-api.md',
  'docs/looking-glass.md',
  'docs/performance.md',
];

function read(name: string): string {
  return readFileSync(join(ROOT, name), 'utf8');
}

for (const name of ['README.md', ...DOCUMENTS]) {
  test(`${name}: links lead somewhere`, () => {
    for (const link of links(read(name))) {
      if (/^https?:/.test(link)) continue;
      const [path, anchor] = link.split('#') as [string, string | undefined];
      const target = path === '' ? name : join(dirname(name), path);
      assert.ok(existsSync(join(ROOT, target)), `${link}: no such file`);
      if (anchor !== undefined) assert.ok(anchors(read(target)).has(anchor), `${link}: no such heading`);
    }
  });
}

for (const name of DOCUMENTS) {
  test(`${name}: configurations are accepted`, () => {
    const directory = temporaryDirectory();
    for (const { language, lines, start } of fencedBlocks(read(name))) {
      if (language !== 'ini') continue;
      const file = join(directory.path, 'bgp.conf');
      // What shows a single section stands for a part of a file.
      const mandatory = lines.includes('[BGP]')
        ? []
        : ['[BGP]', 'local_address = 192.0.2.11', 'my_as = 64512'];
      writeFileSync(file, [...lines, ...mandatory].join('\n'));
      const interfaceAddress = (): ReturnType<typeof success<string>> => success('192.0.2.11');
      const loaded = loadConfiguration({ files: [file], directories: [], interfaceAddress });
      const faults = loaded.ok ? loaded.value.warnings : loaded.fault.map(formatConfigurationFault);
      assert.equal(faults, [], `line ${start}`);
    }
    directory.remove();
  });

  test(`${name}: files that commands name are there`, () => {
    for (const { language, lines } of fencedBlocks(read(name))) {
      if (language !== 'sh') continue;
      for (const [path] of lines.join('\n').matchAll(/\bconf\/[\w./-]+/g)) {
        assert.ok(existsSync(join(ROOT, path)), path);
      }
    }
  });

  test(`${name}: commands that are not run here are known to their programs`, async () => {
    for (const { language, lines } of fencedBlocks(read(name))) {
      if (language === CONSOLE) continue;
      const text = lines.join('\n').replaceAll('\\\n', ' ');
      for (const line of text.split('\n')) {
        assert.not.match(line, /^(\$ )?curl /, 'is to be in a block of the language console');
        const [, program, rest] = /^(bagpipe-[a-z0-9-]+)( [^|]*|$)/.exec(line) ?? [];
        if (language !== 'sh' || program === undefined) continue;
        await assertAccepted(program, rest!.trim().split(/ +/));
      }
    }
  });
}

async function assertAccepted(program: string, words: readonly string[]): Promise<void> {
  if (program === 'bagpipe-rest-attach') {
    const command = addRestAttachOptions(new Command()).exitOverride();
    command.parse([...words], { from: 'user' });
    const planned = plan(command.opts<RestAttachArguments>());
    if (!planned.ok) assert.unreachable(planned.fault);
    return;
  }
  const help = await run(program, '--help');
  assert.is(help.status, 0, program);
  for (const word of words.filter((each) => each.startsWith('-'))) {
    assert.ok(help.stdout.includes(` ${word} `), `${program} ${word}`);
  }
}

test('the table of options has all of them, with their defaults', () => {
  const documented = tableBelow(read('docs/operator-guide.md'), 'Options').map(
    ([section, option, defaultValue]) =>
      [codeIn(section!)[0], codeIn(option!)[0], codeIn(defaultValue!)[0] ?? ''].join(' '),
  );
  const real = SECTIONS.flatMap(({ name }) =>
    shownOptions(name).map((option) => [name, option.name, valueText(option.default)].join(' ')),
  );
  assert.equal(documented.toSorted(), real.toSorted());
});

test.run();
