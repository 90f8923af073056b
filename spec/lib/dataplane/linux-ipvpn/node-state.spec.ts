import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  parseGateways,
  parseRoutesOfOthers,
  parseVrfsOfOthers,
} from '../../../../lib/dataplane/linux-ipvpn/node-state.ts';
import { success } from '../../../../lib/result.ts';

test('addresses of gateways are those alone on ports of our VRF devices', () => {
  const alone = { family: 'inet', local: '11.0.0.254', prefixlen: 32 };
  const subnet = { family: 'inet', local: '12.0.0.254', prefixlen: 24 };
  const text = JSON.stringify([
    { ifname: 'lo', addr_info: [{ family: 'inet', local: '127.0.0.1', prefixlen: 8 }] },
    { ifname: 'dummy0', addr_info: [alone] },
    { ifname: 'tap1', master: 'bvrf-1', addr_info: [subnet, alone] },
    { ifname: 'tap2', master: 'vrf-others', addr_info: [alone] },
    {},
  ]);
  assert.equal(parseGateways(text), success([{ address: '11.0.0.254', port: 'tap1' }]));
  assert.equal(parseGateways(''), success([]));
  assert.is(parseGateways('{').ok, false);
});

test('VRF devices of others are known by their tables', () => {
  const vrf = (ifname: string, table: number): unknown => ({
    ...{ ifname, linkinfo: { info_kind: 'vrf', info_data: { table } } },
  });
  const text = JSON.stringify([vrf('bvrf-1', 1001), vrf('vrf-others', 1005), {}]);
  assert.equal(parseVrfsOfOthers(text), success(new Map([[1005, 'vrf-others']])));
  assert.equal(parseVrfsOfOthers(''), success(new Map()));
});

test('routes of others are those that have not our number', () => {
  const text = JSON.stringify([
    { type: 'unreachable', dst: 'default', protocol: '19', flags: [] },
    { dst: '172.17.0.0/16', dev: 'dummy0', protocol: 'openr', flags: [] },
    { dst: '172.18.0.0/16', dev: 'dummy0', flags: [] },
  ]);
  assert.equal(parseRoutesOfOthers(text), success(['172.17.0.0/16', '172.18.0.0/16']));
  assert.equal(parseRoutesOfOthers(''), success([]));
});

test.run();
