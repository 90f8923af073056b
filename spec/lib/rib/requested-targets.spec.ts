import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { makePathAttributes } from '../../../lib/bgp/attribute/make-path-attributes.ts';
import { RTC } from '../../../lib/bgp/family.ts';
import { encodeRtc } from '../../../lib/bgp/nlri/rtc.ts';
import { routeTarget } from '../../../lib/net/route-target.ts';
import { RequestedTargets } from '../../../lib/rib/requested-targets.ts';
import { publication } from '../../../lib/rib/route.ts';

const peer = { kind: 'peer' as const, name: 'BGP-192.0.2.1' };
const target = routeTarget('64512:1');
const one = encodeRtc({ as: 64512, target });
const all = { key: '\0', payload: 0 };
const announced = ({ key, payload }: typeof all) =>
  publication(peer, RTC, key, payload, makePathAttributes({}, '192.0.2.1'));

test('a peer may ask for all and for a target: each is told, and counts when the other is withdrawn', () => {
  const requested = new RequestedTargets();
  requested.update(announced(one as typeof all));
  requested.update(announced(all));
  assert.is(requested.current(), 'all');
  assert.equal([...requested.each()], [target, 'all']);
  requested.update(publication(peer, RTC, all.key, all.payload, undefined));
  assert.equal(requested.current(), new Set([target]));
});

test.run();
