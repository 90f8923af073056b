import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { makePathAttributes } from '../../../lib/bgp/attribute/make-path-attributes.ts';
import { VPNV4 } from '../../../lib/bgp/family.ts';
import { encodeVpnv4 } from '../../../lib/bgp/nlri/vpnv4.ts';
import { ipRouteDistinguisher } from '../../../lib/net/route-distinguisher.ts';
import { routeTarget } from '../../../lib/net/route-target.ts';
import type { Route } from '../../../lib/rib/route.ts';
import { showRoute } from '../../../streams/looking-glass/routes.ts';

const targets = ['64512:1', '192.0.2.1:200', '65537L:10'].map(routeTarget);

function shown(kind: 'local' | 'peer'): Record<string, unknown> {
  const route: Route = {
    source: { kind, name: 'x' },
    family: VPNV4,
    ...encodeVpnv4({
      rd: ipRouteDistinguisher('192.0.2.1', 1),
      prefix: { address: '10.0.0.1', length: 32 },
      label: 17,
    }),
    attributes: makePathAttributes(
      {
        localPref: 100,
        extendedCommunities: targets.map((target) => ({ kind: 'route-target' as const, target })),
      },
      '192.0.2.1',
    ),
  };
  return Object.values(showRoute(route) as object)[0] as Record<string, unknown>;
}

test('route_targets has those of the form that clients know; the communities are all there', () => {
  const { route_targets, attributes } = shown('peer');
  assert.equal(route_targets, ['target:64512:1']);
  assert.is(
    (attributes as Record<string, string>)['extended-community'],
    '[ target:64512:1 target:192.0.2.1:200 target:65537L:10 ]',
  );
});

test('attributes of our own routes begin with the communities', () => {
  const names = (kind: 'local' | 'peer'): string[] => Object.keys(shown(kind)['attributes'] as object);
  assert.equal(names('local'), ['extended-community', 'local-preference']);
  assert.equal(names('peer'), ['local-preference', 'extended-community']);
});

test.run();
