import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FLOWSPEC_L2VPN, SESSION_FAMILIES } from '../../../../lib/bgp/family.ts';
import { familyOf, nlriCodec } from '../../../../lib/bgp/nlri/registry.ts';

test('each family has its codec', () => {
  for (const family of [...SESSION_FAMILIES, FLOWSPEC_L2VPN]) assert.is(nlriCodec(family).family, family);
});

test('each family of a session is found under its numbers, and no other', () => {
  for (const family of SESSION_FAMILIES) assert.is(familyOf(family.afi, family.safi), family);
  assert.is(familyOf(1, 1), undefined);
  assert.is(familyOf(FLOWSPEC_L2VPN.afi, FLOWSPEC_L2VPN.safi), undefined);
});

test.run();
