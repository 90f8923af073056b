import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { unwant, want } from '../../../lib/dataplane/intent.ts';
import { linuxIpvpnSink } from '../../../streams/sinks/linux-ipvpn.ts';
import type { Run, RunResult } from '../../../streams/sinks/run-batch.ts';
import { endpoint, nextHop, remote, vrf } from '../../lib/dataplane/ovs-ipvpn/scene.ts';
import { SinkHandle } from '../../support/sink-handle.ts';

/** The tools of a node that has `underlay` and `tap1`: they do nothing, and say what they are told to say. */
class ScriptedNode {
  /** Each run of a tool that changes something: its name, and its lines. */
  readonly runs: (readonly [tool: string, ...lines: readonly string[]])[] = [];
  readonly warnings: unknown[] = [];
  readonly handle: SinkHandle;
  /** What is wrong with lines that begin so. */
  readonly refusals = new Map<string, string>();
  links: readonly string[] = ['underlay', 'tap1'];
  /** Devices that the sink has made, */
  readonly devices = new Set<string>();
  /** and what it has enslaved to which. */
  readonly masters = new Map<string, string>();
  /** What others have, as `ip` says it: VRF devices, and the routes of all tables. */
  vrfs: readonly unknown[] = [];
  routes: readonly unknown[] = [];
  rules: readonly { readonly priority: number; readonly protocol: string }[] = [];

  constructor() {
    const note = (message: unknown): unknown => this.warnings.push(message);
    const log = { debug: () => undefined, info: () => undefined, warning: note, error: note };
    this.handle = new SinkHandle(
      linuxIpvpnSink(
        { localAddress: '10.77.0.1', rootHelper: [], log },
        { localAddress: '10.77.0.1', mplsInterface: 'underlay' },
        this.#run,
      ),
    );
  }

  /** The lines of all runs since the last time. */
  lines(): readonly string[] {
    return this.runs.splice(0).flatMap(([, ...lines]) => lines);
  }

  readonly #run: Run = (words, input) => Promise.resolve(this.#answer(words, input));

  #answer(words: readonly string[], input: string): RunResult {
    const said = (stdout: string): RunResult => ({ exitCode: 0, stdout, stderr: '' });
    if (words.includes('-json')) return said(JSON.stringify(this.#table(words)));
    if (words[0] === 'sysctl' && !words.includes('-w')) {
      return said(
        words
          .slice(2)
          .map((key) => `${key.replaceAll('/', '.')} = 0\n`)
          .join(''),
      );
    }
    if (words[0] === 'sysctl') {
      this.runs.push(['sysctl', ...words.slice(4)]);
      return said('');
    }
    if (!words.includes('-batch')) return said('');
    const all = input.trimEnd().split('\n');
    const lines = all.filter((line) => line !== MARKER);
    this.runs.push([words.includes('mpls') ? 'mpls' : 'ip', ...lines]);
    for (const line of lines) this.#take(line);
    const errors = all.flatMap((line, index) => {
      const refusal = [...this.refusals].find(([start]) => line.startsWith(start))?.[1];
      return refusal === undefined ? [] : [`${refusal}\nCommand failed -:${index + 1}\n`];
    });
    const stdout = '1: lo\n'.repeat(all.length - lines.length);
    return { exitCode: errors.length === 0 ? 0 : 1, stdout, stderr: errors.join('') };
  }

  #take(line: string): void {
    const [, made] = /^link add name (\S+)/.exec(line) ?? [];
    if (made !== undefined) this.devices.add(made);
    const [, gone] = /^link del dev (\S+)/.exec(line) ?? [];
    if (gone !== undefined) this.remove(gone);
    const [, port, master] = /^link set dev (\S+) .*master (\S+)/.exec(line) ?? [];
    if (port !== undefined) this.masters.set(port, master!);
    const [, released] = /^link set dev (\S+) nomaster/.exec(line) ?? [];
    if (released !== undefined) this.masters.delete(released);
  }

  /** Of one that the sink has made. */
  remove(device: string): void {
    this.devices.delete(device);
    for (const [port, master] of this.masters) if (master === device) this.masters.delete(port);
  }

  #table(words: readonly string[]): readonly unknown[] {
    if (words.includes('vrf')) return this.vrfs;
    if (words.includes('route')) return this.routes;
    if (words.includes('rule')) return this.rules;
    if (words.at(-1) !== 'link') return [];
    const link = (ifname: string, ifindex: number): unknown => ({
      ...{ ifname, ifindex, flags: ['UP'], master: this.masters.get(ifname) },
    });
    return [...this.links.map(link), ...Array.from(this.devices, (name) => link(name, 1000))];
  }
}

const MARKER = 'link show dev lo';
const MACHINE = endpoint('11.0.0.1');
const PREFIX = remote('12.0.0.0/24', nextHop('10.77.0.2', 201));

test('what is new takes one run of a tool for each step', async () => {
  const node = new ScriptedNode();
  await node.handle.have(vrf());
  node.lines();
  await node.handle.have(MACHINE, PREFIX);
  const tools = node.runs.map(([tool]) => tool);
  assert.equal(tools, ['ip', 'sysctl', 'ip', 'mpls', 'ip']);
  assert.match(node.runs[0]![1]!, /^link set dev tap1 master bvrf-7 up$/);
  assert.match(node.runs.at(-1)!.join('\n'), /11\.0\.0\.1\/32.*\n.*12\.0\.0\.0\/24.* encap mpls 201/);
  node.handle.kill();
});

test('what is there already takes none', async () => {
  const node = new ScriptedNode();
  await node.handle.have(vrf(), MACHINE, PREFIX);
  node.lines();
  await node.handle.have(vrf(), MACHINE, PREFIX);
  assert.equal(node.lines(), []);
  node.handle.kill();
});

test('what a former run has left is removed before anything is made', async () => {
  const node = new ScriptedNode();
  node.links = ['underlay', 'tap1', 'bvrf-3', 'bgre-any'];
  node.rules = [{ priority: 32_765, protocol: '19' }];
  await node.handle.have(vrf());
  const lines = node.lines();
  const made = lines.indexOf('link add name bvrf-7 type vrf table 1007');
  for (const removal of [
    'rule add pref 0 table local protocol kernel',
    'link del dev bvrf-3',
    'link del dev bgre-any',
  ]) {
    assert.ok(lines.includes(removal) && lines.indexOf(removal) < made, removal);
  }
  node.handle.kill();
});

test('a line that is refused fails those who wait for it, with the command, and no others', async () => {
  const node = new ScriptedNode();
  await node.handle.have(vrf());
  node.refusals.set('route replace table 1007 12.0.0.0/24', 'Error: Nexthop has invalid gateway.');
  const confirmations = await node.handle.apply(want(PREFIX), want(MACHINE));
  const faults = new Map(confirmations.map(({ intent, fault }) => [intent.key, fault]));
  assert.is(faults.get(want(MACHINE).key), undefined);
  const fault = faults.get(want(PREFIX).key)!;
  assert.match(
    fault.command!,
    /^ip route replace table 1007 12\.0\.0\.0\/24 .* encap mpls 201 via inet 10\.77\.0\.2/,
  );
  assert.is(fault.reason, 'Error: Nexthop has invalid gateway.');
  assert.is(node.warnings.length, 1);
  node.handle.kill();
});

test('where many are refused the log has one line', async () => {
  const node = new ScriptedNode();
  await node.handle.have(vrf());
  node.refusals.set('route replace table 1007 12.0', 'Error: Nexthop has invalid gateway.');
  const many = Array.from({ length: 50 }, (_, index) =>
    remote(`12.0.${index}.0/24`, nextHop('10.77.0.2', 201)),
  );
  const confirmations = await node.handle.apply(...many.map((state) => want(state)));
  assert.ok(confirmations.every(({ fault }) => fault !== undefined));
  assert.is(node.warnings.length, 1);
  assert.match(String(node.warnings[0]), '(and 49 more)');
  node.handle.kill();
});

test('without the guard the addresses of the node stay where they are', async () => {
  const node = new ScriptedNode();
  node.refusals.set('rule add pref 32765', 'Error: no.');
  const [confirmation] = await node.handle.apply(want(vrf()));
  assert.ok(confirmation!.fault);
  assert.not(node.lines().some((line) => line.startsWith('rule del pref 0')));
  node.handle.kill();
});

test('an attachment that fails leaves nothing, whatever the kernel has taken of it', async () => {
  const node = new ScriptedNode();
  await node.handle.have(vrf());
  node.refusals.set('addr replace', 'Error: no.');
  const [confirmation] = await node.handle.apply(want(MACHINE));
  assert.ok(confirmation!.fault);
  node.lines();
  node.refusals.clear();
  await node.handle.drop(MACHINE);
  const lines = node.lines();
  for (const removal of [
    /^link set dev tap1 nomaster$/,
    /^addr del /,
    /^route del 101 /,
    /^net\/ipv4\/conf\/tap1\/forwarding=0$/,
  ]) {
    assert.ok(
      lines.some((line) => removal.test(line)),
      String(removal),
    );
  }
  node.handle.kill();
});

test('sysctls get back what they were when nobody needs them any more', async () => {
  const node = new ScriptedNode();
  await node.handle.have(vrf(), MACHINE);
  const set = node.lines().filter((line) => /^net\/.*=/.test(line));
  assert.ok(
    set.includes('net/mpls/platform_labels=1048575') && set.includes('net/ipv4/conf/tap1/proxy_arp=1'),
  );
  await node.handle.drop(MACHINE, vrf());
  const back = node.lines().filter((line) => /^net\/.*=/.test(line));
  const changed = set.filter((line) => !line.endsWith('=0')).map((line) => line.replace(/=.*/, '=0'));
  assert.equal(back.toSorted(), changed.toSorted());
  node.handle.kill();
});

test('ten thousand prefixes are a handful of runs, without markers between their lines', async () => {
  const node = new ScriptedNode();
  await node.handle.have(vrf());
  node.runs.splice(0);
  const many = Array.from({ length: 10_000 }, (_, index) =>
    remote(`12.${index >> 8}.${index & 255}.0/24`, nextHop('10.77.0.2', 201)),
  );
  await node.handle.have(...many);
  assert.ok(node.runs.length <= 6, `${node.runs.length} runs`);
  assert.is(node.lines().length, 10_000);
  await node.handle.apply(...many.map((state) => unwant(state)));
  assert.is(node.lines().length, 10_000);
  node.handle.kill();
});

test('an interface that is another one has all of its rows put again', async () => {
  const node = new ScriptedNode();
  await node.handle.have(vrf(), MACHINE);
  const first = node.lines().filter((line) => line.includes('tap1'));
  node.links = ['underlay', 'other', 'tap1'];
  await node.handle.have(MACHINE);
  const again = node.lines().filter((line) => line.includes('tap1'));
  assert.equal(again.toSorted(), first.toSorted());
  node.handle.kill();
});

test('a port that somebody takes out of its VRF is put back with all that lies on it, once', async () => {
  const node = new ScriptedNode();
  await node.handle.have(vrf(), MACHINE, PREFIX);
  const first = node.lines().filter((line) => line.includes('tap1'));
  node.masters.delete('tap1');
  await node.handle.have(vrf(), MACHINE);
  assert.equal(node.lines().toSorted(), first.toSorted());
  await node.handle.have(vrf(), MACHINE);
  assert.equal(node.lines(), []);
  node.handle.kill();
});

test('a VRF device that somebody removes is made again with all that lies on it, once', async () => {
  const node = new ScriptedNode();
  await node.handle.have(vrf(), MACHINE, endpoint('11.0.0.2', { label: 102, prefix: '11.0.0.0/24' }), PREFIX);
  node.lines();
  node.remove('bvrf-7');
  await node.handle.have(vrf());
  const again = node.lines();
  for (const line of [
    'link add name bvrf-7 type vrf table 1007',
    'link set dev tap1 master bvrf-7 up',
    'route replace 102 dev bvrf-7 proto 19',
  ]) {
    assert.ok(again.includes(line), line);
  }
  assert.not(
    again.some((line) => line.includes('12.0.0.0/24')),
    'that lies on the underlay',
  );
  assert.match(String(node.warnings[0]), 'bvrf-7');
  await node.handle.have(vrf(), MACHINE);
  assert.equal(node.lines(), []);
  node.handle.kill();
});

for (const [what, others, reason] of [
  [
    'another VRF device',
    { vrfs: [{ ifname: 'vrf-u', linkinfo: { info_data: { table: 1007 } } }] },
    'it is that of the VRF device vrf-u',
  ],
  ['a route', { routes: [{ dst: '172.17.0.0/16', protocol: '99' }] }, 'it has a route to 172.17.0.0/16'],
] as const) {
  test(`a routing table that has ${what} is left alone`, async () => {
    const node = new ScriptedNode();
    Object.assign(node, others);
    const confirmations = await node.handle.apply(want(vrf()), want(MACHINE));
    for (const { fault } of confirmations) {
      assert.is(fault?.reason, `routing table 1007 is in use: ${reason}`);
    }
    assert.not.match(node.lines().join('\n'), '1007');
    await node.handle.drop(MACHINE, vrf());
    assert.not.match(node.lines().join('\n'), '1007');
    node.handle.kill();
  });
}

test('what a former run has left in ports does not let machines out', async () => {
  const node = new ScriptedNode();
  node.devices.add('bvrf-3');
  node.masters.set('tap1', 'bvrf-3');
  await node.handle.have(vrf());
  const [first] = node.runs;
  const shut = ['forwarding', 'proxy_arp', 'proxy_arp_pvlan'].map((gate) => `net/ipv4/conf/tap1/${gate}=0`);
  assert.equal(first!.slice(0, 4), ['sysctl', ...shut], 'before anything else');
  node.handle.kill();
});

test.run();
