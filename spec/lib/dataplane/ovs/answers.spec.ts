import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isFromBridge } from '../../../../lib/dataplane/ovs/answers.ts';

test('what a bridge says is told apart from why it says nothing', () => {
  for (const line of [
    'OFPST_FLOW_MONITOR reply (OF1.5) (xid=0x6):',
    'NXST_FLOW_MONITOR reply (xid=0x0):',
    ' event=DELETED reason=delete table=0 cookie=0x5 ip',
  ]) {
    assert.ok(isFromBridge(line), line);
  }
  for (const line of [
    'ovs-ofctl: /var/run/openvswitch/br-mpls.mgmt: failed to open socket (Connection refused)',
    'ovs-ofctl: br-mpls is not a bridge or a socket',
    '2026-11-23T11:20:41Z|00001|fatal_signal|WARN|terminating with signal 15 (Terminated)',
    'sudo: a password is required',
    '',
  ]) {
    assert.not(isFromBridge(line), line);
  }
});

test.run();
