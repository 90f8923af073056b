import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { unwant, want } from '../../../../lib/dataplane/intent.ts';
import { unitsOf } from '../../../../lib/dataplane/unit-table.ts';
import { endpoint, nextHop, remote, vrf } from '../ovs-ipvpn/scene.ts';
import { allRows, ask, drop, ETHERNET, nodeWith, PAIR, program, puts, route } from './scene.ts';

/** Subnets that endpoints announce, in a VRF that imports what it exports, and in one that does not. */

const APART = vrf({ importsOwn: false });
const ANNOUNCER = endpoint('11.0.0.1', { prefix: '11.0.0.0/24' });
const DEFAULT_HERE = endpoint('0.0.0.0', { prefix: '0.0.0.0/0' });
const DEFAULT_ELSEWHERE = remote('0.0.0.0/0', nextHop('10.77.0.2', 201));

test('a subnet that the VRF does not import is not behind the machine for its own packets', () => {
  const made = program(ETHERNET, APART, ANNOUNCER);
  assert.equal(puts(made, '7/prefix/11.0.0.0/24'), []);
  assert.equal(puts(made, '7/prefix/11.0.0.1/32'), [`route replace ${route(1007, '11.0.0.1/32')} dev tap1`]);
});

test('its label leads to the machine, which is not sought in the VRF', () => {
  const made = program(ETHERNET, APART, ANNOUNCER);
  assert.equal(puts(made, '7/label/101'), ['route replace 101 via inet 11.0.0.1 dev tap1 proto 19']);
  ask(made, vrf());
  assert.equal(puts(made, '7/label/101'), ['route replace 101 dev bvrf-7 proto 19']);
});

test('the default route of another node counts, that of the port does not', () => {
  const made = program(ETHERNET, APART, endpoint('30.0.0.1'), DEFAULT_HERE, DEFAULT_ELSEWHERE);
  assert.equal(puts(made, '7/prefix/0.0.0.0/0'), [
    `route replace ${route(1007, '0.0.0.0/0')} encap mpls 201 via inet 10.77.0.2 dev underlay`,
  ]);
  drop(made, DEFAULT_ELSEWHERE);
  assert.equal(puts(made, '7/prefix/0.0.0.0/0'), []);
});

test('a machine that announces a default route is found by another of its addresses', () => {
  const made = program(ETHERNET, APART, endpoint('30.0.0.1'), DEFAULT_HERE);
  const neighbours = puts(made, 'port/tap1').filter((line) => line.startsWith('neigh'));
  assert.is(neighbours.length, 1);
  assert.match(neighbours[0]!, 'neigh replace 30.0.0.1 ');
  assert.equal(puts(made, '7/label/101'), ['route replace 101 via inet 30.0.0.1 dev tap1 proto 19']);
  ask(made, vrf());
  assert.equal(puts(made, '7/prefix/0.0.0.0/0'), [
    `route replace ${route(1007, '0.0.0.0/0')} via 30.0.0.1 dev tap1 onlink`,
  ]);
  assert.not([...made.units()].includes('7/prefix/0.0.0.0/32'));
});

test('a machine without any other address cannot be found, until there is one', () => {
  const made = program(ETHERNET, APART, DEFAULT_HERE);
  const reason = 'ip_address: 0.0.0.0 is not the address of a host, and 02:00:00:00:00:0a has no other one';
  assert.equal(puts(made, '7/label/101'), [reason]);
  ask(made, vrf());
  assert.equal(puts(made, '7/prefix/0.0.0.0/0'), [reason]);
  const { units } = made.take(want(endpoint('30.0.0.1')));
  for (const unit of ['7/label/101', '7/prefix/0.0.0.0/0']) {
    assert.ok(units.includes(unit), unit);
    assert.is(puts(made, unit).length, 1);
    assert.not(puts(made, unit).includes(reason));
  }
  assert.ok(made.take(unwant(endpoint('30.0.0.1'))).units.includes('7/prefix/0.0.0.0/0'));
});

test('the subnet of an EVI is behind its port in any case, and its label is looked up in the VRF', () => {
  const evi = endpoint('11.0.0.1', { prefix: '11.0.0.0/24', tap: PAIR });
  const made = program(ETHERNET, APART, evi, remote('11.0.0.0/24', nextHop('10.77.0.2', 201)));
  assert.equal(puts(made, '7/prefix/11.0.0.0/24'), [
    `route replace ${route(1007, '11.0.0.0/24')} dev ${PAIR}`,
  ]);
  assert.equal(puts(made, '7/label/101'), ['route replace 101 dev bvrf-7 proto 19']);
});

test('when that alone is another, nothing of other nodes is compiled again', () => {
  const states = [ANNOUNCER, endpoint('11.0.0.2'), remote('12.0.0.0/24', nextHop('10.77.0.2', 201))];
  const made = program(ETHERNET, vrf(), ...states);
  const units = unitsOf(made.take(want(APART)));
  for (const unit of ['7/prefix/11.0.0.0/24', '7/label/101']) assert.ok(units.includes(unit), unit);
  assert.not(units.includes('7/prefix/12.0.0.0/24'));
  assert.equal(allRows(made), allRows(program(ETHERNET, APART, ...states)));
});

test('what a machine sends for others must not be filtered by the way back', () => {
  const made = program(ETHERNET, APART, ANNOUNCER);
  const strict = nodeWith({}, { 'net/ipv4/conf/all/rp_filter': '1' });
  const refusal = [
    'advertise_subnet: net.ipv4.conf.all.rp_filter is 1, and would drop its packets: 0 is expected',
  ];
  assert.equal(puts(made, 'port/tap1', strict), refusal);
  assert.not.equal(puts(made, 'port/tap1', nodeWith({}, { 'net/ipv4/conf/all/rp_filter': '2' })), refusal);
  ask(made, vrf());
  assert.not.equal(puts(made, 'port/tap1', strict), refusal, 'then the way back is by the port');
});

test.run();
