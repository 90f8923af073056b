import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { referencesBelow, render, resolve, type Json } from '../../../lib/cli/render.ts';

const TABLE: readonly [name: string, value: Json, lines: readonly string[]][] = [
  ['text', 'abc', ['abc']],
  ['number', 1.5, ['1.5']],
  ['nothing', null, ['None']],
  ['true and false', [true, false], ['* True', '* False']],
  ['empty list', [], ['-']],
  ['empty object', {}, ['-']],
  ['text with line breaks', 'a\nb', ['a', 'b']],
  ['text with line breaks at its ends', { a: '\n\nx\n\ny\n' }, ['a:', '  x', '', '  y']],
  ['a line break alone', '\n', ['']],
  ['plain members', { a: 1, b: 'x', c: null, d: '' }, ['a: 1', 'b: x', 'c: None', 'd:']],
  ['empty members', { a: {}, b: [] }, ['a: -', 'b: -']],
  ['member with line breaks', { a: 'x\ny' }, ['a:', '  x', '  y']],
  ['nested objects', { a: { b: { c: 1 } } }, ['a:', '  b:', '    c: 1']],
  ['list member', { a: [1, null] }, ['a:', '  * 1', '  * None']],
  ['list of objects', [{ a: 1, b: 2 }, { c: { d: 1 } }], ['* a: 1', '  b: 2', '* c:', '    d: 1']],
  ['list of empty things', [{}, []], ['* -', '* -']],
  ['list of lists', [[1, 2], [3]], ['* * 1', '  * 2', '* * 3']],
  ['list of text with line breaks', ['a\nb'], ['* a', '  b']],
  ['reference', { a: { href: 'u' } }, ['a:  (...)']],
  ['reference with id', { a: { id: 'i', href: 'u' } }, ['a: i (...)']],
  [
    'reference with more',
    { a: { id: 'i', href: 'u', b: 1, c: { d: 2 } } },
    ['a: i (...)', '  b: 1', '  c:', '    d: 2'],
  ],
  [
    'list of references',
    [
      { id: 'v1', name: 'VRF-1', description: 'a vrf', href: 'u' },
      { id: 'e1', href: 'w' },
    ],
    ['* v1 (...)', '  name: VRF-1', '  description: a vrf', '* e1 (...)'],
  ],
  ['id without href', { a: { id: 'i' } }, ['a:', '  id: i']],
  [
    'a port',
    { tap1: { endpoints: [{ label: 17, rd: ' rd 1:1' }] } },
    ['tap1:', '  endpoints:', '    * label: 17', '      rd:  rd 1:1'],
  ],
];

for (const [name, value, lines] of TABLE) test(`render ${name}`, () => assert.equal(render(value), lines));

const FETCHED = new Map<string, Json>([
  ['u/a', { x: 1, deep: { href: 'u/a/b' } }],
  ['u/a/b', [1, 2]],
  ['u/text', 'plain'],
  ['u/none', []],
]);

const IN_PLACE: readonly [name: string, value: Json, lines: readonly string[], resolved: Json][] = [
  [
    'objects, and what is below them',
    { a: { href: 'u/a' } },
    ['a:', '    x: 1', '    deep:', '        * 1', '        * 2'],
    { a: { x: 1, deep: [1, 2] } },
  ],
  [
    'objects with an id',
    { a: { id: 'i', href: 'u/a', more: 1 } },
    ['a: i', '    x: 1', '    deep:', '        * 1', '        * 2'],
    { a: { id: 'i', x: 1, deep: [1, 2] } },
  ],
  [
    'members of a collection',
    [{ id: 'i', href: 'u/a' }],
    ['* i', '    x: 1', '    deep:', '        * 1', '        * 2'],
    [{ id: 'i', x: 1, deep: [1, 2] }],
  ],
  [
    'elements of a list without an id',
    [{ href: 'u/a' }, { href: 'u/text' }],
    ['*', '    x: 1', '    deep:', '        * 1', '        * 2', '* plain'],
    [{ x: 1, deep: [1, 2] }, 'plain'],
  ],
  ['plain values', { a: { href: 'u/text' } }, ['a: plain'], { a: 'plain' }],
  [
    'plain values with an id',
    { a: { id: 'i', href: 'u/text' } },
    ['a: i', '    plain'],
    { a: { id: 'i', value: 'plain' } },
  ],
  ['empty things', { a: { href: 'u/none' } }, ['a: -'], { a: [] }],
  ['others not', { a: { href: 'v' } }, ['a:  (...)'], { a: { href: 'v' } }],
];

for (const [name, value, lines, resolved] of IN_PLACE) {
  test(`in place of references: ${name}`, () => {
    assert.equal(render(value, FETCHED, 'u'), lines);
    assert.equal(resolve(value, FETCHED, 'u'), resolved);
  });
}

test('pages that refer to each other in circles', () => {
  const fetched = new Map<string, Json>([
    ['u/w', { name: 'w', routes: { href: 'u/w/routes' } }],
    ['u/w/routes', [{ prefix: 'p', source: { id: 'w', href: 'u/w' }, self: { href: 'u/w/routes' } }]],
  ]);
  const value = [{ id: 'w', href: 'u/w' }];
  assert.equal(render(value, fetched, 'u'), [
    '* w',
    '    name: w',
    '    routes:',
    '        * prefix: p',
    '          source: w (...)',
    '          self:  (...)',
  ]);
  const routes = [{ prefix: 'p', source: { id: 'w', href: 'u/w' }, self: { href: 'u/w/routes' } }];
  assert.equal(resolve(value, fetched, 'u'), [{ id: 'w', name: 'w', routes }]);
});

test('a page with a slash at its end that refers to itself', () => {
  const value = { self: { href: 'u/' } };
  assert.equal(referencesBelow(value, 'u/'), []);
  assert.equal(resolve(value, new Map<string, Json>([['u/', value]]), 'u/'), value);
});

test('only references below the address are followed', () => {
  const value = {
    a: { href: 'http://h/x/a' },
    b: [{ c: { href: 'http://h/x/c' } }],
    d: { href: 'http://h/y' },
    e: { href: 'http://h/xx' },
  };
  assert.equal(referencesBelow(value, 'http://h/x'), ['http://h/x/a', 'http://h/x/c']);
  assert.equal(referencesBelow(value, 'http://h/x/'), ['http://h/x/a', 'http://h/x/c']);
  assert.equal(referencesBelow(3, 'http://h/x'), []);
});

test.run();
