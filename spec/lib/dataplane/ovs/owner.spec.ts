import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  anyCookieOf,
  cookieOf,
  cookiesOf,
  EVPN_OWNER,
  IPVPN_OWNER,
  isGroupOf,
} from '../../../../lib/dataplane/ovs/owner.ts';

test('a cookie tells whose it is and of which instance, and differs from flow to flow', () => {
  const cookies = Array.from({ length: 4096 }, (_, index) =>
    cookieOf(IPVPN_OWNER, 300, `nw_dst=12.0.0.${index}`),
  );
  for (const cookie of cookies) assert.match(cookie, /^0xba61b1[0-9a-f]{3}000012c$/);
  const different = new Set(cookies).size;
  // As many as a hash without any bias makes of 4096: 63 %.
  assert.ok(different > 2400, String(different));
  assert.is(cookieOf(IPVPN_OWNER, 300, 'x'), cookieOf(IPVPN_OWNER, 300, 'x'));
});

test('the mask of an owner matches all of its cookies, and none of another owner', () => {
  const [value, mask] = anyCookieOf(IPVPN_OWNER).split('/').map(BigInt) as [bigint, bigint];
  const matches = (cookie: string): boolean => (BigInt(cookie) & mask) === value;
  for (const instance of [0, 1, 0xfffffff]) {
    assert.ok(matches(cookieOf(IPVPN_OWNER, instance, 'any')));
    assert.not(matches(cookieOf(EVPN_OWNER, instance, 'any')));
  }
});

test('the cookies of an instance are found in the lines of a bundle', () => {
  const line = (instance: number): string => `flow add cookie=${cookieOf(EVPN_OWNER, instance, 'k')},table=0`;
  assert.match(line(7), cookiesOf(EVPN_OWNER, 7));
  assert.not.match(line(0x107), cookiesOf(EVPN_OWNER, 7));
  assert.not.match(line(7), cookiesOf(IPVPN_OWNER, 7));
});

test('groups of the two owners are apart', () => {
  assert.ok(isGroupOf(IPVPN_OWNER, 0xb1000000));
  assert.ok(isGroupOf(IPVPN_OWNER, 0xb1ffffff));
  assert.not(isGroupOf(IPVPN_OWNER, 0xb2000000));
  assert.ok(isGroupOf(EVPN_OWNER, 0xb2000000));
});

test.run();
