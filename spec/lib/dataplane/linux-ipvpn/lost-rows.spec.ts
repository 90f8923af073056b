import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { unwant, want } from '../../../../lib/dataplane/intent.ts';
import { Kernel } from '../../../../lib/dataplane/linux-ipvpn/kernel.ts';
import { LinuxIpvpn } from '../../../../lib/dataplane/linux-ipvpn/linux-ipvpn.ts';
import { loseRowsOn } from '../../../../lib/dataplane/linux-ipvpn/lost-rows.ts';
import { endpoint, nextHop, remote, vrf } from '../ovs-ipvpn/scene.ts';
import { GRE, VIEW } from './scene.ts';

const STATES = [
  vrf(),
  endpoint('11.0.0.1'),
  remote('12.0.0.1/32', nextHop('10.77.0.2', 201)),
  remote('13.0.0.1/32', nextHop('10.77.0.22', 202)),
];

function madeKernel(): Kernel {
  const kernel = new Kernel(new LinuxIpvpn(GRE));
  kernel.take(STATES.map((state) => want(state)));
  kernel.settleWith(kernel.plan(VIEW), new Map());
  return kernel;
}

test('what lies on an interface is put again, and nothing else', () => {
  const kernel = madeKernel();
  loseRowsOn(kernel, new Set(['bgre-0a4d0002']));
  const changes = kernel.plan(VIEW);
  assert.equal(
    changes.flatMap(({ puts }) => puts.map(({ key }) => key)).toSorted(),
    [
      'link bgre-0a4d0002',
      'net/mpls/conf/bgre-0a4d0002/input',
      'net/ipv6/conf/bgre-0a4d0002/disable_ipv6',
      'route 1007 12.0.0.1/32',
    ].toSorted(),
  );
  kernel.settleWith(changes, new Map());
  loseRowsOn(kernel, new Set(['nobody']));
  assert.equal(kernel.plan(VIEW), []);
});

test('what is not wanted any more is removed all the same', () => {
  const kernel = madeKernel();
  loseRowsOn(kernel, new Set(['tap1', 'bvrf-7']));
  kernel.take(STATES.map((state) => unwant(state)));
  const removals = kernel.plan(VIEW).flatMap(({ removals: rows }) => rows.flatMap(({ remove }) => remove));
  for (const line of ['link set dev tap1 nomaster', 'link del dev bvrf-7', 'net/ipv4/conf/tap1/forwarding=0'])
    assert.ok(removals.includes(line), line);
});

test.run();
