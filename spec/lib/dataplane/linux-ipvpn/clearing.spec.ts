import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { clearingLines, type Found } from '../../../../lib/dataplane/linux-ipvpn/clearing.ts';

const NOTHING: Found = { devices: ['lo'], ports: [], defaults: new Map(), rules: [], gateways: [] };

const linesFor = (devices: readonly string[], ...preferences: readonly number[]): readonly string[] =>
  clearingLines({ ...NOTHING, devices, rules: preferences.map((preference) => ({ preference })) }).map(
    ({ line }) => line,
  );

test('what a former run has left is removed, and the first rule comes back before that in its place goes', () => {
  assert.equal(linesFor(['lo', 'eth0', 'bvrf-7', 'bgre-any', 'br-int'], 1000, 32_765), [
    'rule add pref 0 table local protocol kernel',
    'rule flush protocol 19',
    'route flush proto 19',
    'route flush table all proto 19',
    'neigh flush nud permanent protocol 19',
    'link del dev bvrf-7',
    'link del dev bgre-any',
  ]);
});

test('rules of others stay as they are', () => {
  assert.equal(linesFor(['lo']), [
    'route flush proto 19',
    'route flush table all proto 19',
    'neigh flush nud permanent protocol 19',
  ]);
  assert.not(linesFor(['lo'], 98).includes('rule add pref 0 table local protocol kernel'));
});

test('a port for labelled packets goes with the devices of its tunnels, and is left to others where there are none', () => {
  const lines = clearingLines({ ...NOTHING, devices: ['lo', 'budp-0a4d0002', 'budp-any'] });
  assert.equal(
    lines.slice(3).map(({ line }) => line),
    ['fou del port 6635', 'link del dev budp-0a4d0002', 'link del dev budp-any'],
  );
  assert.equal(lines[3]!.tolerate, ['Invalid argument', 'Error talking to the kernel']);
  assert.not(linesFor(['lo', 'bvrf-7', 'bgre-any']).includes('fou del port 6635'));
});

test('addresses of gateways go before the devices that tell whose they are', () => {
  const gateways = [{ address: '11.0.0.254', port: 'tap1' }];
  const lines = clearingLines({ ...NOTHING, devices: ['lo', 'bvrf-7', 'tap1'], gateways });
  assert.equal(
    lines.slice(-2).map(({ stage, line }) => [stage, line]),
    [
      ['address', 'addr del 11.0.0.254/32 dev tap1'],
      ['device', 'link del dev bvrf-7'],
    ],
  );
});

test('nothing of the machines behind ports gets on before what holds it back goes', () => {
  const defaults = new Map([
    ['net/ipv4/conf/default/rp_filter', '2'],
    ['net/ipv4/neigh/lo/proxy_delay', '80'],
  ]);
  const devices = ['lo', 'bvrf-7', 'tap1'];
  const lines = clearingLines({
    ...NOTHING,
    devices,
    ports: ['tap1'],
    defaults,
    rules: [{ preference: 98 }],
  });
  assert.equal(
    lines.slice(0, 6).map(({ stage, line }) => [stage, line]),
    [
      ['setting', 'net/ipv4/conf/tap1/forwarding=0'],
      ['setting', 'net/ipv4/conf/tap1/proxy_arp=0'],
      ['setting', 'net/ipv4/conf/tap1/proxy_arp_pvlan=0'],
      ['setting', 'net/ipv4/conf/tap1/rp_filter=2'],
      ['setting', 'net/ipv4/neigh/tap1/proxy_delay=80'],
      ['rule', 'rule flush protocol 19'],
    ],
  );
});

test.run();
