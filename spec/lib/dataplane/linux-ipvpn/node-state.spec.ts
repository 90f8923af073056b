import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseGateways } from '../../../../lib/dataplane/linux-ipvpn/node-state.ts';
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

test.run();
