import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { DataplaneFault } from '../../../../lib/dataplane/intent.ts';
import type { KernelRow, Stage } from '../../../../lib/dataplane/linux-ipvpn/row.ts';
import { runsOf } from '../../../../lib/dataplane/linux-ipvpn/runs.ts';
import type { UnitChange } from '../../../../lib/dataplane/unit-table.ts';

function row(stage: Stage, name: string): KernelRow {
  return {
    key: name,
    stage,
    put: [`put ${name}`],
    remove: [`remove ${name}`],
    present: ['File exists'],
    tolerate: ['No such process'],
  };
}

function change(
  unit: string,
  puts: readonly KernelRow[],
  removals: readonly KernelRow[] = [],
): UnitChange<KernelRow> {
  return { unit, rows: puts, puts, removals };
}

/** Each run as its tool and its lines; `fail` may add a fault after a run. */
function runs(
  changes: readonly UnitChange<KernelRow>[],
  fail: (lines: readonly string[], faults: Map<UnitChange<KernelRow>, DataplaneFault>) => void = () =>
    undefined,
): readonly (readonly string[])[] {
  const faults = new Map<UnitChange<KernelRow>, DataplaneFault>();
  return Array.from(runsOf(changes, faults), ({ tool, lines }) => {
    const words = lines.map(({ line }) => line);
    fail(words, faults);
    return [tool, ...words];
  });
}

const FAULT: DataplaneFault = { command: undefined, reason: 'no' };

test('neighbouring stages of one tool are one run, in their order', () => {
  const port = change('port/tap1', [
    row('neighbour', 'neighbour'),
    row('address', 'address'),
    row('setting', 'setting'),
    row('port', 'port'),
  ]);
  const vrf = change('1/vrf', [row('device', 'device'), row('route', 'route'), row('label', 'label')]);
  assert.equal(runs([port, vrf]), [
    ['ip', 'put device', 'put port'],
    ['sysctl', 'put setting'],
    ['ip', 'put address', 'put neighbour'],
    ['mpls', 'put label'],
    ['ip', 'put route'],
  ]);
});

test('what is new is put before what is old is removed, which goes in the reverse order', () => {
  const old = [row('device', 'device'), row('label', 'label'), row('rule', 'rule')].toReversed();
  assert.equal(runs([change('1/vrf', [row('route', 'new')], old)]), [
    ['ip', 'put new'],
    ['ip', 'remove rule'],
    ['mpls', 'remove label'],
    ['ip', 'remove device'],
  ]);
});

test('guards are runs of their own: what they guard waits for how they end', () => {
  const isolation = change('isolation', [row('guard', 'guard'), row('isolation', 'isolation')]);
  const other = change('1/vrf', [row('device', 'device')]);
  assert.equal(runs([isolation, other]), [
    ['ip', 'put guard'],
    ['ip', 'put isolation'],
    ['ip', 'put device'],
  ]);
  const failing = runs([isolation, other], (lines, faults) => {
    if (lines.includes('put guard')) faults.set(isolation, FAULT);
  });
  assert.equal(failing, [
    ['ip', 'put guard'],
    ['ip', 'put device'],
  ]);
});

test('the other way round, too: the guard stays while what it guards cannot be removed', () => {
  const rows = [row('isolation', 'isolation'), row('guard', 'guard')];
  const gone = change('isolation', [], rows);
  const failing = runs([gone], (lines, faults) => {
    if (lines.includes('remove isolation')) faults.set(gone, FAULT);
  });
  assert.equal(failing, [['ip', 'remove isolation']]);
});

test('a change that has failed removes nothing', () => {
  const failed = change('1/prefix/a', [row('label', 'a')], [row('route', 'old a')]);
  const fine = change('1/prefix/b', [row('label', 'b')], [row('route', 'old b')]);
  const after = runs([failed, fine], (lines, faults) => {
    if (lines.includes('put a')) faults.set(failed, FAULT);
  });
  assert.equal(after, [
    ['mpls', 'put a', 'put b'],
    ['ip', 'remove old b'],
  ]);
});

test('what a line may answer and be as good as done depends on whether it puts or removes', () => {
  const [put, removed] = [
    ...runsOf([change('1/vrf', [row('device', 'new')], [row('device', 'old')])], new Map()),
  ];
  assert.equal(put!.lines[0]!.tolerate, ['File exists']);
  assert.equal(removed!.lines[0]!.tolerate, ['No such process']);
});

test.run();
