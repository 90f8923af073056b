import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { EviState } from '../../../../lib/dataplane/intent.ts';
import { bridgeAddress, linuxBridgeName, vxlanName } from '../../../../lib/dataplane/linux-evpn/names.ts';
import { isInterfaceName } from '../../../../lib/net/interface-name.ts';
import { parseMacAddress } from '../../../../lib/net/mac-address.ts';

const evi = (externalId: string, bridge?: string): EviState => ({
  kind: 'evi',
  instance: 1,
  externalId,
  vni: 16,
  bridge,
});

test('short ids are used as they are', () => {
  assert.is(linuxBridgeName(evi('n1')), 'evpn---n1');
  assert.is(vxlanName(evi('n1')), 'vxlan--n1');
  assert.is(vxlanName(evi('1234567')), 'vxlan--1234567');
});

test('of long or strange ids a hash of 8 characters, the same in every run', () => {
  assert.is(vxlanName(evi('0123456789abcdef-uuid')), 'vxlan--ida8zl6r');
  for (const id of ['12345678', 'a b', 'ä', '', 'a/b', 'a\nb']) {
    assert.match(vxlanName(evi(id)), /^vxlan--[0-9a-z]{8}$/);
  }
});

test('ids that share their first eight characters do not collide', () => {
  const a = evi('6ba7b810-9dad-11d1-80b4-00c04fd430c8');
  const b = evi('6ba7b810-9dad-11d1-80b4-00c04fd430c9');
  assert.is.not(linuxBridgeName(a), linuxBridgeName(b));
  assert.is.not(vxlanName(a), vxlanName(b));
  assert.is.not(bridgeAddress(a), bridgeAddress(b));
});

test('the bridge of the orchestrator keeps its name', () => {
  assert.is(linuxBridgeName(evi('n1', 'brq-net')), 'brq-net');
  assert.is(vxlanName(evi('n1', 'brq-net')), 'vxlan--n1');
});

test('property: any id makes good names and an address of a local unicast MAC', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (id) => {
      assert.ok(isInterfaceName(linuxBridgeName(evi(id))));
      assert.ok(isInterfaceName(vxlanName(evi(id))));
      assert.is(parseMacAddress(bridgeAddress(evi(id))), bridgeAddress(evi(id)));
      assert.is(Number.parseInt(bridgeAddress(evi(id)).slice(0, 2), 16) & 3, 2);
    }),
  );
});

test.run();
