import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isInterfaceName } from '../../../lib/net/interface-name.ts';

for (const text of ['tap1', 'eth0', 'vxlan--500', 'a', 'qvo12345678-9ab', '_x', 'eth0.100', 'p1@p2', '1']) {
  test(text, () => assert.ok(isInterfaceName(text)));
}

const NONE = [
  '',
  '.',
  '..',
  '-x',
  'sixteen-letters1',
  'a b',
  'a/b',
  'a\n',
  'a;b',
  'a"',
  "a'",
  'ä',
  'a#b',
  'a\\b',
  'a:b',
];

for (const text of NONE) {
  test(`no name: ${JSON.stringify(text)}`, () => assert.not(isInterfaceName(text)));
}

test.run();
