import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { makePathAttributes } from '../../../../lib/bgp/attribute/make-path-attributes.ts';
import { routeTarget } from '../../../../lib/net/route-target.ts';
import { attributeValues } from '../arbitraries.ts';

const RT1 = routeTarget('64512:1');
const RT2 = routeTarget('64512:2');

test('route targets in wire order, without repetition, and without other communities', () => {
  const { routeTargets } = makePathAttributes(
    {
      extendedCommunities: [
        { kind: 'route-target', target: RT2 },
        { kind: 'encapsulation', tunnelType: 8 },
        { kind: 'route-target-record', target: routeTarget('64512:3') },
        { kind: 'route-target', target: RT1 },
        { kind: 'route-target', target: RT2 },
      ],
    },
    '127.0.0.2',
  );
  assert.equal(routeTargets, [RT2, RT1]);
});

test('raw tells apart what differs in value or next hop, and nothing else', () => {
  const raw = (localPref: number, nextHop: string | undefined): string =>
    makePathAttributes({ localPref }, nextHop).raw;
  assert.is(raw(100, '127.0.0.2'), raw(100, '127.0.0.2'));
  assert.is.not(raw(100, '127.0.0.2'), raw(101, '127.0.0.2'));
  assert.is.not(raw(100, '127.0.0.2'), raw(100, '127.0.0.3'));
  assert.is.not(raw(100, '127.0.0.2'), raw(100, undefined));
});

test('a route without values keeps the wire defaults out of sight', () => {
  const attributes = makePathAttributes({}, '127.0.0.2');
  assert.is(attributes.localPref, undefined);
  assert.is(attributes.nextHop, '127.0.0.2');
  assert.ok(Object.isFrozen(attributes));
});

test('property: any values make attributes', () => {
  fc.assert(
    fc.property(attributeValues, (values) => {
      const { raw, nextHop, routeTargets, ...rest } = makePathAttributes(values, undefined);
      assert.equal(rest, values);
      assert.is(nextHop, undefined);
      assert.ok(Array.isArray(routeTargets) && raw.length > 0);
    }),
  );
});

test.run();
