import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isOwnDevice } from '../../../../lib/dataplane/linux-ipvpn/names.ts';
import { probeLines } from '../../../../lib/dataplane/linux-ipvpn/probe-lines.ts';
import { ETHERNET, GRE, MPLS_IN_UDP } from './scene.ts';

const FOU = 'encap fou encap-sport auto encap-dport 6635';

test('all that the driver needs is done once, and undone', () => {
  const { proofs, removals } = probeLines(ETHERNET);
  assert.equal(
    proofs.map(({ tool, line }) => `${tool}: ${line}`),
    [
      'ip: link add name bvrf-probe type vrf table 999',
      'ip: link set dev bvrf-probe up',
      'ip: route add table 999 192.0.2.2/32 proto 19 encap mpls 16 dev bvrf-probe',
      'mpls: route del 3 proto 19',
    ],
  );
  assert.equal(
    removals.map(({ tool, line }) => `${tool}: ${line}`),
    ['ip: route flush table 999 proto 19', 'ip: link del dev bvrf-probe'],
  );
  assert.ok(removals.every(({ tolerate }) => tolerate.length > 0));
});

for (const [settings, name, type, needs] of [
  [GRE, 'bgre-probe', 'gre local 192.0.2.1 remote 192.0.2.2 ttl 64', 'ip_gre'],
  [MPLS_IN_UDP, 'budp-probe', `ipip mode mplsip local 192.0.2.1 remote 192.0.2.2 ttl 64 ${FOU}`, 'FOU'],
] as const) {
  test(`a tunnel is made as it will be: ${name}`, () => {
    const { proofs, removals } = probeLines(settings);
    assert.is(proofs.at(-1)!.line, `link add name ${name} type ${type}`);
    assert.ok(proofs.at(-1)!.needs.includes(needs));
    assert.is(removals.at(-1)!.line, `link del dev ${name}`);
  });
}

test('all devices are known for ours, should they stay behind', () => {
  for (const settings of [ETHERNET, GRE, MPLS_IN_UDP]) {
    const { proofs, removals } = probeLines(settings);
    const names = proofs.flatMap(({ line }) => /^link add name (\S+)/.exec(line)?.[1] ?? []);
    assert.ok(names.length > 0 && names.every(isOwnDevice));
    for (const name of names) assert.ok(removals.some(({ line }) => line === `link del dev ${name}`));
  }
});

test.run();
