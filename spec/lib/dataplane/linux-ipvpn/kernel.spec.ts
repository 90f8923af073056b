import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { unwant, want } from '../../../../lib/dataplane/intent.ts';
import type { DataplaneFault, IpvpnState } from '../../../../lib/dataplane/intent.ts';
import { Kernel } from '../../../../lib/dataplane/linux-ipvpn/kernel.ts';
import { LinuxIpvpn } from '../../../../lib/dataplane/linux-ipvpn/linux-ipvpn.ts';
import { B, endpoint, nextHop, remote, vrf } from '../ovs-ipvpn/scene.ts';
import { ETHERNET, nodeWith, VIEW } from './scene.ts';

const FAULT: DataplaneFault = { command: 'ip route replace', reason: 'no' };
const PREFIX = '7/prefix/12.0.0.0/24';

/** A kernel that holds a VRF with one prefix behind another node. */
function kernelWithPrefix(): Kernel {
  const kernel = new Kernel(new LinuxIpvpn(ETHERNET));
  kernel.take([vrf(), remote('12.0.0.0/24', nextHop('10.77.0.2', 201))].map((state) => want(state)));
  kernel.settleWith(kernel.plan(VIEW), new Map());
  kernel.finish();
  return kernel;
}

test('a change that failed is made again as a whole, whatever the kernel has taken of it', () => {
  const kernel = kernelWithPrefix();
  kernel.take([want(remote('12.0.0.0/24', nextHop('10.77.0.3', 202)))]);
  const failed = kernel.plan(VIEW);
  kernel.settleWith(failed, new Map(failed.map((change) => [change, FAULT])));
  assert.equal(kernel.finish()[0]!.fault, FAULT);
  kernel.retry();
  assert.equal(kernel.plan(VIEW), failed);
});

test('also where what was there before is wanted again', () => {
  const kernel = kernelWithPrefix();
  kernel.take([want(remote('12.0.0.0/24', nextHop('10.77.0.3', 202)))]);
  const failed = kernel.plan(VIEW);
  kernel.settleWith(failed, new Map(failed.map((change) => [change, FAULT])));
  kernel.take([want(remote('12.0.0.0/24', nextHop('10.77.0.2', 201)))]);
  const [back] = kernel.plan(VIEW);
  assert.is(back!.unit, PREFIX);
  assert.is(back!.puts.length, 1, 'the kernel may hold the other route');
});

test('what a change that failed may have left is removed with the rest', () => {
  const kernel = new Kernel(new LinuxIpvpn(ETHERNET));
  const intents = [vrf(), remote('12.0.0.0/24', nextHop('10.77.0.2', 201))];
  kernel.take(intents.map((state) => want(state)));
  const failed = kernel.plan(VIEW);
  kernel.settleWith(failed, new Map(failed.map((change) => [change, FAULT])));
  kernel.take(intents.map((state) => unwant(state)));
  const removed = kernel.plan(VIEW).flatMap(({ removals }) => removals.map(({ key }) => key));
  const put = failed.flatMap(({ puts }) => puts.map(({ key }) => key));
  assert.equal(removed.toSorted(), put.toSorted());
});

test('a machine whose interface is gone is no fault of those that come into its VRF', () => {
  const program = new LinuxIpvpn(ETHERNET);
  const kernel = new Kernel(program);
  const gone = endpoint('11.0.0.1');
  kernel.take([vrf(), gone].map((state) => want(state)));
  kernel.settleWith(kernel.plan(VIEW), new Map());
  kernel.finish();
  const view = nodeWith({ tap1: undefined });
  kernel.renew(program.unitsOn('tap1'));
  const faultsOf = (...states: readonly IpvpnState[]): readonly unknown[] => {
    kernel.take(states.map((state) => want(state)));
    kernel.settleWith(kernel.plan(view), new Map());
    return kernel.finish().flatMap(({ fault }) => fault?.reason ?? []);
  };
  const next = endpoint('11.0.0.2', { tap: 'tap2', mac: B, label: 102 });
  assert.equal(faultsOf(vrf(), next), []);
  assert.equal(faultsOf(vrf({ gatewayIp: '11.0.0.253' })), [], 'also where its port has to become another');
  assert.equal(faultsOf(vrf(), gone), ['local_port: there is no interface tap1']);
});

test('the routes of a VRF are told in the words of ip', () => {
  const kernel = kernelWithPrefix();
  const [route, ...others] = kernel.routes('route', 7);
  assert.match(
    route!,
    /^table 1007 12\.0\.0\.0\/24 metric \d+ proto 19 encap mpls 201 via inet 10\.77\.0\.2 dev underlay$/,
  );
  assert.equal(others, []);
  assert.equal([...kernel.routes('route', 8)], []);
  assert.equal([...kernel.routes('label')], []);
});

test.run();
