import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { clearingLines } from '../../../../lib/dataplane/linux-ipvpn/clearing.ts';

const linesFor = (devices: readonly string[], ...preferences: readonly number[]): readonly string[] =>
  clearingLines({ devices, rules: preferences.map((preference) => ({ preference })), gateways: [] }).map(
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
  const lines = clearingLines({ devices: ['lo', 'budp-0a4d0002', 'budp-any'], rules: [], gateways: [] });
  assert.equal(
    lines.slice(3).map(({ line }) => line),
    ['fou del port 6635', 'link del dev budp-0a4d0002', 'link del dev budp-any'],
  );
  assert.equal(lines[3]!.tolerate, ['Invalid argument', 'Error talking to the kernel']);
  assert.not(linesFor(['lo', 'bvrf-7', 'bgre-any']).includes('fou del port 6635'));
});

test('addresses of gateways go before the devices that tell whose they are', () => {
  const gateways = [{ address: '11.0.0.254', port: 'tap1' }];
  const lines = clearingLines({ devices: ['lo', 'bvrf-7', 'tap1'], rules: [], gateways });
  assert.equal(
    lines.slice(-2).map(({ stage, line }) => [stage, line]),
    [
      ['address', 'addr del 11.0.0.254/32 dev tap1'],
      ['device', 'link del dev bvrf-7'],
    ],
  );
});

test.run();
