import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

/** Imports point one way: bin → streams → lib; `conf` is read by `bin`, and handed down by it. */
const root = resolve(import.meta.dirname, '..');

/** Rooms that each room may look into, beside itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  bin: ['conf', 'streams', 'lib'],
  streams: ['lib'],
  conf: ['lib'],
  lib: [],
};

/** The places where the rule gives way, and why. */
const EXCEPTIONS: readonly string[] = [
  // The two that turn the configuration into what the others are given.
  'streams/daemon.ts',
  'streams/sinks/options.ts',
];

/** Packages that `lib` may use: schemas, and the text of IPv6 addresses. */
const PURE_PACKAGES = ['zod', 'ipaddr.js'];

function sources(room: string): readonly string[] {
  return readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(room, name));
}

function imports(file: string): readonly string[] {
  const text = readFileSync(join(root, file), 'utf8');
  return Array.from(
    text.matchAll(/(?:^|\n)(?:import|export)\s(?:[^;']*?\sfrom\s)?'([^']+)'/g),
    (match) => match[1]!,
  );
}

for (const [room, others] of Object.entries(MAY_IMPORT)) {
  test(`${room} imports ${others.length === 0 ? 'nothing but itself' : `${others.join(', ')} and itself`}`, () => {
    const files = sources(room);
    assert.ok(files.length > 0);
    for (const file of files.filter((each) => !EXCEPTIONS.includes(each))) {
      for (const specifier of imports(file)) {
        if (!specifier.startsWith('.')) continue;
        const target = relative(root, resolve(root, dirname(file), specifier));
        const targetRoom = target.split('/')[0]!;
        assert.ok([room, ...others].includes(targetRoom), `${file} imports ${target}`);
      }
    }
  });
}

test('lib is pure: no input or output, no clock, no streams', () => {
  for (const file of sources('lib')) {
    for (const specifier of imports(file)) {
      assert.ok(
        specifier.startsWith('.') || PURE_PACKAGES.includes(specifier),
        `${file} imports ${specifier}`,
      );
    }
    const text = readFileSync(join(root, file), 'utf8');
    assert.not.match(text, /\b(Date\.now|new Date\(|Math\.random|setTimeout|setImmediate|process\.)/, file);
  }
});

test.run();
