import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type EvpnState, want } from '../../../../lib/dataplane/intent.ts';
import {
  A,
  accept,
  allLines,
  B,
  evi,
  flood,
  gateway,
  linesOf,
  LOCAL,
  localMac,
  neighbour,
  newProgram,
  pair,
  port,
  programWith,
  remote,
  remove,
  viewOf,
} from './scene.ts';

const MEMBERS = [remote(B, '10.77.0.2', 88), neighbour('13.0.0.2', B), flood('10.77.0.2', 88)];
const UNITS = ['1/evi', '1/flood', `1/remote-mac/${B}`, '1/neighbour/13.0.0.2'];

test('the ports are asked for as long as there is an EVI', () => {
  const program = newProgram();
  assert.is(program.ports().size, 0);
  accept(program, want(evi(77)));
  accept(program, want(evi(78, 2)));
  assert.equal(
    [...program.ports()],
    [
      ['patch-int', { make: undefined }],
      [
        'vxlan-bagpipe',
        {
          make: {
            type: 'vxlan',
            options: [
              `local_ip=${LOCAL}`,
              'remote_ip=flow',
              'key=flow',
              'df_default=true',
              'egress_pkt_mark=0',
            ],
            mtu: undefined,
          },
        },
      ],
    ],
  );
  assert.not(remove(program, evi(77)).includes('tunnel'), 'the other EVI needs it');
  assert.is(program.ports().size, 2);
  assert.ok(remove(program, evi(78, 2)).includes('tunnel'));
  assert.equal(linesOf(program, 'tunnel'), []);
  assert.is(program.ports().size, 0);
  assert.is(program.neighbours().size, 0);
});

test('attached and detached, an EVI leaves nothing', () => {
  const program = newProgram();
  const states = [evi(77), port('tap1', 42), localMac(A), ...MEMBERS];
  for (const state of states) accept(program, want(state));
  const units = [...program.units()];
  assert.equal(units, ['tunnel', ...UNITS]);
  assert.is(allLines(program).length, 6);
  const touched = states.toReversed().flatMap((state) => remove(program, state));
  assert.equal([...program.units()], []);
  for (const unit of units) {
    assert.ok(touched.includes(unit), `${unit} is to be compiled again`);
    assert.equal(linesOf(program, unit), []);
  }
  assert.equal(program.describe(), { tunnels: {} });
  assert.equal(program.describeInstance(1), { vlan: null, 'flooding-ports': [] });
});

test('what is in an EVI has rows from its first port to its last', () => {
  const program = programWith([evi(77), ...MEMBERS]);
  assert.equal([...program.units()], ['tunnel']);
  for (const unit of UNITS) assert.equal(linesOf(program, unit), []);
  assert.equal(accept(program, want(port('tap1', 42))), ['tunnel', ...UNITS]);
  assert.equal(accept(program, want(port('tap1', 42))), ['tunnel', '1/evi'], 'a repeat');
  assert.equal(accept(program, want(port('tap2', 42))), ['tunnel', '1/evi']);
  for (const unit of UNITS) assert.ok(linesOf(program, unit).length > 0, unit);
  assert.equal(remove(program, port('tap1', 42)), []);
  assert.is(allLines(program).length, 6);
  assert.equal(remove(program, port('tap2', 42)), UNITS);
  for (const unit of UNITS) assert.equal(linesOf(program, unit), []);
  assert.equal(remove(program, port('tap2', 42)), UNITS, 'again, should it have failed');
});

test('the VLAN of a network does not change with its only port, behind which others may be', () => {
  const program = programWith([evi(77), port('patch2tun:42', 42), ...MEMBERS]);
  const { fault } = program.take(want(port('patch2tun:42', 43)));
  assert.match(fault!.reason, /^local_port\.vlan 43 is not that of the network, .*: 42 is expected$/);
  // As whoever has asked for the port before does then.
  assert.equal(accept(program, want(port('patch2tun:42', 42))), ['tunnel', ...UNITS]);
});

test('another VNI', () => {
  const program = programWith([evi(77), port('tap1', 42), remote(B, LOCAL, 78)]);
  assert.is(linesOf(program, `1/remote-mac/${B}`).length, 1);
  assert.ok(accept(program, want(evi(78))).includes(`1/remote-mac/${B}`));
  assert.match(linesOf(program, '1/evi')[0]!, 'tun_id=78,');
  assert.equal(linesOf(program, `1/remote-mac/${B}`), []);
});

/** What is refused after a network with VLAN 42 and ports `tap1` and `tap2`, and one with VLAN 43. */
const REFUSED: Record<string, readonly [state: EvpnState, reason: RegExp]> = {
  'a port without a VLAN': [
    port('tap3', undefined),
    /^local_port\.vlan is missing: the VLAN by which bridge br-tun/,
  ],
  'a port with another VLAN': [
    port('tap3', 44),
    /^local_port\.vlan 44 is not that of the .*: 42 is expected$/,
  ],
  'a port that leaves the others': [
    port('tap1', 44),
    /^local_port\.vlan 44 is not that of .*: 42 is expected$/,
  ],
  'the VLAN of another network': [port('tap3', 43, 3), /^local_port\.vlan 43 is in use by n2$/],
  'a pair of interfaces': [pair(), /local_port\.evpn\.ovs_port_name has to name the interface/],
  'no MAC address': [remote('02:00:00:00:00:0x', '10.77.0.2', 88), /not a MAC address/],
  'a VTEP of another address family': [flood('2001:db8::2', 88), /not of the address family/],
  'what is no part of an E-VPN': [
    { kind: 'vrf', instance: 1 } as unknown as EvpnState,
    /not an object of an E-VPN/,
  ],
};

for (const [name, [state, reason]] of Object.entries(REFUSED)) {
  test(`${name} is refused, and nothing else is changed`, () => {
    const network = [evi(77), port('tap2', 42), evi(78, 2), port('tap9', 43, 2), evi(79, 3)];
    const program = programWith([...network, port('tap1', 42)]);
    const before = allLines(program);
    const { fault } = program.take(want(state));
    assert.match(fault!.reason, reason);
    assert.is(fault!.command, undefined);
    assert.equal(allLines(program), before);
  });
}

test('a port may have a name that no interface has, as agents give it', () => {
  const program = programWith([evi(77), port('patch2tun:42', 42)]);
  assert.is(linesOf(program, '1/evi').length, 1);
  assert.equal(remove(program, port('patch2tun:42', 42)), ['1/evi', '1/flood']);
});

test('a port that is refused is one no more', () => {
  const program = programWith([evi(77), port('tap1', 42)]);
  const { units, fault } = program.take(want(port('tap1', undefined)));
  assert.ok(fault);
  assert.ok(units.includes('1/evi'));
  assert.equal(linesOf(program, '1/evi'), []);
});

test('a VLAN is free again with the last port', () => {
  const program = programWith([evi(77), port('tap1', 42), evi(78, 2)]);
  assert.ok(program.take(want(port('tap2', 42, 2))).fault);
  remove(program, port('tap1', 42));
  accept(program, want(port('tap2', 42, 2)));
});

test('a MAC moves from VTEP to VTEP, and to the node itself', () => {
  const program = programWith([evi(77), port('tap1', 42), remote(B, '10.77.0.2', 88)]);
  const unit = `1/remote-mac/${B}`;
  assert.equal(accept(program, want(remote(B, '10.77.0.3', 89))), [unit]);
  assert.match(linesOf(program, unit)[0]!, 'set_field:89->tun_id,set_field:10.77.0.3->tun_dst');
  assert.equal(accept(program, want(remote(B, LOCAL, 90))), [unit]);
  assert.match(linesOf(program, unit)[0]!, 'set_field:90->tun_id,resubmit');
});

test('buckets keep their number whoever comes and goes', () => {
  const program = programWith([evi(77), port('tap1', 42), flood('10.77.0.2', 88), flood('10.77.0.3', 88)]);
  accept(program, want(flood('10.77.0.4', 88)));
  remove(program, flood('10.77.0.2', 88));
  remove(program, flood('10.77.0.2', 88));
  accept(program, want(flood('10.77.0.4', 88)));
  assert.equal(buckets(program), ['1 10.77.0.3', '2 10.77.0.4']);
  accept(program, want(flood('10.77.0.5', 88)));
  accept(program, want(flood('10.77.0.6', 88)));
  assert.equal(buckets(program), ['0 10.77.0.5', '1 10.77.0.3', '2 10.77.0.4', '3 10.77.0.6']);
});

function buckets(program: Parameters<typeof linesOf>[0]): readonly string[] {
  const [group] = linesOf(program, '1/flood');
  return Array.from(
    group!.matchAll(/bucket_id=(\d+).*?set_field:([\d.]+)->tun_dst/g),
    ([, id, vtep]) => `${id!} ${vtep!}`,
  );
}

test('a VTEP whose group is emptied takes the group along', () => {
  const many = Array.from({ length: 513 }, (_, index) => flood(`10.78.${index >> 8}.${index & 255}`, 88));
  const program = programWith([evi(77), port('tap1', 42), ...many]);
  assert.is(linesOf(program, '1/flood').length, 3);
  remove(program, many.at(-1)!);
  assert.is(linesOf(program, '1/flood').length, 2);
  for (const state of many.slice(0, 512)) remove(program, state);
  assert.equal(linesOf(program, '1/flood'), []);
});

test('local MACs and gateway ports are accepted and need nothing', () => {
  const program = programWith([evi(77), port('tap1', 42)]);
  for (const state of [localMac(A), gateway('patch-x')]) {
    assert.equal(accept(program, want(state)), []);
    assert.equal(remove(program, state), []);
  }
  assert.equal(remove(program, pair()), []);
});

test('without a port of the bridge, what leads there cannot be had', () => {
  const program = programWith([evi(77), port('tap1', 42), ...MEMBERS, remote(A, LOCAL, 99)]);
  const isPossible = (unit: string, ports: Readonly<Record<string, number>>): boolean => {
    const rows = program.compile(unit, viewOf(ports));
    if (!rows.ok) assert.match(rows.fault.reason, /^bridge br-tun has no port /);
    return rows.ok;
  };
  const possible = (ports: Readonly<Record<string, number>>): readonly string[] =>
    [...program.units()].filter((unit) => isPossible(unit, ports));
  const local = [`1/remote-mac/${A}`, '1/neighbour/13.0.0.2'];
  assert.equal(possible({ 'patch-int': 1 }), ['1/evi', ...local]);
  assert.equal(possible({ 'vxlan-bagpipe': 2 }), ['tunnel', '1/flood', `1/remote-mac/${B}`, ...local]);
});

test('what the looking glass shows', () => {
  const program = programWith([
    ...[evi(77), port('tap1', 42), ...MEMBERS, flood(LOCAL, 99), remote(A, '10.77.0.3', 88)],
  ]);
  assert.equal(program.describe(), {
    tunnels: { '10.77.0.2': 'vxlan-bagpipe', '10.77.0.3': 'vxlan-bagpipe' },
  });
  assert.equal(program.describeInstance(1), {
    vlan: 42,
    'flooding-ports': [
      { port: '10.77.0.2', vni: 88 },
      { port: 'local', vni: 99 },
    ],
  });
});

test.run();
