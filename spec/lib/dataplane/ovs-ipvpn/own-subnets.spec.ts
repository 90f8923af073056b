import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { unwant, want } from '../../../../lib/dataplane/intent.ts';
import type { OvsIpvpn } from '../../../../lib/dataplane/ovs-ipvpn/ovs-ipvpn.ts';
import { unitsOf } from '../../../../lib/dataplane/unit-table.ts';
import { allRows, ask, B, drop, endpoint, GRE, nextHop, PAIR, program, remote, rows, vrf } from './scene.ts';

/** Subnets that endpoints announce, in a VRF that imports what it exports, and in one that does not. */

const APART = vrf({ importsOwn: false });
const ANNOUNCER = endpoint('11.0.0.1', { prefix: '11.0.0.0/24' });
const DEFAULT_HERE = endpoint('0.0.0.0', { prefix: '0.0.0.0/0' });
const DEFAULT_ELSEWHERE = remote('0.0.0.0/0', nextHop('10.77.0.2', 201));

/** `label` or the port to which packets to the prefix go; nothing if they go nowhere. */
function waysTo(made: OvsIpvpn, prefix: string): readonly string[] {
  return rows(made, `7/prefix/${prefix}`).flatMap((row) =>
    Array.from(row.matchAll(/set_field:(\d+)->mpls_label|output:(1\d)\b/g), ([, label, port]) =>
      label === undefined ? `port ${port!}` : `label ${label}`,
    ),
  );
}

test('a subnet that the VRF does not import is not behind the port for its own packets', () => {
  const made = program(GRE, APART, ANNOUNCER);
  assert.equal(waysTo(made, '11.0.0.0/24'), []);
  assert.equal(waysTo(made, '11.0.0.1/32'), ['port 11'], 'the address is');
  assert.is(rows(made, '7/label/101').length, 1, 'packets from elsewhere are delivered');
});

test('the default route of another node counts, that of the port does not', () => {
  const made = program(GRE, APART, endpoint('30.0.0.1'), DEFAULT_HERE, DEFAULT_ELSEWHERE);
  assert.equal(waysTo(made, '0.0.0.0/0'), ['label 201']);
  assert.equal(waysTo(made, '30.0.0.1/32'), ['port 11']);
  drop(made, DEFAULT_ELSEWHERE);
  assert.equal(waysTo(made, '0.0.0.0/0'), [], 'dropped, not sent back');
});

test('the port wins where the VRF imports what it exports', () => {
  const made = program(GRE, vrf(), endpoint('30.0.0.1'), DEFAULT_HERE, DEFAULT_ELSEWHERE);
  assert.equal(waysTo(made, '0.0.0.0/0'), ['port 11']);
  drop(made, DEFAULT_HERE);
  assert.equal(waysTo(made, '0.0.0.0/0'), ['label 201']);
});

test('0.0.0.0 is the address of nobody', () => {
  const { units } = program(GRE, vrf()).take(want(DEFAULT_HERE));
  assert.not(units.some((unit) => unit.endsWith('/32')));
});

test('several machines of one subnet are no way, and then several', () => {
  const other = endpoint('11.0.0.2', { prefix: '11.0.0.0/24', mac: B, tap: 'tap2', label: 102 });
  const far = remote('11.0.0.0/24', nextHop('10.77.0.2', 201), nextHop('10.77.0.3', 202));
  const made = program(GRE, APART, ANNOUNCER, other, far);
  assert.equal(waysTo(made, '11.0.0.0/24'), ['label 201', 'label 202']);
  ask(made, vrf());
  assert.equal(waysTo(made, '11.0.0.0/24'), ['port 11', 'port 12']);
  ask(made, APART);
  assert.equal(waysTo(made, '11.0.0.0/24'), ['label 201', 'label 202']);
});

for (const [how, port] of [
  ['by its name', { tap: PAIR }],
  ['by what was asked for', { port: { interface: 'tap2', description: { evpn: { id: 'net' } } } }],
] as const) {
  test(`the subnet of an EVI, known ${how}, is behind its port in any case`, () => {
    const subnet = remote('11.0.0.0/24', nextHop('10.77.0.2', 201));
    const made = program(GRE, APART, endpoint('11.0.0.1', { prefix: '11.0.0.0/24', ...port }), subnet);
    assert.equal(waysTo(made, '11.0.0.0/24'), ['tap' in port ? 'port 14' : 'port 12']);
  });
}

test('when that alone is another, the subnets of its endpoints are compiled again, and no other prefix', () => {
  const states = [
    ANNOUNCER,
    endpoint('11.0.0.2'),
    DEFAULT_HERE,
    remote('12.0.0.0/24', nextHop('10.77.0.2', 201)),
  ];
  const made = program(GRE, vrf(), ...states);
  const prefixes = (units: readonly string[]): readonly string[] =>
    units.filter((unit) => !['tunnels', '7/arp', '7/fallback'].includes(unit));
  assert.equal(prefixes(unitsOf(made.take(want(vrf())))), [], 'nothing is another');
  assert.equal(prefixes(unitsOf(made.take(want(APART)))), ['7/prefix/11.0.0.0/24', '7/prefix/0.0.0.0/0']);
  assert.equal(allRows(made), allRows(program(GRE, APART, ...states)));
  assert.equal(prefixes(unitsOf(made.take(want(vrf())))), ['7/prefix/11.0.0.0/24', '7/prefix/0.0.0.0/0']);
  assert.equal([...allRows(made)].sort(), [...allRows(program(GRE, vrf(), ...states))].sort());
  assert.ok(unitsOf(made.take(unwant(vrf()))).includes('7/prefix/11.0.0.0/24'), 'it goes with the VRF');
});

test.run();
