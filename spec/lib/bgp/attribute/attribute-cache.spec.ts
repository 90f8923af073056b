import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { AttributeCache } from '../../../../lib/bgp/attribute/attribute-cache.ts';
import { makePathAttributes } from '../../../../lib/bgp/attribute/make-path-attributes.ts';

const made = (localPref: number) => makePathAttributes({ localPref }, undefined);

test('what was added is found, the same object', () => {
  const cache = new AttributeCache();
  const attributes = made(1);
  assert.is(cache.find(attributes.raw), undefined);
  cache.add(attributes);
  assert.is(cache.find(made(1).raw), attributes);
});

test('what is used survives any number of others; the size stays bounded', () => {
  const cache = new AttributeCache(10);
  const used = made(0);
  cache.add(used);
  for (let number = 1; number <= 1000; number++) {
    cache.add(made(number));
    assert.is(cache.find(used.raw), used, `after ${number}`);
    assert.ok(cache.size <= 20);
  }
  assert.is(cache.find(made(1).raw), undefined);
});

test.run();
