import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { apiUrl, lookingGlassPath, reachableHost } from '../../../lib/cli/api-url.ts';
import { privilegePrefix } from '../../../lib/cli/words.ts';

test('addresses of the API', () => {
  assert.is(apiUrl('127.0.0.1', 8082), 'http://127.0.0.1:8082');
  assert.is(apiUrl('::1', 80), 'http://[::1]:80');
  assert.is(reachableHost('0.0.0.0'), '127.0.0.1');
  assert.is(reachableHost('::'), '::1');
  assert.is(reachableHost('192.0.2.1'), '192.0.2.1');
});

test('paths of the looking glass', () => {
  assert.is(lookingGlassPath('looking-glass', ['vpns', 'a b']), '/looking-glass/vpns/a%20b');
  assert.is(lookingGlassPath('looking-glass', ['vpns/instances']), '/looking-glass/vpns/instances');
  assert.is(lookingGlassPath('looking-glass', ['a%2Fb', '100%']), '/looking-glass/a%2Fb/100%25');
  assert.is(lookingGlassPath('p', ['']), '/p/');
});

test('what goes before privileged commands', () => {
  assert.equal(privilegePrefix('sudo  -n ', 1000), ['sudo', '-n']);
  assert.equal(privilegePrefix('', 1000), []);
  assert.equal(privilegePrefix('sudo', 0), []);
});

test.run();
