import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { otherEnd, pairNames } from '../../../lib/dataplane/pair-names.ts';
import { isInterfaceName } from '../../../lib/net/interface-name.ts';

test('names after the numbers of the two', () => {
  assert.equal(pairNames(1, 2), { evi: 'evpn1-ipvpn2', vrf: 'ipvpn2-evpn1' });
  assert.equal(pairNames(12, 345), { evi: 'evpn12-ipvpn345', vrf: 'ipvpn345-evpn12' });
});

test('names that would be too long are written shorter', () => {
  assert.equal(pairNames(100, 1000), { evi: 'ev-2s-ip-rs', vrf: 'ip-rs-ev-2s' });
});

for (const [name, other] of [
  ['evpn1-ipvpn2', 'ipvpn2-evpn1'],
  ['ipvpn12-evpn345', 'evpn345-ipvpn12'],
  ['ev-2s-ip-rs', 'ip-rs-ev-2s'],
  ['evpn1-evpn2', undefined],
  ['evpn-ipvpn', undefined],
  ['evpn1-ipvpn2x', undefined],
  ['xevpn1-ipvpn2', undefined],
  ['ipvpn2-evpn1\nx', undefined],
] satisfies [string, string | undefined][]) {
  test(`the other end of ${JSON.stringify(name)}`, () => assert.is(otherEnd(name), other));
}

test('property: two names of interfaces, each of which tells the other', () => {
  const number = fc.integer({ min: 1, max: 36 ** 4 - 1 });
  fc.assert(
    fc.property(number, number, (evi, vrf) => {
      const names = pairNames(evi, vrf);
      assert.ok(isInterfaceName(names.evi) && isInterfaceName(names.vrf));
      assert.is(otherEnd(names.evi), names.vrf);
      assert.is(otherEnd(names.vrf), names.evi);
    }),
  );
});

test('property: pairs of different instances have different names', () => {
  const number = fc.integer({ min: 1, max: 20_000 });
  fc.assert(
    fc.property(number, number, number, number, (a, b, c, d) => {
      if (a !== c || b !== d) assert.is.not(pairNames(a, b).evi, pairNames(c, d).evi);
    }),
  );
});

test.run();
