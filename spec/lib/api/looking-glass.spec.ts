import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  Collection,
  Link,
  lookUp,
  Members,
  Reference,
  Unlisted,
  type LookingGlassNode,
} from '../../../lib/api/looking-glass.ts';

const base = 'http://node1:8082/looking-glass';
let opened = 0;

function* numbers(): Generator<number, void> {
  yield 3;
  yield 4;
}

const tree: LookingGlassNode = {
  summary: { version: '1.0', peers: 2, nothing: null },
  routes: new Reference(() => {
    opened++;
    return [{ name: 'a', source: new Link(['bgp', 'VRF-1'], { id: 'VRF-1' }) }];
  }),
  unlisted: new Unlisted(() => ({ deep: 1 })),
  many: new Members(function* () {
    yield ['one', [1, 2]];
    yield ['none', undefined];
    yield ['generated', numbers()];
  }),
  instances: new Reference(
    () =>
      new Collection(
        () => [{ id: 'net/1', name: 'EVI-1', description: undefined }],
        (id) => (id === 'net/1' ? { name: 'EVI-1', ports: new Reference(() => ({ tap1: {} })) } : undefined),
      ),
  ),
};

const found: [path: string[], value: unknown][] = [
  [['unlisted', 'deep'], 1],
  [
    [],
    {
      summary: { version: '1.0', peers: 2, nothing: null },
      routes: { href: `${base}/routes` },
      many: { one: [1, 2], generated: [3, 4] },
      instances: { href: `${base}/instances` },
    },
  ],
  [['summary', 'peers'], 2],
  [['summary', 'nothing'], null],
  [['routes'], [{ name: 'a', source: { id: 'VRF-1', href: `${base}/bgp/VRF-1` } }]],
  [
    ['many', 'one'],
    [1, 2],
  ],
  [['instances'], [{ id: 'net/1', name: 'EVI-1', href: `${base}/instances/net%2F1` }]],
  [['instances', 'net/1'], { name: 'EVI-1', ports: { href: `${base}/instances/net%2F1/ports` } }],
  [['instances', 'net/1', 'ports', 'tap1'], {}],
];
for (const [path, value] of found) {
  test(`/${path.join('/')}`, () => assert.equal(show(path), value));
}

function show(path: readonly string[]): unknown {
  const pieces = lookUp(tree, path, base);
  assert.ok(pieces.ok, pieces.ok ? '' : pieces.fault);
  return JSON.parse([...pieces.value].join(''));
}

const missing: [path: string[], text: string][] = [
  [['nosuch'], `No such looking glass object: 'nosuch' at ${base}`],
  [['summary', 'nosuch'], `No such looking glass object: 'nosuch' at ${base}/summary`],
  [['instances', 'nosuch'], `No such looking glass object: nosuch at ${base}/instances`],
  [['summary', 'version', 'length'], `No such looking glass object: 'length' at ${base}/summary/version`],
  [['routes', '0'], `No such looking glass object: '0' at ${base}/routes`],
  [['summary', 'constructor'], `No such looking glass object: 'constructor' at ${base}/summary`],
];
for (const [path, fault] of missing) {
  test(`nothing at /${path.join('/')}`, () => assert.equal(lookUp(tree, path, base), { ok: false, fault }));
}

test('what stands behind a reference is made when it is asked for', () => {
  opened = 0;
  lookUp(tree, [], base);
  assert.is(opened, 0);
});

test.run();
