import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { endpoint, nextHop, remote, vrf } from '../ovs-ipvpn/scene.ts';
import { ETHERNET, nodeWith, program, puts, rowsOf } from './scene.ts';

test('a VRF whose table others use is refused with all that belongs to it', () => {
  const states = [vrf(), endpoint('11.0.0.1'), remote('12.0.0.1/32', nextHop('10.77.0.2', 201))];
  const made = program(ETHERNET, ...states, vrf({ instance: 8 }));
  const view = nodeWith({}, {}, [], { 1007: 'it has a route to 172.17.0.0/16' });
  const own = [...made.units()].filter((unit) => /^(7|port)\//.test(unit));
  assert.is(own.length, 6);
  for (const unit of own) {
    assert.equal(puts(made, unit, view), ['routing table 1007 is in use: it has a route to 172.17.0.0/16']);
  }
  assert.is(rowsOf(made, '8/vrf', view).length, 1);
});

test('what a port may do is over when it goes, also where it was allowed before', () => {
  const gates = { 'net/ipv4/conf/tap1/forwarding': '1', 'net/ipv4/conf/tap1/proxy_arp': '1' };
  for (const direction of ['both', 'to-port'] as const) {
    const made = program(ETHERNET, vrf(), endpoint('11.0.0.1', { direction }));
    const removals = rowsOf(made, 'port/tap1', nodeWith({}, gates)).flatMap(({ remove }) => remove);
    assert.ok(removals.includes('net/ipv4/conf/tap1/forwarding=0'), direction);
    assert.not(
      removals.some((line) => /(forwarding|proxy_arp|proxy_arp_pvlan)=1/.test(line)),
      direction,
    );
  }
});

test.run();
