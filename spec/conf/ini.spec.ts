import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseIni } from '../../conf/ini.ts';

/** What a section [S] with this text holds, or the message on the line that is wrong. */
const VALUES: readonly [name: string, text: string, expected: Record<string, string>][] = [
  ['equal sign', 'a = 1', { a: '1' }],
  ['colon', 'a: 1', { a: '1' }],
  ['no blanks', 'a=1', { a: '1' }],
  ['the first sign separates', 'a = b:c\nd: e=f', { a: 'b:c', d: 'e=f' }],
  ['blanks at the end', 'a = 1 \t', { a: '1' }],
  ['no value', 'a =', { a: '' }],
  ['comments', '# b = 1\n; c = 2\na = 1', { a: '1' }],
  ['a comment sign in a value', 'a = 1 # one ; two', { a: '1 # one ; two' }],
  ['double quotes', 'a = " 1 "', { a: ' 1 ' }],
  ['single quotes', "a = '1'", { a: '1' }],
  ['quotes that do not match', 'a = "1\'', { a: '"1\'' }],
  ['quotes inside', 'a = "1", "2', { a: '"1", "2' }],
  ['continuation', 'a = 1,\n  2,\n\t3\nb = 4', { a: '1,\n2,\n3', b: '4' }],
  ['continuation of nothing', 'a =\n  1', { a: '\n1' }],
  ['names keep their case', 'Aa = 1', { Aa: '1' }],
  ['carriage returns', 'a = 1\r\nb = 2\r', { a: '1', b: '2' }],
  ['end without line end', 'a = 1\n\n', { a: '1' }],
];

for (const [name, text, expected] of VALUES) {
  test(`ini: ${name}`, () => {
    const read = parseIni(`[S]\n${text}`, 'f');
    assert.ok(read.ok);
    assert.equal(
      Object.fromEntries(read.value.assignments.map((entry) => [entry.name, entry.value])),
      expected,
    );
  });
}

const FAULTS: readonly [text: string, where: string, message: RegExp][] = [
  ['a = 1', 'f:1', /expected a section/],
  ['[S]\n\nabc', 'f:3', /expected "name = value", found "abc"/],
  ['[S\na = 1', 'f:1', /section name between brackets, found "\[S"/],
  ['[]', 'f:1', /section name between brackets/],
  ['[S] x', 'f:1', /section name between brackets/],
  ['[S]\n= 1', 'f:2', /no option name/],
  ['[S]\n  a = 1', 'f:2', /continues a value/],
  ['[S]\na = 1\n\n  2', 'f:4', /continues a value/],
  ['[S]\na = 1\n# b\n  2', 'f:4', /continues a value/],
];

for (const [text, where, message] of FAULTS) {
  test(`ini refuses ${JSON.stringify(text)}`, () => {
    const read = parseIni(text, 'f');
    assert.not(read.ok);
    if (read.ok) return;
    assert.is(read.fault[0]!.where, where);
    assert.match(read.fault[0]!.message, message);
  });
}

test('ini: a file that is something else is not listed line by line', () => {
  const read = parseIni('what is this\n'.repeat(100), 'f');
  assert.ok(!read.ok && read.fault.length === 5);
});

test('ini: sections, repeated options and their places in order', () => {
  const read = parseIni('\uFEFF[A]\nx = 1\n[b]\n\ny = 2\nx = 3\n[A]\nx = 4\n', 'f');
  assert.ok(read.ok);
  assert.equal(
    read.value.sections.map(({ name, where }) => `${name} ${where}`),
    ['A f:1', 'b f:3', 'A f:7'],
  );
  assert.equal(
    read.value.assignments.map(({ section, name, value, where }) => `${section}.${name}=${value} ${where}`),
    ['A.x=1 f:2', 'b.y=2 f:5', 'b.x=3 f:6', 'A.x=4 f:8'],
  );
});

test.run();
