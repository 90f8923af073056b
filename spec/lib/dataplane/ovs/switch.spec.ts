import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type NextHop, type RemotePrefixState, unwant, want } from '../../../../lib/dataplane/intent.ts';
import type { SwitchView } from '../../../../lib/dataplane/ovs/program.ts';
import { IPVPN_OWNER } from '../../../../lib/dataplane/ovs/owner.ts';
import { flowRow, type Row } from '../../../../lib/dataplane/ovs/row.ts';
import { bundleLines, Switch } from '../../../../lib/dataplane/ovs/switch.ts';
import { failure, success } from '../../../../lib/result.ts';
import { TestProgram } from '../../../fixtures/switch-program.ts';

const unknown = (): ReturnType<SwitchView['neighbourMac']> => failure('unknown');
const view = (numbers: Readonly<Record<string, number>> = {}): SwitchView => ({
  portNumber: (name) => (name in numbers ? success(numbers[name]!) : failure(`no port ${name}`)),
  neighbourMac: unknown,
  localMac: unknown,
});

const hop = (label: number): NextHop => ({ address: '10.0.0.2', label, encapsulations: [], hashOrder: 0 });
const prefix = (name: string, ...labels: number[]): RemotePrefixState => ({
  kind: 'remote-prefix',
  instance: 1,
  prefix: name,
  nextHops: labels.map(hop),
});
const endpoint = (port: string) =>
  ({
    kind: 'vrf-endpoint',
    instance: 1,
    port: { interface: port, description: {}, ovs: undefined, vlan: undefined },
    mac: '02:00:00:00:00:01',
    ip: '11.0.0.1',
    prefixLength: 24,
    prefix: '11.0.0.1/32',
    label: 17,
    direction: 'both',
    hashOrder: 0,
  }) as const;

const flow = (match: string, actions: string, table = 1) =>
  `flow add cookie=X,table=${table},priority=5,${match},actions=${actions}`;
const noFlow = (match: string, table = 1) =>
  `flow delete_strict cookie=X/-1,table=${table},priority=5,${match}`;

/** A switch that holds what was put at last. */
function settled(): Switch {
  const bridge = new Switch(new TestProgram());
  bridge.cleared();
  return bridge;
}

function carryOut(bridge: Switch, numbers: Readonly<Record<string, number>> = {}): readonly string[] {
  const changes = bridge.plan(view(numbers));
  bridge.settle(changes);
  return bundleLines(changes).map((line) => line.replace(/cookie=0xba61b1...0000001\b/, 'cookie=X'));
}

test('a row that is wanted is put, a repetition is nothing, and what is not wanted any more is removed', () => {
  const bridge = settled();
  bridge.take([want(prefix('12.0.0.1/32', 16))]);
  assert.equal(carryOut(bridge), [flow('ip,nw_dst=12.0.0.1/32', 'dec_ttl')]);
  assert.is(bridge.flows, 1);
  assert.equal(
    bridge.finish().map(({ fault }) => fault),
    [undefined],
  );
  bridge.take([want(prefix('12.0.0.1/32', 16))]);
  assert.equal(carryOut(bridge), []);
  assert.is(bridge.finish().length, 1);
  bridge.take([unwant(prefix('12.0.0.1/32'))]);
  assert.equal(carryOut(bridge), [noFlow('ip,nw_dst=12.0.0.1/32')]);
  assert.is(bridge.flows, 0);
});

test('a group is put before the flow that leads to it, and removed after that leads elsewhere', () => {
  const bridge = settled();
  bridge.take([want(prefix('12.0.0.1/32', 16, 17))]);
  const [first, second] = carryOut(bridge);
  assert.match(first!, /^group add_or_mod group_id=2969567248,type=select,selection_method=dp_hash,bucket=/);
  assert.is(second, flow('ip,nw_dst=12.0.0.1/32', 'group:2969567248'));
  bridge.take([want(prefix('12.0.0.1/32', 16))]);
  assert.equal(carryOut(bridge), [
    flow('ip,nw_dst=12.0.0.1/32', 'dec_ttl'),
    'group delete group_id=2969567248',
  ]);
  bridge.take([want(prefix('12.0.0.1/32', 16, 17))]);
  carryOut(bridge);
  bridge.take([unwant(prefix('12.0.0.1/32'))]);
  assert.equal(carryOut(bridge), [noFlow('ip,nw_dst=12.0.0.1/32'), 'group delete group_id=2969567248']);
});

test('what cannot be compiled fails its intent, loses its rows, and comes back when it can', () => {
  const bridge = settled();
  bridge.take([want(endpoint('tap1')), want(prefix('12.0.0.1/32', 16))]);
  assert.equal(carryOut(bridge), [flow('ip,nw_dst=12.0.0.1/32', 'dec_ttl')]);
  assert.equal(
    bridge.finish().map(({ fault }) => fault?.reason),
    ['no port tap1', undefined],
  );
  bridge.renewAll();
  assert.equal(carryOut(bridge, { tap1: 3 }), [flow('in_port=3', 'resubmit(,1)', 0)]);
  bridge.renewAll();
  assert.equal(carryOut(bridge), [noFlow('in_port=3', 0)]);
});

test('what is not wanted any more goes without a fault, whatever the rest of its unit lacks', () => {
  const program = new TestProgram();
  const bridge = new Switch({
    owner: program.owner,
    bridge: program.bridge,
    take: (intent) => ({ units: ['shared', ...program.take(intent).units] }),
    units: () => ['shared', ...program.units()],
    compile: (unit, known) =>
      unit === 'shared'
        ? failure({ command: undefined, reason: 'no port tap1' })
        : program.compile(unit, known),
    ports: () => program.ports(),
    neighbours: () => program.neighbours(),
  });
  bridge.cleared();
  bridge.take([want(prefix('12.0.0.1/32', 16))]);
  carryOut(bridge);
  assert.is(bridge.finish()[0]?.fault?.reason, 'no port tap1');
  bridge.take([unwant(prefix('12.0.0.1/32'))]);
  carryOut(bridge);
  assert.is(bridge.finish()[0]?.fault, undefined);
});

test('a port that gets the number of another one takes over its flow', () => {
  const bridge = settled();
  bridge.take([want(endpoint('tap1')), want({ ...endpoint('tap2'), mac: '02:00:00:00:00:02' })]);
  carryOut(bridge, { tap1: 3, tap2: 4 });
  bridge.renewAll();
  // Both flows are there already; none of them is removed.
  const lines = carryOut(bridge, { tap1: 4, tap2: 3 });
  assert.equal(
    lines.filter((line) => line.includes('delete')),
    [],
  );
  bridge.take([unwant(endpoint('tap1'))]);
  assert.equal(carryOut(bridge, { tap1: 4, tap2: 3 }), [noFlow('in_port=4', 0)]);
});

test('a refused change leaves what was there, and fails the intents that wanted it', () => {
  const bridge = settled();
  bridge.take([want(prefix('12.0.0.1/32', 16, 17))]);
  carryOut(bridge);
  bridge.finish();
  bridge.take([want(prefix('12.0.0.1/32', 16))]);
  const [change] = bridge.plan(view());
  const fault = { command: 'ovs-ofctl', reason: 'OFPBAC_BAD_OUT_GROUP' };
  bridge.refuse(change!, fault);
  assert.equal(
    bridge.finish().map((confirmation) => confirmation.fault),
    [fault],
  );
  bridge.take([unwant(prefix('12.0.0.1/32'))]);
  assert.is(carryOut(bridge).length, 2, 'the flow and the group of before');
  assert.equal(
    bridge.finish().map((confirmation) => confirmation.fault),
    [undefined],
  );
});

test('after doubt everything that is wanted is put again, and nothing is removed one by one', () => {
  const bridge = settled();
  bridge.take([want(prefix('12.0.0.1/32', 16)), want(prefix('12.0.0.2/32', 17))]);
  carryOut(bridge);
  bridge.take([unwant(prefix('12.0.0.1/32'))]);
  bridge.fail({ command: undefined, reason: 'away' });
  assert.is(bridge.finish()[0]?.fault?.reason, 'away');
  bridge.doubt();
  assert.ok(bridge.isDoubtful);
  assert.equal(bridge.clearing([7]), [
    'flow delete cookie=0xba61b10000000000/0xffffff0000000000',
    'group delete group_id=7',
  ]);
  assert.equal(carryOut(bridge), [flow('ip,nw_dst=12.0.0.2/32', 'dec_ttl')]);
  bridge.cleared();
  assert.not(bridge.isDoubtful);
});

test('a unit of very many rows takes no longer than as many units', () => {
  const rows = (actions: string): readonly Row[] =>
    Array.from({ length: 20_000 }, (_, port) =>
      flowRow({ owner: IPVPN_OWNER, instance: 1, table: 0, priority: 5, match: `in_port=${port}`, actions }),
    );
  let actions = 'drop';
  const program = new TestProgram();
  program.compile = () => success(rows(actions));
  const bridge = new Switch(program);
  bridge.take([want(prefix('12.0.0.1/32', 16))]);
  bridge.settle(bridge.plan(view()));
  actions = 'normal';
  bridge.renewAll();
  const start = process.cpuUsage();
  const [change] = bridge.plan(view());
  assert.is(change!.puts.length, 20_000);
  // To compare each row with each takes seconds.
  assert.ok(process.cpuUsage(start).user < 1_000_000);
});

test('the rows of an instance are found by its cookie', () => {
  const bridge = settled();
  bridge.take([want(prefix('12.0.0.1/32', 16)), want({ ...prefix('12.0.0.1/32', 17, 18), instance: 2 })]);
  carryOut(bridge);
  assert.is([...bridge.rowsOf(1)].length, 1);
  assert.equal(
    Array.from(bridge.rowsOf(2), ({ key }) => key.split(',')[0]),
    ['group_id=2969567249', 'table=1'],
  );
});

test.run();
