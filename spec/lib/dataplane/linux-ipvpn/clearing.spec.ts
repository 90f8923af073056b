import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { linuxEncapsulationsOf } from '../../../../lib/dataplane/drivers/ipvpn-linux.ts';
import { clearingLines } from '../../../../lib/dataplane/linux-ipvpn/clearing.ts';
import { ETHERNET, GRE } from './scene.ts';

const linesFor = (devices: readonly string[], ...preferences: readonly number[]): readonly string[] =>
  clearingLines({ devices, rules: preferences.map((preference) => ({ preference })) }).map(
    ({ line }) => line,
  );

test('what a former run has left is removed, and the first rule comes back before that in its place goes', () => {
  assert.equal(linesFor(['lo', 'eth0', 'bvrf-7', 'bgre-any', 'br-int'], 1000, 32_765), [
    'rule add pref 0 table local protocol kernel',
    'rule flush protocol 19',
    'route flush proto 19',
    'route flush table all proto 19',
    'link del dev bvrf-7',
    'link del dev bgre-any',
  ]);
});

test('rules of others stay as they are', () => {
  assert.equal(linesFor(['lo']), ['route flush proto 19', 'route flush table all proto 19']);
  assert.not(linesFor(['lo'], 98).includes('rule add pref 0 table local protocol kernel'));
});

test('the encapsulation is the one that is configured', () => {
  assert.equal(linuxEncapsulationsOf(ETHERNET), [0, 10]);
  assert.equal(linuxEncapsulationsOf(GRE), [0, 2]);
});

test.run();
