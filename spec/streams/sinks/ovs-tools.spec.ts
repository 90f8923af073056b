import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { IPVPN_OWNER } from '../../../lib/dataplane/ovs/owner.ts';
import type { Result } from '../../../lib/result.ts';
import { OvsTools, type Trouble } from '../../../streams/sinks/ovs-tools.ts';
import type { Run, RunResult } from '../../../streams/sinks/run-batch.ts';

function tools(run: Run): OvsTools {
  return new OvsTools(run, ['sudo'], { bridge: 'br-mpls', owner: IPVPN_OWNER });
}

const answer = (exitCode: number, stderr: string): RunResult => ({ exitCode, stdout: '', stderr });

function troubleOf(result: Result<unknown, Trouble>): Trouble {
  if (result.ok) throw new Error('no trouble');
  return result.fault;
}

test('nobody waits for ovs-vswitchd when it is known to be gone', async () => {
  const never = tools(() => new Promise<RunResult>(() => undefined));
  const waiting = never.vsctl('add-port', 'br-mpls', 'tap1');
  never.interrupt('ovs-ofctl: vconn_recv (End of file)');
  const { refused, fault } = troubleOf(await waiting);
  assert.not(refused, 'it may be done all the same');
  assert.is(fault.reason, 'ovs-ofctl: vconn_recv (End of file)');
  assert.is(fault.command, 'sudo ovs-vsctl --timeout=20 add-port br-mpls tap1');
  // The next command is not the one that was interrupted.
  const later = tools(() => Promise.resolve(answer(0, '')));
  later.interrupt('before anything');
  assert.ok((await later.vsctl('show')).ok);
});

test('to refuse is something else than not to answer', async () => {
  const cases: readonly (readonly [answered: RunResult, refused: boolean, reason: string])[] = [
    [answer(1, 'ovs-vsctl: no bridge named x\n'), true, 'ovs-vsctl: no bridge named x'],
    [
      answer(1, 'ovs-vsctl: unix:/run/openvswitch/db.sock: database connection failed (Connection refused)'),
      false,
      'ovs-vsctl: unix:/run/openvswitch/db.sock: database connection failed (Connection refused)',
    ],
    [
      answer(142, '2026-11-23T10:36:58Z|00001|fatal_signal|WARN|terminating with signal 14 (Alarm clock)'),
      false,
      'terminating with signal 14 (Alarm clock)',
    ],
  ];
  for (const [answered, refused, reason] of cases) {
    const trouble = troubleOf(await tools(() => Promise.resolve(answered)).vsctl('show'));
    assert.is(trouble.refused, refused, reason);
    assert.is(trouble.fault.reason, reason);
  }
});

test('of changes of ports that are refused together, those that are right are made', async () => {
  const runs: string[] = [];
  const run: Run = (words) => {
    runs.push(words.slice(3).join(' '));
    return Promise.resolve(words.includes('bad') ? answer(1, 'ovs-vsctl: no bad please') : answer(0, ''));
  };
  const change = (name: string) => ({ name, words: ['--', 'add-port', 'br-mpls', name] });
  const changed = await tools(run).changePorts([change('tap1'), change('bad'), change('tap2')]);
  if (!changed.ok) throw new Error(changed.fault.fault.reason);
  assert.equal([...changed.value], [['bad', 'ovs-vsctl: no bad please']]);
  assert.equal(runs, [
    '-- add-port br-mpls tap1 -- add-port br-mpls bad -- add-port br-mpls tap2',
    '-- add-port br-mpls tap1',
    '-- add-port br-mpls bad',
    '-- add-port br-mpls tap2',
  ]);
});

test('what the switch says no to is told in one line', async () => {
  const said =
    'Error OFPBAC_BAD_OUT_GROUP for: OFPT_FLOW_MOD (OF1.5) (xid=0x6): ADD table:2 ip actions=group:77\n' +
    'Error OFPBFC_MSG_FAILED for: OFPT_BUNDLE_CONTROL (OF1.5) (xid=0x9):\n' +
    ' bundle_id=0 type=COMMIT_REQUEST flags=atomic ordered\n';
  const trouble = await tools(() => Promise.resolve(answer(1, said))).bundle(['flow add ...']);
  assert.ok(trouble?.refused);
  assert.is(
    trouble.fault.reason,
    'OFPBAC_BAD_OUT_GROUP: OFPT_FLOW_MOD (OF1.5) (xid=0x6): ADD table:2 ip actions=group:77',
  );
});

test.run();
