import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isInterfaceName } from '../../../lib/net/interface-name.ts';
import { isOvsPortName } from '../../../lib/net/ovs-port-name.ts';

test('names of ports: those of interfaces, and longer ones', () => {
  for (const name of ['tap1', 'patch-mpls-to-int', 'vxlan-0a4d0002', 'a:b', 'x'.repeat(63), 'a=b,c']) {
    assert.ok(isOvsPortName(name), name);
  }
  for (const name of ['tap0', 'eth0.42', '_', '+x', '=,']) {
    assert.ok(isInterfaceName(name) && isOvsPortName(name), name);
  }
});

test('what a command line would take for something else is no name', () => {
  for (const name of ['', '-x', '--', 'a b', 'a/b', 'a\n', 'a"b', "a'b", 'é', 'x'.repeat(64)]) {
    assert.not(isOvsPortName(name), name);
  }
});

test.run();
