import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { configurationHelp } from '../../conf/help.ts';
import { renderSample } from '../../conf/sample.ts';
import { OPTIONS, SECTIONS, shownOptions } from '../../conf/schema.ts';
import { loaded } from './fixture.ts';

test('the sample file is current', () => {
  const written = readFileSync(new URL('../../conf/bgp.conf.sample', import.meta.url), 'utf8');
  assert.is(written, renderSample(), 'run: node --import tsx conf/sample.ts');
});

test('the sample file is a configuration, and so it is with all of it in use', () => {
  const asIs = loaded(renderSample());
  assert.equal(asIs.warnings, []);
  const inUse = loaded(renderSample().replaceAll(/^#(?=\w)/gm, ''));
  assert.equal({ ...inUse, files: [] }, { ...asIs, files: [] }, 'what is commented out is the default');
});

test('help and sample name every option that does something', () => {
  for (const text of [renderSample(), configurationHelp()]) {
    for (const { name } of SECTIONS) {
      assert.ok(text.includes(`[${name}]`));
      for (const option of shownOptions(name)) assert.match(text, new RegExp(`^ *#?${option.name} =`, 'm'));
    }
  }
});

test('each option is described, once', () => {
  const names = OPTIONS.flatMap(({ section, name, olderNames }) =>
    [name, ...olderNames].map((each) => `${section}.${each}`),
  );
  assert.is(new Set(names).size, names.length);
  for (const { section, name, help } of OPTIONS) {
    assert.ok(
      SECTIONS.some((known) => known.name === section),
      name,
    );
    assert.match(help, /\.$/, name);
  }
});

test.run();
