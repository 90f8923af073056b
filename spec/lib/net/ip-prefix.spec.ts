import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ipv4Network, parseIpPrefix, prefixBytes, type IpPrefix } from '../../../lib/net/ip-prefix.ts';

const PREFIXES: readonly (readonly [text: string, prefix: IpPrefix, bytes: string])[] = [
  ['10.0.0.7', { address: '10.0.0.7', length: 32 }, '0a000007'],
  ['10.0.0.7/24', { address: '10.0.0.7', length: 24 }, '0a0000'],
  ['10.0.255.7/20', { address: '10.0.255.7', length: 20 }, '0a00f0'],
  ['255.255.255.255/1', { address: '255.255.255.255', length: 1 }, '80'],
  ['0.0.0.0/0', { address: '0.0.0.0', length: 0 }, ''],
  ['2001:db8::1', { address: '2001:db8::1', length: 128 }, '20010db8000000000000000000000001'],
  ['2001:DB8:FFFF::/33', { address: '2001:db8:ffff::', length: 33 }, '20010db880'],
  ['::/0', { address: '::', length: 0 }, ''],
];

for (const [text, prefix, bytes] of PREFIXES) {
  test(text, () => {
    assert.equal(parseIpPrefix(text), prefix);
    assert.is(prefixBytes(prefix).toString('hex'), bytes);
  });
}

const NONE = [
  ...[
    '',
    '/',
    '/24',
    '10.0.0.1/',
    '10.0.0.1/33',
    '10.0.0.1/-1',
    '10.0.0.1/1.5',
    '10.0.0.1/ 8',
    '10.0.0.1/8 ',
  ],
  ...['10.0.0.1/24/24', '10.0.0/24', '::/129', '::1/0x8', '10.0.0.1/1e1', '10.0.0.1/0024', 'default'],
];

for (const text of NONE) {
  test(`no prefix: ${JSON.stringify(text)}`, () => assert.is(parseIpPrefix(text), undefined));
}

const NETWORKS: readonly (readonly [text: string, network: string])[] = [
  ['10.0.0.7/24', '10.0.0.0/24'],
  ['10.0.0.7', '10.0.0.7/32'],
  ['255.255.255.255/1', '128.0.0.0/1'],
  ['200.1.2.3/0', '0.0.0.0/0'],
  ['200.1.2.3/31', '200.1.2.2/31'],
];

for (const [text, network] of NETWORKS) {
  test(`the network of ${text}`, () => assert.is(ipv4Network(parseIpPrefix(text)!), network));
}

test('property: the network of a network is itself, and has the same bytes', () => {
  fc.assert(
    fc.property(fc.ipV4(), fc.integer({ min: 0, max: 32 }), (address, length) => {
      const network = ipv4Network({ address, length });
      const again = parseIpPrefix(network)!;
      assert.is(ipv4Network(again), network);
      assert.equal(prefixBytes(again), prefixBytes({ address, length }));
    }),
  );
});

test.run();
