import { VirtualTimeScheduler } from 'rxjs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Intent, unwant, want } from '../../../lib/dataplane/intent.ts';
import { metricOf } from '../../../lib/dataplane/linux-ipvpn/names.ts';
import type { LinuxIpvpnSettings } from '../../../lib/dataplane/linux-ipvpn/settings.ts';
import { linuxIpvpnSink } from '../../../streams/sinks/linux-ipvpn.ts';
import { endpoint, nextHop, remote, vrf } from '../../lib/dataplane/ovs-ipvpn/scene.ts';
import { SinkHandle } from '../../support/sink-handle.ts';
import { KernelDouble } from './kernel-double.ts';

const [GOOD, BETTER, BAD] = ['10.77.0.2', '10.77.0.3', '10.88.0.5'];
const PREFIX = '12.0.0.0/24';
const ETHERNET = { localAddress: '10.77.0.1', mplsInterface: 'underlay' };
const REASON = 'Error: Nexthop has invalid gateway.';

/** Those of the running test, which end with it whatever becomes of it: they watch the interfaces of this machine. */
const scenes = new Set<Scene>();

test.after.each(() => {
  for (const { handle } of scenes) handle.kill();
  scenes.clear();
});

/** A sink on a kernel for which `BAD` is on no link, and a clock that stands still. */
class Scene {
  readonly kernel = new KernelDouble();
  readonly clock = new VirtualTimeScheduler();
  readonly warnings: string[] = [];
  readonly handle: SinkHandle;

  constructor(settings: LinuxIpvpnSettings = ETHERNET) {
    this.kernel.unreachable.add(BAD);
    scenes.add(this);
    const note = (message: unknown): unknown => this.warnings.push(String(message));
    const log = { debug: () => undefined, info: () => undefined, warning: note, error: note };
    const { clock, kernel } = this;
    this.handle = new SinkHandle(
      linuxIpvpnSink(
        { localAddress: '10.77.0.1', rootHelper: [], log, scheduler: clock },
        settings,
        kernel.run,
      ),
    );
  }

  /** Lets so many milliseconds pass, and what they start come to its end. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.clock.frame + milliseconds;
    this.clock.maxFrames = end;
    this.clock.flush();
    this.clock.frame = end;
    await this.handle.apply(want(vrf()));
  }

  /** The reasons of those that failed. */
  async apply(...intents: readonly Intent[]): Promise<readonly string[]> {
    const confirmations = await this.handle.apply(...intents);
    return confirmations.flatMap(({ fault }) => fault?.reason ?? []);
  }

  get refused(): unknown {
    return this.handle.sink.describeInstance(vrf())['refused'];
  }
}

async function scene(settings?: LinuxIpvpnSettings): Promise<Scene> {
  const made = new Scene(settings);
  await made.handle.have(vrf());
  return made;
}

test('a way that is refused does not take the good ones along', async () => {
  const { kernel, handle, warnings } = await scene();
  const confirmations = await handle.apply(
    want(remote(PREFIX, nextHop(BAD, 100), nextHop(GOOD, 17), nextHop(BETTER, 18))),
  );
  assert.equal(kernel.waysTo(PREFIX), [`${GOOD}/17`, `${BETTER}/18`]);
  const { command, reason } = confirmations[0]!.fault!;
  assert.match(command!, `${BAD} dev underlay`);
  assert.is(reason, `encap mpls 100 via inet ${BAD} dev underlay: ${REASON}`);
  assert.equal(handle.sink.describeInstance(vrf())['refused'], [{ unit: `7/prefix/${PREFIX}`, reason }]);
  assert.is(warnings.length, 1);
});

test('nor does it keep a label that is not wanted any more', async () => {
  const made = await scene();
  await made.handle.have(remote(PREFIX, nextHop(GOOD, 17)));
  await made.apply(want(remote(PREFIX, nextHop(GOOD, 20), nextHop(BAD, 100))));
  assert.equal(made.kernel.waysTo(PREFIX), [`${GOOD}/20`]);
  const [route] = made.handle.sink.describeInstance(vrf())['routes'] as readonly string[];
  assert.match(route!, /proto 19 encap mpls 20 via inet 10\.77\.0\.2 dev underlay$/);
});

for (const [what, ...ways] of [
  ['the only way', nextHop(BAD, 100)],
  ['all ways', nextHop(BAD, 100), nextHop(BAD, 101)],
] as const) {
  test(`where ${what} to a prefix is refused, what was there before goes`, async () => {
    const made = await scene();
    await made.handle.have(remote(PREFIX, nextHop(GOOD, 17)));
    assert.is((await made.apply(want(remote(PREFIX, ...ways)))).length, 1);
    assert.is(made.kernel.waysTo(PREFIX), undefined);
    assert.equal(made.handle.sink.describeInstance(vrf())['routes'], []);
    await made.handle.drop(remote(PREFIX, ...ways));
    assert.is(made.refused, undefined);
  });
}

test('ways that are taken one by one only are not used together', async () => {
  const made = await scene();
  const metric = metricOf({ address: '12.0.0.0', length: 24 });
  made.kernel.refusals.set(
    `route replace table 1007 ${PREFIX} metric ${metric} proto 19 nexthop`,
    'Error: no.',
  );
  const faults = await made.apply(want(remote(PREFIX, nextHop(GOOD, 17), nextHop(BETTER, 18))));
  assert.equal(faults, ['Error: no.']);
  assert.equal(made.kernel.waysTo(PREFIX), [`${GOOD}/17`]);
});

test('a machine is detached although others announce its address, and cannot be reached', async () => {
  const made = await scene();
  const machine = endpoint('11.0.0.1');
  const elsewhere = remote('11.0.0.1/32', nextHop(BAD, 100));
  await made.handle.have(machine, elsewhere);
  assert.equal(made.kernel.waysTo('11.0.0.1/32'), ['dev tap1']);
  assert.equal(await made.apply(unwant(machine)), []);
  assert.is(made.kernel.waysTo('11.0.0.1/32'), undefined);
  assert.is(made.warnings.length, 1);
});

test('what was refused is tried again, after pauses that grow, and is logged once', async () => {
  const made = await scene();
  await made.apply(want(remote(PREFIX, nextHop(BAD, 100))));
  const attempts = (): number => made.kernel.lines.splice(0).filter((line) => line.includes(BAD)).length;
  attempts();
  const counts: number[] = [];
  for (const pause of [999, 1, 1999, 1, 3999, 1]) {
    await made.pass(pause);
    counts.push(attempts());
  }
  assert.equal(counts, [0, 1, 0, 1, 0, 1]);
  assert.is(made.warnings.length, 1, made.warnings.join('\n'));
  made.kernel.unreachable.clear();
  await made.pass(8000);
  assert.equal(made.kernel.waysTo(PREFIX), [`${BAD}/100`]);
  assert.is(made.refused, undefined);
  attempts();
  await made.pass(200_000);
  assert.is(attempts(), 0);
});

test('ten thousand prefixes of which all are refused take a handful of processes', async () => {
  const made = await scene();
  made.kernel.batches = 0;
  const many = Array.from({ length: 10_000 }, (_, index) =>
    remote(`12.${index >> 8}.${index & 255}.0/24`, nextHop(GOOD, 17), nextHop(BAD, 100)),
  );
  await made.apply(...many.map((state) => want(state)));
  assert.is(made.kernel.routes.size, 10_000);
  assert.ok(made.kernel.batches <= 10, `${made.kernel.batches} batches`);
  assert.is((made.refused as readonly unknown[]).length, 100);
});

test('a label of others keeps the kernel from having as few labels as before', async () => {
  for (const [highest, labels] of [
    [999, '1000'],
    [1000, '1048575'],
  ] as const) {
    const made = new Scene();
    made.kernel.sysctls.set('net/mpls/platform_labels', '1000');
    made.kernel.answers.set('route', [
      { dst: String(highest), protocol: 'static' },
      { dst: '1048574', protocol: '19' },
    ]);
    await made.handle.have(vrf());
    assert.is(made.kernel.sysctls.get('net/mpls/platform_labels'), '1048575');
    await made.handle.drop(vrf());
    assert.is(made.kernel.sysctls.get('net/mpls/platform_labels'), labels);
  }
});

test('the first rule comes back if it was there', async () => {
  const rule = { priority: 0, src: 'all', table: 'local' };
  for (const [rules, expected] of [
    [[rule], ['rule del pref 0 table local', 'rule add pref 0 table local protocol kernel']],
    [[{ ...rule, priority: 32_765 }], []],
  ] as const) {
    const made = new Scene();
    made.kernel.answers.set('rule', rules);
    await made.handle.have(vrf());
    await made.handle.drop(vrf());
    assert.equal(
      made.kernel.lines.filter((line) => line.includes('pref 0 ')),
      expected,
    );
  }
});

test('a tunnel of others with the ends of ours is named', async () => {
  const made = new Scene({ localAddress: '10.77.0.1', mplsInterface: '*gre*' });
  made.kernel.refusals.set('link add name bgre-any', 'RTNETLINK answers: File exists');
  made.kernel.refusals.set('link set dev bgre-any', 'Cannot find device "bgre-any"');
  const others = [
    { ifname: 'gre7', linkinfo: { info_data: { local: '10.77.0.1', remote: 'any', ikey: '0.0.0.7' } } },
    { ifname: 'gre9', linkinfo: { info_data: { local: '10.77.0.1', remote: 'any' } } },
  ];
  made.kernel.answers.set('gre', others);
  const reason = 'gre9, which is not ours, has the ends of bgre-any: local 10.77.0.1, remote any';
  assert.equal(await made.apply(want(vrf())), [reason]);
  assert.equal(made.handle.sink.describe()['refused'], [{ unit: 'underlay', reason }]);
});

test('the interface that has the local address is no port', async () => {
  const made = new Scene({ localAddress: '10.77.0.1', mplsInterface: '*gre*' });
  made.kernel.answers.set('address', [
    { ifname: 'tap1', addr_info: [{ local: '10.77.0.1', prefixlen: 24 }] },
  ]);
  assert.ok((await made.handle.sink.prepare()).ok);
  assert.equal(await made.apply(want(vrf()), want(endpoint('11.0.0.1'))), [
    'local_port: tap1 is the way to other nodes',
  ]);
});

test('labelled packets do not leave by the loopback interface', async () => {
  const made = new Scene({ localAddress: '10.77.0.1', mplsInterface: 'lo' });
  const prepared = await made.handle.sink.prepare();
  assert.is(prepared.ok || prepared.fault.reason, 'mpls_interface: lo leads to no other node');
});

test.run();
